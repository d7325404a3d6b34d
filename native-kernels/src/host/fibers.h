// Fibers: stacks of their own that one OS thread switches between. A fiber never moves to another OS thread.
#pragma once

#include <cstddef>

namespace gabor::host {

/// What it takes to come back to a suspended stack.
struct Context {
    void* stackPointer = nullptr;
    void* stack = nullptr;
    size_t stackBytes = 0;
    void* sanitizerState = nullptr;
};

/// A stack with a guard page below it, on which `entry`, the same for all, runs at the first switch. It never returns.
Context makeContext(void (*entry)());

/// Forgets what was on the stack: the next switch runs `entry` again.
void resetContext(Context& context, void (*entry)());

void freeContext(Context& context);

/// The context of the OS thread's own stack.
Context ownContext();

/// Suspends `from`, which runs now, and resumes `to`.
void switchContext(Context& from, Context& to);

}  // namespace gabor::host
