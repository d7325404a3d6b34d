// Runs kernels on the CPU. The threads of a block run one after another on one fiber; only a thread that waits at a barrier
// or a warp exchange keeps its fiber, and the next thread gets another.
#include <pthread.h>

#include <atomic>
#include <memory>
#include <unordered_map>

#include "fibers.h"
#include "host.h"
#include "shared.h"

namespace gabor::host {

namespace {

Position nowhere{};

std::atomic<bool> backwards{false};

enum class State { IDLE, RUNNING, READY, AT_BARRIER, IN_EXCHANGE, FAULTY };

struct Fiber {
    Context context;
    Position position{};
    unsigned linear = 0;
    State state = State::IDLE;
    // What it waits for.
    int line = 0;
    Exchange kind = Exchange::SYNC;
    unsigned mask = 0;
    uint64_t value = 0;
    unsigned source = 0;
    uint64_t result = 0;
};

constexpr unsigned LANES = 32;
constexpr unsigned MOST_THREADS = 1024;
/// What a lane reads of a lane that does not take part: undefined in the manual, so a NaN in any type.
constexpr uint64_t POISON = ~0ull;

std::unordered_map<std::string, Kernel>& table() {
    static auto* kernels = new std::unordered_map<std::string, Kernel>();
    return *kernels;
}

void fiberMain();

std::string coordinates(const Position& p) {
    auto text = [](const uint3& v) {
        return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
    };
    return "thread " + text(p.thread) + " of block " + text(p.block);
}

}  // namespace

// An initialiser other than zero keeps it out of .tbss, which is filled with NaN.
__thread Position* position = &nowhere;

namespace {

/// One OS thread's means to run blocks.
class Worker {
public:
    ~Worker() {
        for (auto& fiber : fibers) {
            freeContext(fiber->context);
        }
    }

    void runBlock(const Kernel& kernelToRun, void** parametersOfLaunch, const Position& first, size_t dynamicBytes);
    void runThreads(Fiber& fiber);
    void wait(State state);

    Fiber* current = nullptr;

private:
    void placeNext(Fiber& fiber);
    unsigned warpAt(unsigned i) const;
    void resume(Fiber& fiber);
    Fiber& fresh();
    void runWarp(unsigned warp);
    static bool releaseExchanges(Fiber** lanes);
    static bool arrived(Fiber** lanes, const Fiber& one);
    static void exchangeValues(Fiber** lanes, unsigned mask);
    bool releaseBarrier();
    [[noreturn]] void fail();

    Context scheduler = ownContext();
    SharedMemory shared;
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::vector<Fiber*> idle;
    /// Of each thread of the block, the fiber that it waits on.
    Fiber* waiting[MOST_THREADS] = {};
    const Kernel* kernel = nullptr;
    void** parameters = nullptr;
    Position origin{};
    /// Of the warp that starts: its threads, and how many of them have begun.
    unsigned warpStart = 0;
    unsigned warpThreads = 0;
    unsigned begun = 0;
    bool reversed = false;
    unsigned total = 0;
    unsigned exited = 0;
};

// Behind a pointer that is never null, for the same reason as `position`.
Worker* const NO_WORKER = reinterpret_cast<Worker*>(1);
__thread Worker* worker = reinterpret_cast<Worker*>(1);

Worker& ownWorker() {
    if (worker == NO_WORKER) {
        // A thread_local object with a destructor would have its flag in .tbss.
        static const pthread_key_t atThreadExit = [] {
            pthread_key_t key;
            pthread_key_create(&key, [](void* w) { delete static_cast<Worker*>(w); });
            return key;
        }();
        worker = new Worker();
        pthread_setspecific(atThreadExit, worker);
    }
    return *worker;
}

/// The first thread of the i-th warp to run.
unsigned Worker::warpAt(unsigned i) const {
    unsigned warps = (total + LANES - 1) / LANES;
    return (reversed ? warps - 1 - i : i) * LANES;
}

/// Gives the next thread of the warp to a fiber.
void Worker::placeNext(Fiber& fiber) {
    dim3 b = origin.blockShape;
    unsigned linear = warpStart + (reversed ? warpThreads - 1 - begun : begun);
    begun++;
    fiber.linear = linear;
    fiber.position = origin;
    fiber.position.thread = {linear % b.x, linear / b.x % b.y, linear / (b.x * b.y)};
}

void Worker::resume(Fiber& fiber) {
    fiber.state = State::RUNNING;
    current = &fiber;
    position = &fiber.position;
    unsigned before = fiber.linear;
    switchContext(scheduler, fiber.context);
    position = &nowhere;
    waiting[before] = nullptr;
    if (fiber.state == State::IDLE) {
        idle.push_back(&fiber);
    } else {
        waiting[fiber.linear] = &fiber;
    }
}

Fiber& Worker::fresh() {
    if (idle.empty()) {
        fibers.push_back(std::make_unique<Fiber>());
        fibers.back()->context = makeContext(fiberMain);
        idle.push_back(fibers.back().get());
    }
    Fiber* fiber = idle.back();
    idle.pop_back();
    return *fiber;
}

/// On a fiber: thread after thread of a warp until none is left; one that waits is switched away from inside `call`.
void Worker::runThreads(Fiber& fiber) {
    for (;;) {
        kernel->call(kernel->function, parameters);
        exited++;
        if (begun == warpThreads) {
            return;
        }
        placeNext(fiber);
    }
}

void fiberMain() {
    for (;;) {
        Worker& own = *worker;
        own.runThreads(*own.current);
        own.wait(State::IDLE);
    }
}

/// Leaves the running fiber in a state that the scheduler deals with.
void Worker::wait(State state) {
    Fiber& fiber = *current;
    fiber.state = state;
    switchContext(fiber.context, scheduler);
}

void Worker::runBlock(const Kernel& kernelToRun, void** parametersOfLaunch, const Position& first, size_t dynamicBytes) {
    kernel = &kernelToRun;
    parameters = parametersOfLaunch;
    origin = first;
    reversed = backwards;
    exited = 0;
    total = first.blockShape.x * first.blockShape.y * first.blockShape.z;
    shared.poison(dynamicBytes);
    origin.dynamicShared = shared.dynamic();
    for (unsigned i = 0; i * LANES < total; i++) {
        warpStart = warpAt(i);
        warpThreads = std::min(total - warpStart, LANES);
        begun = 0;
        while (begun < warpThreads) {
            Fiber& fiber = fresh();
            placeNext(fiber);
            resume(fiber);
        }
        runWarp(warpStart);
    }
    while (exited < total) {
        if (!releaseBarrier()) {
            fail();
        }
        for (unsigned i = 0; i * LANES < total; i++) {
            runWarp(warpAt(i));
        }
    }
    if (!shared.intact()) {
        throw KernelFault("kernel " + kernel->name + " writes beyond its " + std::to_string(dynamicBytes)
                          + " bytes of dynamic shared memory, near " + coordinates(first));
    }
}

/// Runs the threads of a warp until each has left or waits for other warps.
void Worker::runWarp(unsigned warp) {
    Fiber** lanes = &waiting[warp];
    do {
        for (unsigned i = 0; i < LANES; i++) {
            unsigned l = reversed ? LANES - 1 - i : i;
            if (lanes[l] != nullptr && lanes[l]->state == State::READY) {
                resume(*lanes[l]);
            }
        }
    } while (releaseExchanges(lanes));
}

/// Exchanges in which all lanes of the mask that still run have arrived.
bool Worker::releaseExchanges(Fiber** lanes) {
    bool any = false;
    for (unsigned l = 0; l < LANES; l++) {
        if (lanes[l] != nullptr && lanes[l]->state == State::IN_EXCHANGE && arrived(lanes, *lanes[l])) {
            exchangeValues(lanes, lanes[l]->mask);
            any = true;
        }
    }
    return any;
}

/// Whether all of its mask wait in the same exchange.
bool Worker::arrived(Fiber** lanes, const Fiber& one) {
    for (unsigned m = 0; m < LANES; m++) {
        if ((one.mask >> m & 1) != 0 && lanes[m] != nullptr) {
            const Fiber& other = *lanes[m];
            if (other.state != State::IN_EXCHANGE || other.mask != one.mask || other.line != one.line) {
                return false;
            }
        }
    }
    return true;
}

void Worker::exchangeValues(Fiber** lanes, unsigned mask) {
    uint64_t ballot = 0;
    for (unsigned m = 0; m < LANES; m++) {
        ballot |= (mask >> m & 1) != 0 && lanes[m] != nullptr && lanes[m]->kind == Exchange::BALLOT ? lanes[m]->value << m : 0;
    }
    for (unsigned m = 0; m < LANES; m++) {
        if ((mask >> m & 1) == 0 || lanes[m] == nullptr) {
            continue;
        }
        Fiber& fiber = *lanes[m];
        bool reads = (mask >> fiber.source & 1) != 0 && lanes[fiber.source] != nullptr;
        fiber.result = fiber.kind == Exchange::BALLOT ? ballot : reads ? lanes[fiber.source]->value : POISON;
        fiber.state = State::READY;
    }
}

/// The block's barrier: every thread waits at the same one, and none has left.
bool Worker::releaseBarrier() {
    for (unsigned t = 0; t < total; t++) {
        if (waiting[t] == nullptr || waiting[t]->state != State::AT_BARRIER || waiting[t]->line != waiting[0]->line) {
            return false;
        }
    }
    for (unsigned t = 0; t < total; t++) {
        waiting[t]->state = State::READY;
    }
    return true;
}

/// No thread can go on. Says what they wait for, and forgets their stacks.
void Worker::fail() {
    const Fiber* shown = nullptr;
    std::string differs = exited != 0 ? std::to_string(exited) + " of " + std::to_string(total) + " threads have returned" : "";
    for (unsigned t = 0; t < total; t++) {
        Fiber* fiber = waiting[t];
        waiting[t] = nullptr;
        if (fiber == nullptr) {
            continue;
        }
        resetContext(fiber->context, fiberMain);
        idle.push_back(fiber);
        if (shown == nullptr || (fiber->state == State::FAULTY && shown->state != State::FAULTY)) {
            shown = fiber;
        } else if (differs.empty() && (fiber->state != shown->state || fiber->line != shown->line)) {
            differs = coordinates(fiber->position) + " waits at line " + std::to_string(fiber->line);
        }
    }
    std::string line = std::to_string(shown->line);
    std::string message = "kernel " + kernel->name + ": " + coordinates(shown->position);
    if (shown->state == State::FAULTY) {
        throw KernelFault(message + " exchanges with a mask that leaves out its own lane, at line " + line);
    }
    message += shown->state == State::AT_BARRIER ? " waits at the barrier" : " waits for its warp";
    throw KernelFault(message + " of line " + line + ", but " + (differs.empty() ? "others of its mask never come" : differs));
}

bool fits(dim3 shape, unsigned x, unsigned y, unsigned z) {
    return shape.x >= 1 && shape.y >= 1 && shape.z >= 1 && shape.x <= x && shape.y <= y && shape.z <= z;
}

}  // namespace

void barrier(int line) {
    worker->current->line = line;
    worker->wait(State::AT_BARRIER);
}

unsigned lane() {
    return worker->current->linear % LANES;
}

uint64_t exchange(Exchange kind, unsigned mask, uint64_t value, int sourceLane, int line) {
    Fiber& fiber = *worker->current;
    fiber.kind = kind;
    fiber.mask = mask;
    fiber.value = value;
    fiber.source = static_cast<unsigned>(sourceLane);
    fiber.line = line;
    worker->wait((mask >> fiber.linear % LANES & 1) != 0 ? State::IN_EXCHANGE : State::FAULTY);
    return fiber.result;
}

void runReversed(bool reversed) {
    backwards = reversed;
}

void add(Kernel kernel) {
    std::string name = kernel.name;
    table().insert_or_assign(name, std::move(kernel));
}

const Kernel* find(const std::string& name) {
    auto found = table().find(name);
    return found == table().end() ? nullptr : &found->second;
}

void check(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes) {
    // Compute capability 7.5 and up: "Technical specifications per compute capability" of the CUDA C++ Programming Guide.
    bool ok = fits(grid, 2147483647u, 65535, 65535) && fits(block, MOST_THREADS, MOST_THREADS, 64)
        && block.x * block.y * block.z <= MOST_THREADS && sharedBytes <= (227u << 10);
    if (!ok) {
        throw std::invalid_argument("kernel " + kernel.name + ": a grid, block or shared memory beyond the limits");
    }
}

void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes, void** parameters) {
    check(kernel, grid, block, sharedBytes);
    long long blocks = static_cast<long long>(grid.x) * grid.y * grid.z;
    bool worthIt = blocks * (block.x * block.y * block.z) >= 8192;
    parallel(blocks, worthIt, [&](long long step) {
        long long i = backwards ? blocks - 1 - step : step;
        Position first{};
        first.blockShape = block;
        first.gridShape = grid;
        first.block = {static_cast<unsigned>(i % grid.x), static_cast<unsigned>(i / grid.x % grid.y),
                       static_cast<unsigned>(i / (static_cast<long long>(grid.x) * grid.y))};
        ownWorker().runBlock(kernel, parameters, first, sharedBytes);
    });
}

void launch(const std::string& name, dim3 grid, dim3 block, size_t sharedBytes, void** parameters) {
    const Kernel* kernel = find(name);
    if (kernel == nullptr) {
        throw std::invalid_argument("no kernel " + name);
    }
    launch(*kernel, grid, block, sharedBytes, parameters);
}

}  // namespace gabor::host
