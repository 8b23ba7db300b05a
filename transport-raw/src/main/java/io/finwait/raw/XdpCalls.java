package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The system calls that only an XDP socket needs. They answer as those of {@link Libc} do, and an
 * instance belongs to one thread at a time as well.
 */
final class XdpCalls {

    private static final MethodHandle SENDTO =
            Libc.function(
                    "sendto",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                            JAVA_INT));
    private static final MethodHandle MMAP =
            Libc.function(
                    "mmap",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                            JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Libc.function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** By number, because the C library has no name for bpf(2). */
    private static final MethodHandle SYSCALL =
            Libc.function(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    1);

    private static final boolean AMD64 = System.getProperty("os.arch").matches("amd64|x86_64");

    /** aarch64 and riscv64 have the same numbers. */
    private static final long BPF = AMD64 ? 321 : 280;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int PROT_READ_AND_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x1 | 0x8000;

    private final MemorySegment callState = Libc.callState();

    private long result(long returned) {
        return Libc.result(callState, returned);
    }

    /** Sends nothing, which makes the kernel look for what a ring in shared memory holds. */
    int sendFromRing(int fd) {
        try {
            return (int)
                    result((long) SENDTO.invokeExact(callState, fd, 0L, 0L, MSG_DONTWAIT, 0L, 0));
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /**
     * Maps memory that this process shares with the kernel.
     *
     * @param offset says what of the file is meant
     * @return its address, above 0; {@link #munmap} ends it
     */
    long mmap(int fd, long octets, long offset) {
        int rights = PROT_READ_AND_WRITE;
        int how = MAP_SHARED_POPULATE;
        try {
            return result((long) MMAP.invokeExact(callState, 0L, octets, rights, how, fd, offset));
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    int munmap(long address, long octets) {
        try {
            return (int) result((int) MUNMAP.invokeExact(callState, address, octets));
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /**
     * Calls bpf(2).
     *
     * @param attributes a union bpf_attr, which may point to other memory: that must be reachable
     *     until the call returns
     */
    int bpf(int command, MemorySegment attributes) {
        try {
            long at = attributes.address();
            long octets = attributes.byteSize();
            return (int)
                    result((long) SYSCALL.invokeExact(callState, BPF, (long) command, at, octets));
        } catch (Throwable e) {
            throw Libc.impossible(e);
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }
}
