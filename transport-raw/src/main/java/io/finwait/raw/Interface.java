package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.finwait.link.MacAddress;
import io.finwait.wire.IpAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Sets up one network interface through the ioctls of a socket (netdevice(7)), in the network
 * namespace of the thread that made this object.
 */
final class Interface implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Interface.class);

    /** Octets of the name at the start of struct ifreq; what is set or asked follows. */
    static final int NAME_LENGTH = 16;

    /** struct ifreq: the name and a union of 24 octets. */
    private static final int IFREQ = 40;

    /** struct rtentry, and in it the mask, the flags and the pointer to the name. */
    private static final int RTENTRY = 120;

    private static final int RTENTRY_DESTINATION = 8;
    private static final int RTENTRY_MASK = 40;
    private static final int RTENTRY_FLAGS = 56;
    private static final int RTENTRY_DEVICE = 88;

    /** struct in6_rtmsg, and in it the flags and the number of the interface. */
    private static final int IN6_RTMSG = 80;

    private static final int IN6_RTMSG_FLAGS = 72;
    private static final int IN6_RTMSG_INDEX = 76;

    /** struct in6_ifreq: address, prefix length, index of the interface. */
    private static final int IN6_IFREQ = 24;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891C;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final long SIOCGIFNAME = 0x8910;
    private static final long SIOCSIFTXQLEN = 0x8943;
    private static final long SIOCETHTOOL = 0x8946;
    private static final long SIOCADDRT = 0x890B;

    /** Commands of ethtool, the octets of their structures, and what is looked at in those. */
    private static final int ETHTOOL_GDRVINFO = 0x03;

    private static final int DRVINFO = 196;
    private static final int DRVINFO_DRIVER = 4;
    private static final int ETHTOOL_GCHANNELS = 0x3C;
    private static final int CHANNELS = 36;
    private static final int CHANNELS_RX = 20;
    private static final int CHANNELS_COMBINED = 32;

    private static final short IFF_UP = 1;
    private static final short RTF_UP = 1;

    /** The IPv6 addresses of the calling thread's network namespace. */
    private static final Path ADDRESSES = Path.of("/proc/thread-self/net/if_inet6");

    /** IFA_F_TENTATIVE. */
    private static final int TENTATIVE = 0x40;

    private static final long LONGEST_TENTATIVE_NS = 2_000_000_000L;
    private static final long POLL_NS = 200_000;

    private static final ValueLayout.OfInt NETWORK_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort NETWORK_SHORT =
            JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NETWORK_LONG =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Libc libc = new Libc();
    private final Arena arena = Arena.ofConfined();
    private final String name;
    private final MemorySegment request;
    private final int socket;

    Interface(String name) {
        this.name = name;
        request = request(arena, name);
        socket = libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) {
            arena.close();
            throw Linux.failure("no socket for setting up '" + name + "'", socket);
        }
    }

    /** A struct ifreq with nothing but the name. */
    static MemorySegment request(Arena arena, String name) {
        MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
        request.setString(0, name);
        return request;
    }

    /** Whether there is such an interface in the namespace of an open socket. */
    static boolean isThere(Libc libc, int socket, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = request(arena, name);
            return libc.ioctl(socket, SIOCGIFINDEX, request.address()) != -Libc.ENODEV;
        }
    }

    /** The MTU that an interface of an open socket's namespace has now; 0: nobody knows. */
    static int mtu(Libc libc, int socket, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return mtu(libc, socket, request(arena, name));
        }
    }

    /**
     * {@link #mtu(Libc, int, String)} without allocating.
     *
     * @param request a struct ifreq with the name, which is left as it is
     */
    static int mtu(Libc libc, int socket, MemorySegment request) {
        int failed = libc.ioctl(socket, SIOCGIFMTU, request.address());
        return failed < 0 ? 0 : request.get(JAVA_INT, NAME_LENGTH);
    }

    /**
     * Whether an interface of an open socket's namespace is there, whatever it is called now.
     * Allocates nothing.
     *
     * @param request a struct ifreq, in which the name is now
     */
    static boolean isThere(Libc libc, int socket, int index, MemorySegment request) {
        request.set(JAVA_INT, NAME_LENGTH, index);
        return libc.ioctl(socket, SIOCGIFNAME, request.address()) != -Libc.ENODEV;
    }

    /** The number of the interface. */
    int index() {
        set(SIOCGIFINDEX, "asking for the number");
        return request.get(JAVA_INT, NAME_LENGTH);
    }

    /** What kind of interface it is: a number of linux/if_arp.h. */
    int hardwareType() {
        set(SIOCGIFHWADDR, "asking for the address");
        return request.get(JAVA_SHORT, NAME_LENGTH);
    }

    /** The Ethernet address. */
    MacAddress mac() {
        set(SIOCGIFHWADDR, "asking for the address");
        long high = request.get(NETWORK_SHORT, NAME_LENGTH + 2) & 0xFFFFL;
        return new MacAddress(
                high << 32 | (request.get(NETWORK_INT, NAME_LENGTH + 4) & 0xFFFF_FFFFL));
    }

    int mtu() {
        set(SIOCGIFMTU, "asking for the mtu");
        return request.get(JAVA_INT, NAME_LENGTH);
    }

    /** What the driver is called, such as {@code veth}; empty where it doesn't say. */
    String driver() {
        MemorySegment info = ethtool(ETHTOOL_GDRVINFO, DRVINFO);
        return info == null ? "" : info.getString(DRVINFO_DRIVER);
    }

    /** How many queues receive; 1 where the driver doesn't say. */
    int queues() {
        MemorySegment info = ethtool(ETHTOOL_GCHANNELS, CHANNELS);
        int told =
                info == null
                        ? 0
                        : info.get(JAVA_INT, CHANNELS_RX) + info.get(JAVA_INT, CHANNELS_COMBINED);
        return Math.max(told, 1);
    }

    /** What ethtool asks; null when the driver doesn't answer. */
    private MemorySegment ethtool(int command, int octets) {
        MemorySegment asked = arena.allocate(octets, Integer.BYTES);
        asked.set(JAVA_INT, 0, command);
        MemorySegment to = request(arena, name);
        to.set(JAVA_LONG, NAME_LENGTH, asked.address());
        return libc.ioctl(socket, SIOCETHTOOL, to.address()) < 0 ? null : asked;
    }

    boolean isUp() {
        set(SIOCGIFFLAGS, "asking for the flags");
        return (request.get(JAVA_SHORT, NAME_LENGTH) & IFF_UP) != 0;
    }

    void mtu(int octets) {
        request.set(JAVA_INT, NAME_LENGTH, octets);
        set(SIOCSIFMTU, "setting an mtu of " + octets);
    }

    void txQueueLength(int packets) {
        request.set(JAVA_INT, NAME_LENGTH, packets);
        set(SIOCSIFTXQLEN, "setting a txqueuelen of " + packets);
    }

    void up() {
        set(SIOCGIFFLAGS, "asking for the flags");
        short flags = request.get(JAVA_SHORT, NAME_LENGTH);
        request.set(JAVA_SHORT, NAME_LENGTH, (short) (flags | IFF_UP));
        set(SIOCSIFFLAGS, "bringing up");
    }

    /**
     * IPv6 addresses that are given from now on are used at once; where that can't be switched,
     * they are used later.
     */
    void withoutDuplicateDetection() {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf", name, "accept_dad"), "0");
        } catch (IOException e) {
            LOG.debug("duplicate address detection of '{}' stays on: {}", name, e.toString());
        }
    }

    /** Gives the interface an address, and the kernel a route to its network. */
    void address(Cidr cidr) {
        if (cidr.address().isV4()) {
            setSocketAddress((int) cidr.address().low());
            set(SIOCSIFADDR, "setting the address " + cidr.address());
            setSocketAddress(cidr.netmask());
            set(SIOCSIFNETMASK, "setting the prefix length " + cidr.prefixLength());
        } else {
            address6(cidr);
        }
    }

    /** Routes there what has no other route. */
    void defaultRoute4() {
        MemorySegment route = arena.allocate(RTENTRY, Long.BYTES);
        route.set(JAVA_SHORT, RTENTRY_DESTINATION, (short) Libc.AF_INET);
        route.set(JAVA_SHORT, RTENTRY_MASK, (short) Libc.AF_INET);
        route.set(JAVA_SHORT, RTENTRY_FLAGS, RTF_UP);
        route.set(JAVA_LONG, RTENTRY_DEVICE, arena.allocateFrom(name).address());
        addRoute(socket, route);
    }

    /** {@link #defaultRoute4} for IPv6. */
    void defaultRoute6() {
        MemorySegment route = arena.allocate(IN6_RTMSG, Long.BYTES);
        route.set(JAVA_INT, IN6_RTMSG_FLAGS, RTF_UP);
        route.set(JAVA_INT, IN6_RTMSG_INDEX, index());
        int socket6 = libc.socket(Libc.AF_INET6, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket6 < 0) {
            throw Linux.failure("no socket for a default route of IPv6", socket6);
        }
        try {
            addRoute(socket6, route);
        } finally {
            libc.close(socket6);
        }
    }

    /** A persistent device may have it already. */
    private void addRoute(int on, MemorySegment route) {
        int failed = libc.ioctl(on, SIOCADDRT, route.address());
        if (failed < 0 && failed != -Libc.EEXIST) {
            throw Linux.failure("setting a default route through '" + name + "' failed", failed);
        }
    }

    private void setSocketAddress(int address) {
        request.asSlice(NAME_LENGTH).fill((byte) 0);
        request.set(JAVA_SHORT, NAME_LENGTH, (short) Libc.AF_INET);
        request.set(NETWORK_INT, NAME_LENGTH + 4, address);
    }

    private void address6(Cidr cidr) {
        int index = index();
        int socket6 = libc.socket(Libc.AF_INET6, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket6 < 0) {
            throw Linux.failure(
                    "this kernel has no IPv6; leave the address "
                            + cidr.address()
                            + " out or use IPv4",
                    socket6);
        }
        MemorySegment request6 = arena.allocate(IN6_IFREQ, Long.BYTES);
        request6.set(NETWORK_LONG, 0, cidr.address().high());
        request6.set(NETWORK_LONG, 8, cidr.address().low());
        request6.set(JAVA_INT, 16, cidr.prefixLength());
        request6.set(JAVA_INT, 20, index);
        int failed = libc.ioctl(socket6, SIOCSIFADDR, request6.address());
        libc.close(socket6);
        if (failed == -Libc.EACCES) {
            throw Linux.failure(
                    "IPv6 is switched off for '"
                            + name
                            + "'; switch it on with: sysctl net.ipv6.conf.all.disable_ipv6=0"
                            + " net.ipv6.conf.default.disable_ipv6=0",
                    failed);
        }
        // A persistent device may have the address already.
        if (failed < 0 && failed != -Libc.EEXIST) {
            throw Linux.failure(
                    "setting the address " + cidr.address() + " of '" + name + "' failed", failed);
        }
        awaitUse(cidr.address());
    }

    /**
     * The kernel looks for duplicates in a thread of its own (RFC 4862 §5.4), even where a device
     * has no neighbours. Until it is done, a connect has no source address. That takes
     * microseconds, or longer on a busy machine.
     */
    private void awaitUse(IpAddress address) {
        long begin = System.nanoTime();
        while (isTentative(address) && System.nanoTime() - begin < LONGEST_TENTATIVE_NS) {
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private boolean isTentative(IpAddress address) {
        String digits = String.format("%016x%016x", address.high(), address.low());
        try (Stream<String> lines = Files.lines(ADDRESSES)) {
            // Address, number of the interface, prefix length, scope, flags, name.
            return lines.map(line -> line.trim().split("\\s+"))
                    .filter(fields -> fields.length == 6)
                    .filter(fields -> fields[0].equals(digits) && fields[5].equals(name))
                    .anyMatch(fields -> (Integer.parseInt(fields[4], 16) & TENTATIVE) != 0);
        } catch (IOException | UncheckedIOException e) {
            // Without /proc this can't be known, and opening does not wait.
            return false;
        }
    }

    private void set(long ioctl, String what) {
        int failed = libc.ioctl(socket, ioctl, request.address());
        if (failed == -Libc.EPERM) {
            throw Linux.failure(
                    what
                            + " of '"
                            + name
                            + "' is not permitted; run as root or give the process CAP_NET_ADMIN",
                    failed);
        }
        if (failed == -Libc.ENODEV) {
            throw Linux.failure(
                    "there is no interface '" + name + "'; those that are there: ip link", failed);
        }
        if (failed < 0) {
            throw Linux.failure(what + " of '" + name + "' failed", failed);
        }
    }

    @Override
    public void close() {
        libc.close(socket);
        arena.close();
    }
}
