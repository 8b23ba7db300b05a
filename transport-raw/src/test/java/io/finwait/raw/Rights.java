package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Runs something on a thread that has given up rights; they are a thread's own on Linux. */
final class Rights {

    private static final int VERSION_3 = 0x20080522;
    private static final int NOBODY = 65_534;

    private static final MethodHandle CAPSET =
            Libc.function("capset", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETFSUID =
            Libc.function("setfsuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Rights() {}

    /** What {@code action} throws when the thread has no capability. */
    static Throwable failureWithoutCapabilities(Runnable action) {
        return failureOnAThread(
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment header = arena.allocate(8, 4);
                        header.set(JAVA_INT, 0, VERSION_3);
                        MemorySegment none = arena.allocate(24, 4);
                        int failed = (int) CAPSET.invokeExact(arena.allocate(8), header, none);
                        if (failed != 0) {
                            throw new AssertionError("capset failed");
                        }
                    } catch (Throwable e) {
                        throw Libc.impossible(e);
                    }
                    action.run();
                });
    }

    /** What {@code action} throws when the thread opens files as nobody. */
    static Throwable failureAsNobody(Runnable action) {
        return failureOnAThread(
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        int before = (int) SETFSUID.invokeExact(arena.allocate(8), NOBODY);
                        if (before != 0) {
                            throw new AssertionError("not root before");
                        }
                    } catch (Throwable e) {
                        throw Libc.impossible(e);
                    }
                    action.run();
                });
    }

    private static Throwable failureOnAThread(Runnable action) {
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(action, task -> Thread.ofPlatform().start(task));
        try {
            done.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
