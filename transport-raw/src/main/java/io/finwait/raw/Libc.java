package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The system calls that a raw transport needs, through the C library.
 *
 * <p>Every call answers like the kernel itself: 0 or more on success, the negative {@code errno}
 * otherwise. One instance belongs to one thread at a time, because it holds the place in which
 * {@code errno} is captured.
 *
 * <p>Memory is passed as a segment and an offset, because a slice for each packet would be an
 * object per packet.
 *
 * <p>None of the calls is linked as {@code critical}: a write runs the kernel's receiving side
 * before it returns, microseconds in which the garbage collector would have to wait, to save some
 * ten nanoseconds.
 */
final class Libc {

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int E2BIG = 7;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ERANGE = 34;
    static final int ENOSYS = 38;
    static final int EBADFD = 77;
    static final int EMSGSIZE = 90;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int ENETDOWN = 100;
    static final int ENOBUFS = 105;

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_PACKET = 17;
    static final int AF_XDP = 44;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = O_CLOEXEC;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle IOCTL =
            function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
    private static final MethodHandle PPOLL =
            function(
                    "ppoll",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EVENTFD =
            function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CONNECT =
            function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            function(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            function(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle RECVMMSG =
            function(
                    "recvmmsg",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SENDMMSG =
            function(
                    "sendmmsg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETNS =
            function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /** By number, because the C library has names for them only since 2022 (glibc 2.36). */
    private static final MethodHandle SYSCALL =
            function(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    1);

    private static final long FIONBIO = 0x5421;
    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_GETFD = 438;

    private final MemorySegment callState = callState();

    /** A place for errno, for one thread at a time. */
    static MemorySegment callState() {
        return Arena.ofAuto().allocate(CALL_STATE);
    }

    /** A handle whose first argument is the place for errno. */
    @SuppressWarnings("restricted") // Calling C is what this class is for.
    static MethodHandle function(
            String name, FunctionDescriptor descriptor, int... firstVariadicArgument) {
        MemorySegment symbol =
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new UnsatisfiedLinkError("no " + name + " in libc"));
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return firstVariadicArgument.length == 0
                ? LINKER.downcallHandle(symbol, descriptor, errno)
                : LINKER.downcallHandle(
                        symbol,
                        descriptor,
                        errno,
                        Linker.Option.firstVariadicArg(firstVariadicArgument[0]));
    }

    int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) OPEN.invokeExact(callState, arena.allocateFrom(path), flags, 0));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(callState, fd));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Reads into a part of {@code memory}. */
    long read(int fd, MemorySegment memory, long offset, long octets) {
        try {
            return result(
                    (long) READ.invokeExact(callState, fd, memory.address() + offset, octets));
        } catch (Throwable e) {
            throw impossible(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Writes a part of {@code memory}. */
    long write(int fd, MemorySegment memory, long offset, long octets) {
        try {
            return result(
                    (long) WRITE.invokeExact(callState, fd, memory.address() + offset, octets));
        } catch (Throwable e) {
            throw impossible(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /**
     * Calls ioctl.
     *
     * @param argument a number, or the address of a structure
     */
    int ioctl(int fd, long request, long argument) {
        try {
            return result((int) IOCTL.invokeExact(callState, fd, request, argument));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * Waits for events on files; signals stay as they are.
     *
     * @param memory begins with {@code count} structures of type pollfd
     * @param timespec offset in memory of the time to wait
     */
    int ppoll(MemorySegment memory, long count, long timespec) {
        long at = memory.address();
        try {
            return result((int) PPOLL.invokeExact(callState, at, count, at + timespec, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    int eventfd(int flags) {
        try {
            return result((int) EVENTFD.invokeExact(callState, 0, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int socket(int domain, int type, int protocol) {
        try {
            return result((int) SOCKET.invokeExact(callState, domain, type, protocol));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int bind(int fd, MemorySegment address) {
        try {
            int octets = (int) address.byteSize();
            return result((int) BIND.invokeExact(callState, fd, address, octets));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int connect(int fd, MemorySegment address) {
        try {
            int octets = (int) address.byteSize();
            return result((int) CONNECT.invokeExact(callState, fd, address, octets));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * Waits for a message.
     *
     * @param message a structure of type msghdr, which points to other memory: that must be
     *     reachable until the call returns
     */
    long recvmsg(int fd, MemorySegment message, int flags) {
        try {
            return result((long) RECVMSG.invokeExact(callState, fd, message, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int setsockopt(int fd, int level, int option, MemorySegment value) {
        try {
            int octets = (int) value.byteSize();
            return result(
                    (int) SETSOCKOPT.invokeExact(callState, fd, level, option, value, octets));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Reads an option of a socket into {@code value}. */
    int getsockopt(int fd, int level, int option, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octets = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            return result(
                    (int) GETSOCKOPT.invokeExact(callState, fd, level, option, value, octets));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * Receives as many messages as have come; does not wait.
     *
     * @param messages {@code count} structures of type mmsghdr, which point to other memory: that
     *     one must be reachable until the call returns
     */
    int recvmmsg(int fd, MemorySegment messages, int count) {
        try {
            long at = messages.address();
            return result((int) RECVMMSG.invokeExact(callState, fd, at, count, 0, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    /** Sends messages, see {@link #recvmmsg}; how many were sent. */
    int sendmmsg(int fd, MemorySegment messages, int count) {
        try {
            return result((int) SENDMMSG.invokeExact(callState, fd, messages.address(), count, 0));
        } catch (Throwable e) {
            throw impossible(e);
        } finally {
            Reference.reachabilityFence(messages);
        }
    }

    int setns(int fd, int type) {
        try {
            return result((int) SETNS.invokeExact(callState, fd, type));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Reading and writing answer EAGAIN instead of waiting. */
    int setNonblocking(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, FIONBIO, arena.allocateFrom(JAVA_INT, 1).address());
        }
    }

    /** A file that stands for a process; it is closed on exec. */
    int pidfdOpen(long pid) {
        return syscall(PIDFD_OPEN, pid, 0);
    }

    /** Another process's open file, as one of this process; it is closed on exec. */
    int pidfdGetfd(int pidfd, int fd) {
        return syscall(PIDFD_GETFD, pidfd, fd);
    }

    private int syscall(long number, long first, long second) {
        try {
            return (int) result((long) SYSCALL.invokeExact(callState, number, first, second, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private int result(int returned) {
        return returned >= 0 ? returned : -callState.get(JAVA_INT, ERRNO);
    }

    private long result(long returned) {
        return result(callState, returned);
    }

    /** What a call has returned, or the negative errno. */
    static long result(MemorySegment callState, long returned) {
        return returned >= 0 ? returned : -callState.get(JAVA_INT, ERRNO);
    }

    /** A C function throws nothing; what arrives here is an error of the JVM itself. */
    static Error impossible(Throwable e) {
        return e instanceof Error error ? error : new AssertionError("a C function threw", e);
    }
}
