// Runs all tests: selftest PTX-FILE. The exit code is 1 if one fails.
#include <fstream>
#include <iterator>
#include <sstream>

#include "selftest.h"

namespace {

struct Entry {
    const char* name;
    void (*body)();
};

std::vector<Entry>& tests() {
    static std::vector<Entry> all;
    return all;
}

int failures = 0;
const char* running = "";
std::string ptx;

}  // namespace

Test::Test(const char* name, void (*body)()) {
    tests().push_back({name, body});
}

void failed(const char* file, int line, const std::string& what) {
    failures++;
    std::printf("%s: %s:%d: %s\n", running, file, line, what.c_str());
}

void checkCode(const char* file, int line, const char* call, long long expected, long long got) {
    if (got != expected) {
        char message[500];
        gabor_soft_message(message, sizeof message);
        failed(file, line, std::string(call) + " returned " + std::to_string(got) + ", expected " + std::to_string(expected)
               + " (" + message + ")");
    }
}

const std::string& ptxText() {
    return ptx;
}

Device::Device() {
    gabor_soft_reset();
    RETURNS(0, cuInit(0));
    RETURNS(0, cuDevicePrimaryCtxRetain(&context, 0));
    RETURNS(0, cuCtxSetCurrent(context));
    RETURNS(0, cuStreamCreate(&stream, 1));
    RETURNS(0, cuModuleLoadData(&module, ptx.c_str()));
}

Device::~Device() {
    for (DevicePointer block : blocks) {
        cuMemFree_v2(block);
    }
    cuModuleUnload(module);
    cuStreamDestroy_v2(stream);
    RETURNS(0, cuDevicePrimaryCtxRelease_v2(0));
    cuCtxSetCurrent(nullptr);
    for (const char* counter : {"live_allocations", "live_bytes", "live_pinned", "live_modules", "live_streams", "live_events",
                                "live_graphs", "live_execs", "live_blas_handles", "live_dnn_handles", "live_descriptors",
                                "live_contexts"}) {
        if (gabor_soft_get(counter) != 0) {
            failed(__FILE__, __LINE__, std::string(counter) + " is not 0 at the end");
        }
    }
}

DevicePointer Device::memory(size_t bytes) {
    DevicePointer p = 0;
    RETURNS(0, cuMemAlloc_v2(&p, bytes));
    blocks.push_back(p);
    return p;
}

DevicePointer Device::floats(const std::vector<float>& values) {
    DevicePointer p = memory(values.size() * sizeof(float));
    RETURNS(0, cuMemcpyHtoD_v2(p, values.data(), values.size() * sizeof(float)));
    return p;
}

std::vector<float> Device::read(DevicePointer p, size_t n) {
    RETURNS(0, cuStreamSynchronize(stream));
    std::vector<float> values(n);
    RETURNS(0, cuMemcpyDtoH_v2(values.data(), p, n * sizeof(float)));
    return values;
}

int Device::launch(const char* kernel, unsigned grid, unsigned block, unsigned sharedBytes, std::vector<void*> arguments) {
    void* function = nullptr;
    RETURNS(0, cuModuleGetFunction(&function, module, kernel));
    return cuLaunchKernel(function, grid, 1, 1, block, 1, 1, sharedBytes, stream, arguments.data(), nullptr);
}

int main(int, char** arguments) {
    std::ifstream file(arguments[1]);
    ptx.assign(std::istreambuf_iterator<char>(file), {});
    for (const Entry& test : tests()) {
        running = test.name;
        test.body();
    }
    std::printf("%zu tests, %d failures\n", tests().size(), failures);
    return failures == 0 && !ptx.empty() ? 0 : 1;
}
