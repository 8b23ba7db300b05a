package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.finwait.spi.Capabilities;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Two transports whose devices are the ends of a socket pair: it keeps the borders of packets as a TUN
 * does, needs no rights, and refuses packets when it is full, which a TUN hardly ever does.
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

    SocketPair(int mtu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(8);
            MemorySegment fds = arena.allocate(MemoryLayout.sequenceLayout(2, JAVA_INT));
            int type = SOCK_SEQPACKET | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
            int failed = (int) SOCKETPAIR.invokeExact(state, AF_UNIX, type, 0, fds);
            if (failed < 0) {
                throw new AssertionError("socketpair failed");
            }
            Capabilities plain = new Capabilities(mtu, 0, mtu, false, false, false, true, false);
            near = new TunTransport(fds.get(JAVA_INT, 0), "near", plain);
            far = new TunTransport(fds.get(JAVA_INT, 4), "far", plain);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
