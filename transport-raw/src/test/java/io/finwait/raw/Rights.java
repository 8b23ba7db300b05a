package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
    private static final int CLONE_NEWNS = 0x20000;
    private static final long MS_REC_PRIVATE = 0x4000 | 1 << 18;
    private static final int CHARACTER_DEVICE_0600 = 0020600;
    private static final long TUN = 10 << 8 | 200;

    private static final MethodHandle CAPSET =
            Libc.function("capset", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETFSUID =
            Libc.function("setfsuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle UNSHARE =
            Libc.function("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MOUNT =
            Libc.function(
                    "mount",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle MKNOD =
            Libc.function("mknod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));

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

    /** What {@code action} throws when the thread opens a root's device as nobody. */
    static Throwable failureAsNobody(Runnable action) {
        return failureOnAThread(
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        deviceOfRootAlone(arena);
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

    /** In a mount namespace of this thread: with udev, everybody may open the host's. */
    private static void deviceOfRootAlone(Arena arena) throws Throwable {
        MemorySegment state = arena.allocate(8);
        MemorySegment none = arena.allocateFrom("none");
        MemorySegment folder = arena.allocateFrom("/dev/net");
        MemorySegment file = arena.allocateFrom("/dev/net/tun");
        int failed = (int) UNSHARE.invokeExact(state, CLONE_NEWNS);
        failed |=
                (int)
                        MOUNT.invokeExact(
                                state,
                                none,
                                arena.allocateFrom("/"),
                                MemorySegment.NULL,
                                MS_REC_PRIVATE,
                                MemorySegment.NULL);
        failed |=
                (int)
                        MOUNT.invokeExact(
                                state,
                                none,
                                folder,
                                arena.allocateFrom("tmpfs"),
                                0L,
                                MemorySegment.NULL);
        failed |= (int) MKNOD.invokeExact(state, file, CHARACTER_DEVICE_0600, TUN);
        if (failed != 0) {
            throw new AssertionError("no device of root's alone could be made");
        }
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
