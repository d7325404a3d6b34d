package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.kernel.Footprint;

/**
 * Puts kernels that work image by image together, as far as their memory allows it. A kernel that does not work that way
 * goes before the group that is being gathered if it has nothing to do with it (filters that are packed), else behind
 * (statistics of the whole batch); the group is complete when the next kernel cannot join.
 */
final class Groups {
    private final List<Kernel> order = new ArrayList<>();
    private final List<Task> group = new ArrayList<>();
    private final List<Task> behind = new ArrayList<>();

    /** A kernel and the memory that it touches. */
    record Task(Kernel kernel, Footprint footprint) {
        private boolean independent(Task other) { return footprint.independent(other.footprint); }

        private boolean imageByImage(Task other) { return footprint.imageByImage(other.footprint); }
    }

    private Groups() {}

    /** The kernels in an order that gives the same results, some of them together. */
    static List<Kernel> of(List<Task> tasks) {
        var groups = new Groups();
        tasks.forEach(groups::take);
        groups.complete();
        return groups.order;
    }

    private void take(Task task) {
        boolean freeOfBehind = behind.stream().allMatch(task::independent);
        if (task.footprint.images() == 0) {
            if (freeOfBehind && group.stream().allMatch(task::independent)) order.add(task.kernel);
            else behind.add(task);
            return;
        }
        if (!freeOfBehind || !group.stream().allMatch(task::imageByImage)) complete();
        group.add(task);
    }

    private void complete() {
        if (!group.isEmpty()) {
            int images = group.getFirst().footprint.images();
            int parts = group.stream().mapToInt(t -> t.footprint.parts()).min().getAsInt();
            boolean alone = group.size() == 1 && parts == images;
            List<Kernel> kernels = group.stream().map(Task::kernel).toList();
            order.add(alone ? kernels.getFirst() : new Together(kernels, images, parts));
        }
        behind.forEach(t -> order.add(t.kernel));
        group.clear();
        behind.clear();
    }
}
