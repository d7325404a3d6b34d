// A crew of helper threads that share the iterations of a loop.
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "host.h"

namespace gabor::host {

namespace {

constexpr unsigned MOST_HELPERS = 7;

class Crew {
public:
    explicit Crew(unsigned helpers) : helpers(helpers) {
        for (unsigned i = 0; i < helpers; i++) {
            std::thread([this] { help(); }).detach();
        }
    }

    void run(long long n, void (*bodyOfLoop)(void*, long long), void* contextOfLoop) {
        {
            std::lock_guard<std::mutex> lock(mutex);
            count = n;
            body = bodyOfLoop;
            context = contextOfLoop;
            next = 0;
            failure = nullptr;
            busy = helpers;
            round++;
        }
        wake.notify_all();
        work();
        std::unique_lock<std::mutex> lock(mutex);
        done.wait(lock, [this] { return busy == 0; });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

private:
    void work() {
        try {
            for (long long i; (i = next.fetch_add(1)) < count;) {
                body(context, i);
            }
        } catch (...) {
            next = count;
            std::lock_guard<std::mutex> lock(mutex);
            failure = failure ? failure : std::current_exception();
        }
    }

    void help() {
        unsigned long long seen = 0;
        for (;;) {
            {
                std::unique_lock<std::mutex> lock(mutex);
                wake.wait(lock, [&] { return round != seen; });
                seen = round;
            }
            work();
            std::lock_guard<std::mutex> lock(mutex);
            if (--busy == 0) {
                done.notify_one();
            }
        }
    }

    const unsigned helpers;
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable done;
    std::atomic<long long> next{0};
    long long count = 0;
    void (*body)(void*, long long) = nullptr;
    void* context = nullptr;
    std::exception_ptr failure;
    unsigned busy = 0;
    unsigned long long round = 0;
};

/// Never destroyed: its threads outlive main.
Crew* crew() {
    static Crew* const one = [] {
        unsigned cores = std::thread::hardware_concurrency();
        return cores < 2 ? nullptr : new Crew(std::min(cores - 1, MOST_HELPERS));
    }();
    return one;
}

}  // namespace

void parallel(long long count, bool worthIt, void (*body)(void* context, long long i), void* context) {
    static std::mutex oneAtATime;
    std::unique_lock<std::mutex> lock(oneAtATime, std::defer_lock);
    if (worthIt && count > 1 && crew() != nullptr && lock.try_lock()) {
        crew()->run(count, body, context);
        return;
    }
    for (long long i = 0; i < count; i++) {
        body(context, i);
    }
}

}  // namespace gabor::host
