package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A TUN or TAP device that another process has opened and set up, and whose open file this one was
 * given: at its start, by inheritance, or over a Unix-domain socket (SCM_RIGHTS, unix(7)). No right
 * is needed for that, which is why programs do it.
 */
final class HandedOver {

    private static final long TUNGETIFF = 0x800454D2L;
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    /** struct sockaddr_un: the family, and a path of up to 107 octets with a zero behind it. */
    private static final int ADDRESS = 110;

    private static final int LONGEST_PATH = 107;

    /** struct msghdr, and in it the vector, how many, the control data and their length. */
    private static final int MESSAGE = 56;

    private static final int VECTOR = 16;
    private static final int VECTORS = 24;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH = 40;

    /** A control message with one descriptor: length, level, type, and the number. */
    private static final int CONTROL = 24;

    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int DESCRIPTOR = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    private HandedOver() {}

    /**
     * Takes the device over.
     *
     * @throws java.io.UncheckedIOException with a sentence that says what to do
     */
    static TunDevice open(TunOptions options) {
        Libc libc = new Libc();
        int fd = options.socket() == null ? options.descriptor() : receive(libc, options.socket());
        try {
            String name = requireDevice(libc, fd, options);
            int failed = libc.setNonblocking(fd);
            if (failed < 0) {
                throw Linux.failure("the device '" + name + "' can't be read", failed);
            }
            TunDevice.setOffload(libc, fd, options);
            return new TunDevice(fd, name);
        } catch (RuntimeException e) {
            if (options.socket() != null) {
                libc.close(fd);
            }
            throw e;
        }
    }

    /** The name of the device, when it is of the kind that is wanted. */
    private static String requireDevice(Libc libc, int fd, TunOptions options) {
        String what = options.socket() == null ? "descriptor " + fd : "what came over the socket";
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = Interface.request(arena, "");
            int failed = libc.ioctl(fd, TUNGETIFF, request.address());
            if (failed < 0) {
                throw Linux.failure(
                        what
                                + " is no open TUN or TAP device; whoever hands it over opens"
                                + " /dev/net/tun and makes it one by TUNSETIFF",
                        failed);
            }
            int flags = request.get(JAVA_SHORT, Interface.NAME_LENGTH) & 0xFFFF;
            String name = request.getString(0);
            String wrong = wrong(flags, options);
            if (!wrong.isEmpty()) {
                throw Linux.failure("the device '" + name + "' (" + what + ") " + wrong, null);
            }
            return name;
        }
    }

    private static String wrong(int flags, TunOptions options) {
        if ((flags & (options.isEthernet() ? IFF_TAP : IFF_TUN)) == 0) {
            return options.isEthernet()
                    ? "is a TUN, which carries IP packets; open it as tun:"
                    : "is a TAP, which carries frames; open it as tap:";
        }
        if ((flags & IFF_NO_PI) == 0) {
            return "puts four octets in front of each packet; whoever opens it must set IFF_NO_PI";
        }
        boolean hasHeader = (flags & IFF_VNET_HDR) != 0;
        if (hasHeader != options.offload()) {
            return options.offload()
                    ? "was opened without IFF_VNET_HDR; open it with offload=off"
                    : "was opened with IFF_VNET_HDR; open it with offload=on";
        }
        return "";
    }

    /** Connects to a socket, and takes the descriptor that comes with the first octet. */
    private static int receive(Libc libc, String path) {
        int socket = libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) {
            throw Linux.failure("no socket for receiving a device", socket);
        }
        try (Arena arena = Arena.ofConfined()) {
            int failed = libc.connect(socket, address(arena, path));
            if (failed < 0) {
                throw Linux.failure(
                        "nobody hands a device over at '"
                                + path
                                + "'; start the program that does so first",
                        failed);
            }
            return receive(arena, libc, socket, path);
        } finally {
            libc.close(socket);
        }
    }

    private static MemorySegment address(Arena arena, String path) {
        byte[] octets = path.getBytes(StandardCharsets.UTF_8);
        if (octets.length > LONGEST_PATH) {
            throw new IllegalArgumentException(
                    "the path '" + path + "' is too long for a socket; choose 107 octets or less");
        }
        MemorySegment address = arena.allocate(ADDRESS, Long.BYTES);
        address.set(JAVA_SHORT, 0, (short) Libc.AF_UNIX);
        MemorySegment.copy(octets, 0, address, JAVA_BYTE, Short.BYTES, octets.length);
        return address;
    }

    private static int receive(Arena arena, Libc libc, int socket, String path) {
        MemorySegment vector = arena.allocate(16, Long.BYTES);
        vector.set(JAVA_LONG, 0, arena.allocate(1).address());
        vector.set(JAVA_LONG, Long.BYTES, 1L);
        MemorySegment control = arena.allocate(CONTROL, Long.BYTES);
        MemorySegment message = arena.allocate(MESSAGE, Long.BYTES);
        message.set(JAVA_LONG, VECTOR, vector.address());
        message.set(JAVA_LONG, VECTORS, 1L);
        message.set(JAVA_LONG, CONTROL_AT, control.address());
        message.set(JAVA_LONG, CONTROL_LENGTH, (long) CONTROL);
        long received;
        do {
            received = libc.recvmsg(socket, message, MSG_CMSG_CLOEXEC);
        } while (received == -Libc.EINTR);
        boolean came =
                received > 0
                        && message.get(JAVA_LONG, CONTROL_LENGTH) >= DESCRIPTOR + Integer.BYTES
                        && control.get(JAVA_INT, LEVEL) == SOL_SOCKET
                        && control.get(JAVA_INT, TYPE) == SCM_RIGHTS;
        if (!came) {
            throw Linux.failure(
                    "no descriptor came over '"
                            + path
                            + "'; the other program sends one octet and with it the open file"
                            + " (SCM_RIGHTS)",
                    null);
        }
        return control.get(JAVA_INT, DESCRIPTOR);
    }
}
