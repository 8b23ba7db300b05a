package io.finwait.sim.net;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the JVM says of its threads, to tell two kinds of sleep apart that look the same to the
 * kernel. A thread that waits for somebody's packet, or in a call of the kernel's, has come to
 * rest. A thread in the middle of its Java code sleeps too, for a moment, when it needs a lock that
 * a compiler or the collector holds, or starts a thread; on a busy machine the moment may last many
 * milliseconds.
 *
 * <p>For the thread of one network.
 */
final class JavaThreads {

    /** Native methods of these packages are the JVM's, and none waits for anything else. */
    private static final List<String> OF_THE_JVM = List.of("java.lang.", "jdk.internal.");

    /** But these wait: for a process, for the collector, for a virtual thread, for its carrier. */
    private static final List<String> WAITING =
            List.of(
                    "java.lang.ProcessHandleImpl",
                    "java.lang.ref.",
                    "java.lang.VirtualThread",
                    "jdk.internal.vm.Continuation");

    private final ThreadGroup root = root();

    /** Grows as needed. */
    private Thread[] threads = new Thread[64];

    private static ThreadGroup root() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    /**
     * A thread that goes on by itself, but for the calling one; null when there is none.
     *
     * @param passedOver names of threads that do not count
     */
    Thread inTheMiddle(Predicate<String> passedOver) {
        int count = root.enumerate(threads, true);
        while (count == threads.length) {
            threads = new Thread[2 * count];
            count = root.enumerate(threads, true);
        }
        Thread found = null;
        for (int i = 0; i < count && found == null; i++) {
            Thread each = threads[i];
            found = !passedOver.test(each.getName()) && isInTheMiddle(each) ? each : null;
        }
        // Threads are not kept longer than they live.
        Arrays.fill(threads, 0, count, null);
        return found;
    }

    /** False for the calling thread, and for those without Java code to be in the middle of. */
    static boolean isInTheMiddle(Thread thread) {
        if (thread == Thread.currentThread() || thread.getState() != Thread.State.RUNNABLE) {
            return false;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && goesOn(stack[0]);
    }

    private static boolean goesOn(StackTraceElement at) {
        String name = at.getClassName();
        return WAITING.stream().noneMatch(name::startsWith)
                && (!at.isNativeMethod() || OF_THE_JVM.stream().anyMatch(name::startsWith));
    }
}
