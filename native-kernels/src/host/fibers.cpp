#include "fibers.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#ifndef __x86_64__
#error "the fibers are written for x86-64, the only processor that JCuda's natives are made for"
#endif

// Saves what the System V ABI asks a callee to keep on the stack of the one and takes it from the stack of the other.
extern "C" void gabor_switch_stack(void** from, void* to);
asm(R"(
.text
.globl gabor_switch_stack
.hidden gabor_switch_stack
.type gabor_switch_stack, @function
gabor_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size gabor_switch_stack, .-gabor_switch_stack
)");

namespace gabor::host {

namespace {

constexpr int SAVED_REGISTERS = 6;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t STACK_BYTES = 256 << 10;
#else
constexpr size_t STACK_BYTES = 64 << 10;
#endif

size_t pageBytes() {
    static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

#ifdef __SANITIZE_ADDRESS__
/// Holds from a switch to the arrival; between blocks .tbss is overwritten, so nothing may last longer here.
__thread Context* switchedFrom;

/// The first lines on a resumed stack: tells the sanitizer that the switch is done, and learns the bounds of the old one.
void arrive(void* sanitizerState) {
    const void* bottom;
    size_t bytes;
    __sanitizer_finish_switch_fiber(sanitizerState, &bottom, &bytes);
    switchedFrom->stack = const_cast<void*>(bottom);
    switchedFrom->stackBytes = bytes;
}

void (*fiberEntry)() = nullptr;

void enter() {
    arrive(nullptr);
    fiberEntry();
}
#endif

}  // namespace

void resetContext(Context& context, void (*entry)()) {
#ifdef __SANITIZE_ADDRESS__
    fiberEntry = entry;
    entry = enter;
#endif
    // At its entry a function finds its return address 8 bytes below a 16-byte boundary.
    // Stacks start at different offsets in their pages, or all would compete for the same lines of the cache.
    size_t offset = reinterpret_cast<uintptr_t>(context.stack) / (context.stackBytes + pageBytes()) % 16 * 256;
    void** top = reinterpret_cast<void**>(static_cast<char*>(context.stack) + context.stackBytes - offset);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < SAVED_REGISTERS; i++) {
        *--top = nullptr;
    }
    context.stackPointer = top;
}

Context makeContext(void (*entry)()) {
    size_t guard = pageBytes();
    void* memory = mmap(nullptr, guard + STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard, PROT_NONE) != 0) {
        throw std::bad_alloc();
    }
    Context context;
    context.stack = static_cast<char*>(memory) + guard;
    context.stackBytes = STACK_BYTES;
#ifdef __SANITIZE_THREAD__
    context.sanitizerState = __tsan_create_fiber(0);
#endif
    resetContext(context, entry);
    return context;
}

void freeContext(Context& context) {
#ifdef __SANITIZE_THREAD__
    __tsan_destroy_fiber(context.sanitizerState);
#endif
    munmap(static_cast<char*>(context.stack) - pageBytes(), pageBytes() + context.stackBytes);
    context = Context();
}

Context ownContext() {
    Context context;
#ifdef __SANITIZE_THREAD__
    context.sanitizerState = __tsan_get_current_fiber();
#endif
    return context;
}

void switchContext(Context& from, Context& to) {
#ifdef __SANITIZE_ADDRESS__
    switchedFrom = &from;
    __sanitizer_start_switch_fiber(&from.sanitizerState, to.stack, to.stackBytes);
#endif
#ifdef __SANITIZE_THREAD__
    __tsan_switch_to_fiber(to.sanitizerState, 0);
#endif
    gabor_switch_stack(&from.stackPointer, to.stackPointer);
#ifdef __SANITIZE_ADDRESS__
    arrive(from.sanitizerState);
#endif
}

}  // namespace gabor::host
