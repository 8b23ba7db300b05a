package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Transport;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Two transports whose devices are the ends of a socket pair: it keeps the borders of packets as a
 * TUN does, needs no rights, and refuses packets when it is full, which a TUN hardly ever does.
 */
final class SocketPair implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;

    private static final MethodHandle SOCKETPAIR =
            Libc.function(
                    "socketpair",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    final TunTransport near;
    final TunTransport far;

    /**
     * Opens a pair.
     *
     * @throws java.io.UncheckedIOException when there are no files left
     */
    SocketPair(Capabilities capabilities) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MemorySegment fds = arena.allocate(MemoryLayout.sequenceLayout(2, JAVA_INT));
            int type = SOCK_SEQPACKET | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
            int failed = call(state, type, fds);
            if (failed < 0) {
                throw Linux.failure("no socket pair", -state.get(JAVA_INT, 0));
            }
            near = new TunTransport(fds.get(JAVA_INT, 0), "near", capabilities);
            far = new TunTransport(fds.get(JAVA_INT, 4), "far", capabilities);
        }
    }

    private static int call(MemorySegment state, int type, MemorySegment fds) {
        try {
            return (int) SOCKETPAIR.invokeExact(state, AF_UNIX, type, 0, fds);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /** Both ends; the near one is the first. */
    Transport[] ends() {
        return new Transport[] {near, far};
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
