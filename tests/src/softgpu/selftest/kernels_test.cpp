// Modules and kernels: what a launch computes, and what is refused.
#include <cstdint>

#include "selftest.h"

TEST(aModuleMustBePtxThatTheDeviceReads) {
    Device device;
    void* module;
    char log[200];
    int options[] = {5, 6};
    void* values[] = {log, reinterpret_cast<void*>(sizeof log)};
    RETURNS(218, cuModuleLoadDataEx(&module, "hello", 2, options, values));
    CHECK(std::string(log).find(".version") != std::string::npos);
    CHECK(reinterpret_cast<size_t>(values[1]) == std::strlen(log));
    RETURNS(200, cuModuleLoadData(&module, "\x7f" "ELF binary"));
    std::string newer = ".version 9.0\n.target sm_75\n.address_size 64\n";
    RETURNS(222, cuModuleLoadData(&module, newer.c_str()));
    RETURNS(218, cuModuleLoadData(&module, ".version 7.0\n.target sm_120\n"));
    RETURNS(218, cuModuleLoadData(&module,
                                  ".version 7.0\n.target sm_75\n.visible .entry selftest_reverse(.param .u32 a)\n{\nret;\n}\n"));
    RETURNS(0, cuModuleLoadData(&module, ".version 7.0\n.target sm_75\n.visible .entry nowhere(.param .u32 a)\n{\nret;\n}\n"));
    void* function;
    RETURNS(500, cuModuleGetFunction(&function, module, "nowhere"));
    RETURNS(500, cuModuleGetFunction(&function, module, "absent"));
    RETURNS(0, cuModuleUnload(module));
}

TEST(aGridComputes) {
    Device device;
    std::vector<float> values(100000);
    for (size_t i = 0; i < values.size(); i++) {
        values[i] = static_cast<float>(i % 11);
    }
    DevicePointer x = device.floats(values);
    DevicePointer y = device.memory(values.size() * 4);
    float factor = 3;
    auto n = static_cast<long long>(values.size());
    RETURNS(0, device.launch("selftest_scale", (100000 + 255) / 256, 256, 0, {&x, &y, &factor, &n}));
    std::vector<float> result = device.read(y, values.size());
    for (size_t i = 0; i < values.size(); i++) {
        CHECK(result[i] == 3 * values[i]);
    }
    RETURNS(701, device.launch("selftest_scale", 1, 512, 0, {&x, &y, &factor, &n}));
    RETURNS(1, device.launch("selftest_scale", 1, 2048, 0, {&x, &y, &factor, &n}));
    RETURNS(1, device.launch("selftest_scale", 0, 32, 0, {&x, &y, &factor, &n}));
    CHECK(gabor_soft_get("launches") == 1);
}

TEST(barriersAndShufflesExchangeInBothOrders) {
    for (int reversed : {0, 1}) {
        Device device;
        gabor_soft_set("reversed", reversed);
        constexpr int ROWS = 40;
        int columns = 333;
        std::vector<float> values(ROWS * 333);
        for (size_t i = 0; i < values.size(); i++) {
            values[i] = static_cast<float>(i % 7);
        }
        DevicePointer x = device.floats(values);
        DevicePointer y = device.memory(ROWS * 4);
        RETURNS(0, device.launch("selftest_row_sum", ROWS, 256, 0, {&x, &y, &columns}));
        std::vector<float> sums = device.read(y, ROWS);
        for (int row = 0; row < ROWS; row++) {
            float expected = 0;
            for (int i = 0; i < columns; i++) {
                expected += values[static_cast<size_t>(row * columns + i)];
            }
            CHECK(sums[static_cast<size_t>(row)] == expected);
        }
    }
}

TEST(dynamicSharedMemoryIsCountedAndLimited) {
    Device device;
    std::vector<float> values(96);
    std::vector<int> numbers(96);
    for (int i = 0; i < 96; i++) {
        numbers[static_cast<size_t>(i)] = i;
    }
    DevicePointer x = device.memory(96 * 4);
    RETURNS(0, cuMemcpyHtoD_v2(x, numbers.data(), 96 * 4));
    RETURNS(0, device.launch("selftest_reverse", 1, 96, 96 * 4, {&x}));
    RETURNS(0, cuMemcpyDtoH_v2(numbers.data(), x, 96 * 4));
    CHECK(numbers[0] == 95 && numbers[95] == 0);
    RETURNS(1, device.launch("selftest_reverse", 1, 96, 50000, {&x}));
    void* function;
    RETURNS(0, cuModuleGetFunction(&function, device.module, "selftest_reverse"));
    RETURNS(0, cuFuncSetAttribute(function, 8, 50000));
    RETURNS(0, device.launch("selftest_reverse", 1, 96, 50000, {&x}));
    RETURNS(0, device.launch("selftest_reverse", 1, 96, 95 * 4, {&x}));
    RETURNS(719, cuStreamSynchronize(device.stream));
}

TEST(sharedMemoryStartsAsNan) {
    Device device;
    DevicePointer y = device.memory(8);
    for (int write : {1, 0}) {
        RETURNS(0, cuMemsetD32Async(y, 0, 2, device.stream));
        RETURNS(0, device.launch("selftest_unwritten", 1, 1, 16, {&y, &write}));
        CHECK(std::isnan(device.read(y, 2)[0]) == (write == 0));
        CHECK(std::isnan(device.read(y, 2)[1]));
    }
}

TEST(aMissingBarrierShowsInReverse) {
    Device device;
    DevicePointer y = device.memory(50 * 4);
    RETURNS(0, device.launch("selftest_unordered", 1, 50, 0, {&y}));
    CHECK(device.read(y, 50)[49] == 1);
    gabor_soft_set("reversed", 1);
    RETURNS(0, device.launch("selftest_unordered", 1, 50, 0, {&y}));
    CHECK(device.read(y, 50)[0] == 1);
    CHECK(std::isnan(device.read(y, 50)[49]));
}

TEST(divergentBarriersAreFatal) {
    for (const char* kernel : {"selftest_diverge", "selftest_two_barriers"}) {
        Device device;
        DevicePointer y = device.memory(64 * 4);
        unsigned waiting = 64;
        if (std::string(kernel) == "selftest_diverge") {
            RETURNS(0, device.launch(kernel, 1, 64, 0, {&y, &waiting}));
            RETURNS(0, cuStreamSynchronize(device.stream));
        }
        waiting = 7;
        RETURNS(0, device.launch(kernel, 1, 64, 0, {&y, &waiting}));
        RETURNS(719, cuStreamSynchronize(device.stream));
        char message[300];
        gabor_soft_message(message, sizeof message);
        CHECK(std::string(message).find("barrier") != std::string::npos);
        DevicePointer p;
        RETURNS(719, cuMemAlloc_v2(&p, 4));
    }
}

TEST(lanesExchangeInsideTheirMask) {
    Device device;
    DevicePointer y = device.memory(32 * 4);
    int lanes[32];
    RETURNS(0, device.launch("selftest_part_of_warp", 1, 32, 0, {&y}));
    RETURNS(0, cuMemcpyDtoH_v2(lanes, y, 32));
    CHECK(lanes[0] == 70 && lanes[7] == 0 && lanes[3] == -1);
    RETURNS(0, device.launch("selftest_votes", 1, 32, 0, {&y}));
    RETURNS(0, cuMemcpyDtoH_v2(lanes, y, 128));
    CHECK(static_cast<unsigned>(lanes[5]) == 0xAAAAAAAAu + 1);
}

// The address sanitizer ends the process at such a write.
#ifndef __SANITIZE_ADDRESS__
TEST(writesOutsideAnAllocationAreFatal) {
    Device device;
    DevicePointer y = device.memory(40);
    int n = 9;
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(0, cuStreamSynchronize(device.stream));
    n = 10;
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(700, cuStreamSynchronize(device.stream));
}
#endif

TEST(argumentsMustBeDevicePointers) {
    Device device;
    float host[4];
    auto y = reinterpret_cast<DevicePointer>(host);
    int n = 0;
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(700, cuStreamSynchronize(device.stream));
}

TEST(errorsComeLateIfWanted) {
    Device device;
    gabor_soft_set("late_errors", 1);
    gabor_soft_fail("launch", 2, 719);
    DevicePointer y = device.memory(40);
    int n = 0;
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(0, cuStreamSynchronize(device.stream));
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(0, device.launch("selftest_overrun", 1, 1, 0, {&y, &n}));
    RETURNS(719, cuStreamSynchronize(device.stream));
    RETURNS(719, cuStreamSynchronize(device.stream));
}

/// The known answers of Random123's kat_vectors for Philox4x32-10.
TEST(wordsAreThoseOfPhilox) {
    Device device;
    struct {
        unsigned long long seed;
        unsigned stream, step, epoch;
        DevicePointer words;
        int n;
    } arguments{0, 0, 0, 0, device.memory(16), 4};
    unsigned words[4];
    RETURNS(0, device.launch("selftest_words", 1, 32, 0, {&arguments}));
    RETURNS(0, cuMemcpyDtoH_v2(words, arguments.words, 16));
    CHECK(words[0] == 0x6627E8D5u && words[1] == 0xE169C58Du && words[2] == 0xBC57AC4Cu && words[3] == 0x9B00DBD8u);
}

TEST(bfloat16RoundsToNearestEven) {
    Device device;
    auto bits = [](unsigned b) {
        float f;
        std::memcpy(&f, &b, 4);
        return f;
    };
    // Halfway goes to the even neighbour; just above it goes up; the largest float overflows; a NaN stays one.
    std::vector<float> values{bits(0x3F808000), bits(0x3F818000), bits(0x3F808001), bits(0x7F7FFFFF), bits(0x7F800001),
                              bits(0x80000001)};
    std::vector<uint16_t> expected{0x3F80, 0x3F82, 0x3F81, 0x7F80, 0x7FC0, 0x8000};
    DevicePointer x = device.floats(values);
    DevicePointer y = device.memory(values.size() * 2);
    DevicePointer back = device.memory(values.size() * 4);
    auto n = static_cast<int>(values.size());
    RETURNS(0, device.launch("selftest_bfloat16", 1, 32, 0, {&x, &y, &back, &n}));
    std::vector<uint16_t> rounded(values.size());
    RETURNS(0, cuMemcpyDtoH_v2(rounded.data(), y, rounded.size() * 2));
    for (size_t i = 0; i < rounded.size(); i++) {
        CHECK(rounded[i] == expected[i]);
    }
    CHECK(device.read(back, values.size())[1] == bits(0x3F820000));
}
