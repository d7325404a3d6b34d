// Stream capture and graphs. A capture records operations with their arguments; only a launch runs them.
#include <algorithm>
#include <thread>

#include "device.h"

namespace softgpu {

namespace {

enum Mode { GLOBAL = 0, THREAD_LOCAL = 1, RELAXED = 2 };

struct Node {
    Operation operation;
    std::set<size_t> after;
};

struct Graph {
    std::vector<Node> nodes;
};

/// An instantiated graph. A launch shares its nodes: an exec may be destroyed while it runs.
struct Exec {
    std::shared_ptr<const std::vector<Node>> nodes;
};

}  // namespace

struct Capture {
    Graph* graph;
    Stream* origin;
    Mode mode;
    std::thread::id thread;
    bool spoiled = false;
    std::set<Stream*> streams;
};

namespace {

struct Graphs {
    std::set<Graph*> graphs;
    std::set<Exec*> execs;
    std::set<Capture*> captures;
};

Graphs& all() {
    static auto* graphs = new Graphs();
    return *graphs;
}

template <typename T>
T* known(std::set<T*>& among, void* handle) {
    auto found = among.find(static_cast<T*>(handle));
    return found == among.end() ? nullptr : *found;
}

Result spoil(Capture* capture, Result code, const std::string& why) {
    capture->spoiled = true;
    return complain(code, why);
}

Result spoiled(const char* call) {
    return complain(STREAM_CAPTURE_INVALIDATED, std::string(call) + ": an earlier call has spoiled the capture");
}

/// Takes all streams out of a capture, and forgets it.
void end(Capture* capture) {
    for (Stream* stream : capture->streams) {
        stream->capture = nullptr;
        stream->tips.clear();
    }
    all().captures.erase(capture);
    delete capture;
}

/// Whether each stream's last work comes before the end of the origin's.
bool joined(const Capture& capture) {
    std::set<size_t> before = capture.origin->tips;
    std::vector<size_t> open(before.begin(), before.end());
    while (!open.empty()) {
        size_t node = open.back();
        open.pop_back();
        for (size_t earlier : capture.graph->nodes[node].after) {
            if (before.insert(earlier).second) {
                open.push_back(earlier);
            }
        }
    }
    for (const Stream* stream : capture.streams) {
        if (!std::includes(before.begin(), before.end(), stream->tips.begin(), stream->tips.end())) {
            return false;
        }
    }
    return true;
}

/// Runs the nodes as captured, or, on a lazy device, always the latest that may run: then a missing dependency shows.
Result runNodes(const std::vector<Node>& nodes) {
    std::vector<std::vector<size_t>> before(nodes.size());
    std::vector<size_t> awaited(nodes.size());
    std::set<size_t> ready;
    for (size_t i = 0; i < nodes.size(); i++) {
        awaited[i] = nodes[i].after.size();
        for (size_t earlier : nodes[i].after) {
            before[earlier].push_back(i);
        }
        if (awaited[i] == 0) {
            ready.insert(i);
        }
    }
    while (!ready.empty()) {
        auto next = setting("lazy") != 0 ? std::prev(ready.end()) : ready.begin();
        size_t node = *next;
        ready.erase(next);
        if (Result r = nodes[node].operation.run()) {
            return r;
        }
        for (size_t later : before[node]) {
            if (--awaited[later] == 0) {
                ready.insert(later);
            }
        }
    }
    return SUCCESS;
}

Result endCapture(Stream* stream, void** graph) {
    Capture* capture = stream->capture;
    if (capture == nullptr) {
        return complain(ILLEGAL_STATE, "cuStreamEndCapture: the stream does not capture");
    }
    if (capture->origin != stream) {
        return spoil(capture, STREAM_CAPTURE_UNMATCHED, "cuStreamEndCapture: another stream began the capture");
    }
    if (capture->mode != RELAXED && capture->thread != std::this_thread::get_id()) {
        return complain(STREAM_CAPTURE_WRONG_THREAD, "cuStreamEndCapture: another thread began the capture");
    }
    Result r = SUCCESS;
    if (capture->spoiled) {
        r = spoiled("cuStreamEndCapture");
    } else if (!joined(*capture)) {
        r = complain(STREAM_CAPTURE_UNJOINED, "cuStreamEndCapture: a stream that joined the capture was not joined back");
    }
    Graph* captured = capture->graph;
    end(capture);
    if (r != SUCCESS) {
        delete captured;
        return r;
    }
    all().graphs.insert(captured);
    count("live_graphs");
    *graph = captured;
    return SUCCESS;
}

}  // namespace

Result captureNode(Stream* stream, Operation operation) {
    Capture* capture = stream->capture;
    if (capture->spoiled) {
        return spoiled(operation.kind.c_str());
    }
    if (Result r = injected("capture_node")) {
        return spoil(capture, r, "the test wants this capture to fail");
    }
    capture->graph->nodes.push_back({std::move(operation), stream->tips});
    stream->tips = {capture->graph->nodes.size() - 1};
    return SUCCESS;
}

Result refuseUnsafeInCapture(const char* call) {
    for (Capture* capture : all().captures) {
        bool own = capture->thread == std::this_thread::get_id();
        if (capture->mode == GLOBAL || (own && capture->mode == THREAD_LOCAL)) {
            return spoil(capture, STREAM_CAPTURE_UNSUPPORTED, std::string(call) + " while a stream captures");
        }
    }
    return SUCCESS;
}

Result refuseInCapture(Stream* stream, const char* call) {
    if (stream->capture == nullptr) {
        return SUCCESS;
    }
    return spoil(stream->capture, STREAM_CAPTURE_UNSUPPORTED, std::string(call) + " in a stream that captures");
}

Result refuseImplicit(Stream* stream, const char* call) {
    if (!isDefault(stream)) {
        return SUCCESS;
    }
    for (Capture* capture : all().captures) {
        for (const Stream* captured : capture->streams) {
            if (captured->blocking) {
                return spoil(capture, STREAM_CAPTURE_IMPLICIT, std::string(call)
                             + " in the default stream while a blocking stream captures");
            }
        }
    }
    return SUCCESS;
}

Result captureRecord(Stream* stream, Event* event) {
    if (stream->capture->spoiled) {
        return spoiled("cuEventRecord");
    }
    event->capture = stream->capture;
    event->tips = stream->tips;
    event->mark = nullptr;
    return SUCCESS;
}

Result captureWait(Stream* stream, Event* event) {
    if (event->capture == nullptr) {
        return spoil(stream->capture, STREAM_CAPTURE_ISOLATION,
                     "cuStreamWaitEvent: a capturing stream waits for an event outside the capture");
    }
    if (known(all().captures, event->capture) == nullptr) {
        return complain(INVALID_VALUE, "cuStreamWaitEvent: the capture that recorded the event has ended");
    }
    if (isDefault(stream)) {
        return spoil(event->capture, STREAM_CAPTURE_IMPLICIT, "cuStreamWaitEvent: the default stream waits for a captured event");
    }
    if (stream->capture != nullptr && stream->capture != event->capture) {
        stream->capture->spoiled = true;
        return spoil(event->capture, STREAM_CAPTURE_MERGE, "cuStreamWaitEvent: two captures would become one");
    }
    if (event->capture->spoiled) {
        return spoiled("cuStreamWaitEvent");
    }
    stream->capture = event->capture;
    event->capture->streams.insert(stream);
    stream->tips.insert(event->tips.begin(), event->tips.end());
    return SUCCESS;
}

Result refuseCaptured(Event* event, const char* call) {
    if (event->capture == nullptr) {
        return SUCCESS;
    }
    std::string why = std::string(call) + ": the event was last recorded in a capture";
    if (Capture* capture = known(all().captures, event->capture)) {
        return spoil(capture, CAPTURED_EVENT, why);
    }
    return complain(CAPTURED_EVENT, why);
}

void forgetCapture(Stream* stream) {
    if (stream->capture != nullptr) {
        delete stream->capture->graph;
        end(stream->capture);
    }
}

void destroyGraphs() {
    for (Graph* graph : all().graphs) {
        count("live_graphs", -1);
        count("leaked");
        delete graph;
    }
    for (Exec* exec : all().execs) {
        count("live_execs", -1);
        count("leaked");
        delete exec;
    }
    all().graphs.clear();
    all().execs.clear();
}

}  // namespace softgpu

using namespace softgpu;

API Result cuStreamBeginCapture_v2(void* handle, int mode) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr || mode < GLOBAL || mode > RELAXED) {
        return complain(stream == nullptr ? INVALID_HANDLE : INVALID_VALUE, "cuStreamBeginCapture: no such stream or mode");
    }
    if (isDefault(stream)) {
        return complain(STREAM_CAPTURE_UNSUPPORTED, "cuStreamBeginCapture: the default stream cannot capture");
    }
    if (stream->capture != nullptr) {
        return complain(ILLEGAL_STATE, "cuStreamBeginCapture: the stream captures already");
    }
    stream->capture = new Capture{new Graph(), stream, static_cast<Mode>(mode), std::this_thread::get_id(), false, {stream}};
    stream->tips.clear();
    all().captures.insert(stream->capture);
    return SUCCESS;
}

API Result cuStreamEndCapture(void* handle, void** graph) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    if (graph != nullptr) {
        *graph = nullptr;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr || graph == nullptr) {
        return complain(stream == nullptr ? INVALID_HANDLE : INVALID_VALUE,
                        "cuStreamEndCapture: no such stream or no place for a graph");
    }
    return endCapture(stream, graph);
}

/// 0: no capture, 1: active, 2: spoiled.
API Result cuStreamIsCapturing(void* handle, int* status) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr) {
        return complain(INVALID_HANDLE, "cuStreamIsCapturing: no such stream");
    }
    *status = stream->capture == nullptr ? 0 : stream->capture->spoiled ? 2 : 1;
    return SUCCESS;
}

API Result cuGraphInstantiateWithFlags(void** exec, void* handle, unsigned long long) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Graph* graph = known(all().graphs, handle);
    if (graph == nullptr || exec == nullptr) {
        return complain(INVALID_VALUE, "cuGraphInstantiate: no such graph");
    }
    if (Result r = injected("instantiate")) {
        return r;
    }
    auto* created = new Exec{std::make_shared<const std::vector<Node>>(graph->nodes)};
    all().execs.insert(created);
    count("live_execs");
    *exec = created;
    return SUCCESS;
}

API Result cuGraphGetNodes(void* handle, void** nodes, size_t* n) {
    LOCKED;
    Graph* graph = known(all().graphs, handle);
    if (graph == nullptr || n == nullptr) {
        return complain(INVALID_VALUE, "cuGraphGetNodes: no such graph");
    }
    size_t number = graph->nodes.size();
    if (nodes != nullptr) {
        for (size_t i = 0; i < *n; i++) {
            nodes[i] = i < number ? &graph->nodes[i] : nullptr;
        }
        number = std::min(number, *n);
    }
    *n = number;
    return SUCCESS;
}

API Result cuGraphUpload(void* handle, void* stream) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    if (known(all().execs, handle) == nullptr || streamOf(stream) == nullptr) {
        return complain(INVALID_VALUE, "cuGraphUpload: no such graph or stream");
    }
    return SUCCESS;
}

API Result cuGraphLaunch(void* handle, void* streamHandle) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Exec* exec = known(all().execs, handle);
    Stream* stream = streamOf(streamHandle);
    if (exec == nullptr || stream == nullptr) {
        return complain(INVALID_VALUE, "cuGraphLaunch: no such graph or stream");
    }
    if (Result r = refuseImplicit(stream, "cuGraphLaunch")) {
        return r;
    }
    count("graph_launches");
    Result wanted = injected("graph_launch");
    if (wanted != SUCCESS && !isFatal(wanted)) {
        return wanted;
    }
    auto nodes = exec->nodes;
    return submit(stream, {"graph", [nodes, wanted]() -> Result { return wanted != SUCCESS ? wanted : runNodes(*nodes); }});
}

API Result cuGraphExecDestroy(void* handle) {
    LOCKED;
    Exec* exec = known(all().execs, handle);
    if (exec == nullptr) {
        return complain(INVALID_VALUE, "cuGraphExecDestroy: no such graph");
    }
    all().execs.erase(exec);
    count("live_execs", -1);
    delete exec;
    return SUCCESS;
}

API Result cuGraphDestroy(void* handle) {
    LOCKED;
    Graph* graph = known(all().graphs, handle);
    if (graph == nullptr) {
        return complain(INVALID_VALUE, "cuGraphDestroy: no such graph");
    }
    all().graphs.erase(graph);
    count("live_graphs", -1);
    delete graph;
    return SUCCESS;
}
