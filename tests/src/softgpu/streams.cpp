// Streams and events. A stream runs an operation at once, or, when it is lazy, not until something waits for it.
#include <algorithm>
#include <chrono>

#include "device.h"

namespace softgpu {

namespace {

constexpr unsigned NON_BLOCKING = 1;
constexpr unsigned BLOCKING_SYNC = 1;
constexpr unsigned DISABLE_TIMING = 2;
constexpr uintptr_t LEGACY = 1;

/// Ordered by creation, so that draining all has one order.
struct Streams {
    Stream standard;
    std::vector<Stream*> created;
    std::set<Event*> events;
};

Streams& all() {
    static auto* streams = new Streams();
    return *streams;
}

double now() {
    std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now().time_since_epoch();
    return time.count();
}

void runFirst(Stream* stream) {
    Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    execute(operation);
}

/// Work in the default stream comes after all earlier work of the blocking streams, and theirs after its.
void orderAgainstDefault(Stream* stream) {
    if (isDefault(stream)) {
        for (Stream* other : all().created) {
            if (other->blocking) {
                drain(other);
            }
        }
    } else if (stream->blocking) {
        drain(&all().standard);
    }
}

/// Runs the stream of a record until the record is done.
void reach(const std::shared_ptr<Mark>& mark) {
    while (!mark->done && !mark->stream->queue.empty()) {
        runFirst(mark->stream);
    }
}

Event* eventOf(void* handle) {
    auto found = all().events.find(static_cast<Event*>(handle));
    return found == all().events.end() ? nullptr : *found;
}

Result noStream(const char* call) {
    return complain(INVALID_HANDLE, std::string(call) + ": no such stream");
}

Result noEvent(const char* call) {
    return complain(INVALID_HANDLE, std::string(call) + ": no such event");
}

}  // namespace

bool isDefault(const Stream* stream) {
    return stream == &all().standard;
}

Stream* streamOf(void* handle) {
    if (reinterpret_cast<uintptr_t>(handle) <= LEGACY) {
        return &all().standard;
    }
    for (Stream* stream : all().created) {
        if (stream == handle) {
            return stream;
        }
    }
    return nullptr;
}

Result execute(const Operation& operation) {
    if (fatal() == SUCCESS) {
        if (Result r = operation.run()) {
            setFatal(r);
        }
    }
    return fatal();
}

Result submit(Stream* stream, Operation operation) {
    if (stream->capture != nullptr) {
        return captureNode(stream, std::move(operation));
    }
    orderAgainstDefault(stream);
    stream->queue.push_back(std::move(operation));
    if (setting("lazy") == 0) {
        drain(stream);
    }
    return SUCCESS;
}

Result drain(Stream* stream) {
    while (!stream->queue.empty()) {
        runFirst(stream);
    }
    return fatal();
}

Result drainAll() {
    drain(&all().standard);
    for (Stream* stream : all().created) {
        drain(stream);
    }
    return fatal();
}

void destroyStreams() {
    for (Stream* stream : all().created) {
        forgetCapture(stream);
        count("live_streams", -1);
        count("leaked");
        delete stream;
    }
    for (Event* event : all().events) {
        count("live_events", -1);
        count("leaked");
        delete event;
    }
    all().created.clear();
    all().events.clear();
}

}  // namespace softgpu

using namespace softgpu;

API Result cuStreamCreate(void** stream, unsigned flags) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    if (stream == nullptr || flags > NON_BLOCKING) {
        return complain(INVALID_VALUE, "cuStreamCreate: unknown flags");
    }
    if (Result r = injected("stream")) {
        return r;
    }
    auto* created = new Stream();
    created->blocking = flags != NON_BLOCKING;
    all().created.push_back(created);
    count("live_streams");
    *stream = created;
    return SUCCESS;
}

/// Priorities do not change what a stream computes.
API Result cuStreamCreateWithPriority(void** stream, unsigned flags, int) {
    return cuStreamCreate(stream, flags);
}

API Result cuStreamDestroy_v2(void* handle) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr || isDefault(stream)) {
        return noStream("cuStreamDestroy");
    }
    forgetCapture(stream);
    drain(stream);
    for (Event* event : all().events) {
        // Its marks are done, and must not name a stream that is gone.
        if (event->mark && event->mark->stream == stream) {
            event->mark->stream = &all().standard;
        }
    }
    std::vector<Stream*>& created = all().created;
    created.erase(std::find(created.begin(), created.end(), stream));
    count("live_streams", -1);
    delete stream;
    return SUCCESS;
}

API Result cuStreamSynchronize(void* handle) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr) {
        return noStream("cuStreamSynchronize");
    }
    if (Result r = refuseInCapture(stream, "cuStreamSynchronize")) {
        return r;
    }
    if (Result r = refuseImplicit(stream, "cuStreamSynchronize")) {
        return r;
    }
    count("synchronizations");
    orderAgainstDefault(stream);
    return drain(stream);
}

/// A lazy stream gets on by one operation a query, so that a loop of queries ends.
API Result cuStreamQuery(void* handle) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr) {
        return noStream("cuStreamQuery");
    }
    if (Result r = refuseInCapture(stream, "cuStreamQuery")) {
        return r;
    }
    if (stream->queue.empty()) {
        return fatal();
    }
    runFirst(stream);
    return fatal() != SUCCESS ? fatal() : NOT_READY;
}

API Result cuStreamWaitEvent(void* handle, void* eventHandle, unsigned) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Stream* stream = streamOf(handle);
    Event* event = eventOf(eventHandle);
    if (stream == nullptr || event == nullptr) {
        return stream == nullptr ? noStream("cuStreamWaitEvent") : noEvent("cuStreamWaitEvent");
    }
    if (event->capture != nullptr || stream->capture != nullptr) {
        return captureWait(stream, event);
    }
    if (event->mark == nullptr) {
        return SUCCESS;
    }
    std::shared_ptr<Mark> mark = event->mark;
    return submit(stream, {"wait", [mark]() -> Result {
        reach(mark);
        return SUCCESS;
    }});
}

API Result cuEventCreate(void** event, unsigned flags) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    if (event == nullptr || flags > (BLOCKING_SYNC | DISABLE_TIMING)) {
        return complain(INVALID_VALUE, "cuEventCreate: unknown flags");
    }
    if (Result r = injected("event")) {
        return r;
    }
    auto* created = new Event();
    created->timing = (flags & DISABLE_TIMING) == 0;
    all().events.insert(created);
    count("live_events");
    *event = created;
    return SUCCESS;
}

API Result cuEventDestroy_v2(void* handle) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Event* event = eventOf(handle);
    if (event == nullptr) {
        return noEvent("cuEventDestroy");
    }
    all().events.erase(event);
    count("live_events", -1);
    delete event;
    return SUCCESS;
}

API Result cuEventRecord(void* handle, void* streamHandle) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Event* event = eventOf(handle);
    Stream* stream = streamOf(streamHandle);
    if (stream == nullptr || event == nullptr) {
        return stream == nullptr ? noStream("cuEventRecord") : noEvent("cuEventRecord");
    }
    if (stream->capture != nullptr) {
        return captureRecord(stream, event);
    }
    if (Result r = refuseImplicit(stream, "cuEventRecord")) {
        return r;
    }
    auto mark = std::make_shared<Mark>();
    mark->stream = stream;
    event->mark = mark;
    event->capture = nullptr;
    return submit(stream, {"record", [mark]() -> Result {
        mark->done = true;
        mark->milliseconds = now();
        return SUCCESS;
    }});
}

API Result cuEventSynchronize(void* handle) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    Event* event = eventOf(handle);
    if (event == nullptr) {
        return noEvent("cuEventSynchronize");
    }
    if (Result r = refuseCaptured(event, "cuEventSynchronize")) {
        return r;
    }
    count("synchronizations");
    if (event->mark) {
        reach(event->mark);
    }
    return fatal();
}

API Result cuEventQuery(void* handle) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    Event* event = eventOf(handle);
    if (event == nullptr) {
        return noEvent("cuEventQuery");
    }
    if (Result r = refuseCaptured(event, "cuEventQuery")) {
        return r;
    }
    if (!event->mark || event->mark->done) {
        return fatal();
    }
    runFirst(event->mark->stream);
    return fatal() != SUCCESS ? fatal() : NOT_READY;
}

API Result cuEventElapsedTime(float* milliseconds, void* startHandle, void* endHandle) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    Event* start = eventOf(startHandle);
    Event* end = eventOf(endHandle);
    if (start == nullptr || end == nullptr || !start->timing || !end->timing || !start->mark || !end->mark) {
        return complain(INVALID_HANDLE, "cuEventElapsedTime: an event that does not exist, has no timing or was never recorded");
    }
    if (!start->mark->done || !end->mark->done) {
        return NOT_READY;
    }
    *milliseconds = static_cast<float>(end->mark->milliseconds - start->mark->milliseconds);
    return SUCCESS;
}
