package io.finwait.raw;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.finwait.spi.Capabilities;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The kernel's side of a device as a raw socket (packet(7)): what it reads is what the kernel
 * receives from the device, and what is written goes out to the device, whatever the routes are.
 */
final class PacketSocket {

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_IGNORE_OUTGOING = 23;

    private static final MethodHandle BIND =
            Libc.function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Libc.function(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    private PacketSocket() {}

    /** Opens the kernel's side of a device that is in the namespace of the current thread. */
    static TunTransport open(String device, int largestPacket) {
        return open(
                device, new Capabilities(1500, 0, largestPacket, false, false, false, true, false));
    }

    /** The same with other capabilities, of a device that carries frames for instance. */
    static TunTransport open(String device, Capabilities capabilities) {
        try (Interface face = new Interface(device);
                Arena arena = Arena.ofConfined()) {
            int type = SOCK_RAW | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
            // Protocol 0 receives nothing: neither other devices nor what we send, until it is
            // bound.
            int fd = new Libc().socket(AF_PACKET, type, 0);
            set(arena, fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            set(arena, fd, SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20);
            MemorySegment address = arena.allocate(20, 4);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
            address.set(JAVA_INT, 4, face.index());
            int failed = (int) BIND.invokeExact(arena.allocate(8), fd, address, 20);
            if (failed < 0) {
                throw new AssertionError("bind failed");
            }
            return new TunTransport(fd, "far end of " + device, capabilities);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    private static void set(Arena arena, int fd, int level, int option, int value)
            throws Throwable {
        MemorySegment octets = arena.allocateFrom(JAVA_INT, value);
        int failed = (int) SETSOCKOPT.invokeExact(arena.allocate(8), fd, level, option, octets, 4);
        if (failed < 0) {
            throw new AssertionError("setsockopt " + option + " failed");
        }
    }
}
