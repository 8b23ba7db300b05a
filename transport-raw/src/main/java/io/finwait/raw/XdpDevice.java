package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * An open XDP socket with its memory and its rings, and the program that brings frames to it. The
 * memory (UMEM) is one block of chunks of one size: the first {@link #RECEIVED} go between the
 * fill ring and RX, the other {@link #SENT} between TX and the completion ring.
 */
final class XdpDevice implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(XdpDevice.class);

    /** How many frames can have been received and not been taken. */
    static final int RECEIVED = 2_048;

    /** How many frames can be claimed, or on their way out. */
    static final int SENT = 256;

    /** What the kernel keeps for itself in front of each received frame. */
    private static final int XDP_PACKET_HEADROOM = 256;

    /** Behind an Ethernet header of 14 octets the IP header is aligned. */
    private static final int HEADROOM = 2;

    private static final int SMALL_CHUNK = 2_048;
    private static final int LARGE_CHUNK = 4_096;
    private static final int LARGEST_PAGE = 65_536;

    /** An Ethernet header with a VLAN tag. */
    private static final int LINK_HEADER = 18;

    /** The largest MTU whose frames fit into a chunk. */
    static final int LARGEST_MTU = LARGE_CHUNK - XDP_PACKET_HEADROOM - HEADROOM - LINK_HEADER;

    private static final int SOL_XDP = 283;
    private static final int XDP_MMAP_OFFSETS = 1;
    private static final int XDP_UMEM_REG = 4;
    private static final int XDP_STATISTICS = 7;
    private static final short XDP_COPY = 1 << 1;
    private static final short XDP_USE_NEED_WAKEUP = 1 << 3;

    /** struct xdp_umem_reg, sockaddr_xdp and xdp_statistics. */
    private static final int UMEM_REG = 32;

    private static final int SOCKADDR = 16;
    private static final int STATISTICS = 48;
    private static final int RX_DROPPED = 0;
    private static final int RX_RING_FULL = 24;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SEND_BUFFER = 8 << 20;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final short PACKET_MR_PROMISC = 1;

    private static final long LONGEST_RELEASE_NS = 2_000_000_000L;
    private static final long PAUSE_NS = 1_000_000;

    private final Libc libc = new Libc();
    private final Bpf bpf = new Bpf();
    private final XdpOptions options;

    /** Of the rings: the kernel keeps the socket as long as one is mapped. */
    private final Arena rings = Arena.ofShared();

    /** For asking about the interface by its name, and by its number. */
    private final MemorySegment named;

    private final MemorySegment numbered = Arena.ofAuto().allocate(40, Long.BYTES);
    private final MemorySegment statistics = Arena.ofAuto().allocate(STATISTICS, Long.BYTES);

    private int socket = -1;

    /** A packet socket that receives nothing: it keeps the interface promiscuous. */
    private int watch = -1;

    private int link = -1;
    private int index;
    private int mtu;
    private String driver;

    /** True when the host's Ethernet address is the interface's own. */
    private boolean shared;

    private boolean isNative;
    private int chunk;
    private MemorySegment memory;
    private XdpRing fill;
    private XdpRing rx;
    private XdpRing tx;
    private XdpRing completion;

    private XdpDevice(XdpOptions options) {
        this.options = options;
        named = Interface.request(Arena.ofAuto(), options.name());
    }

    /**
     * Opens a socket on a queue of an interface and attaches the program.
     *
     * @throws java.io.UncheckedIOException with a sentence that says what to do
     */
    static XdpDevice open(XdpOptions options) {
        Linux.require();
        return options.netns() == null
                ? openHere(options)
                : Netns.call(options.netns(), () -> openHere(options));
    }

    private static XdpDevice openHere(XdpOptions options) {
        XdpDevice device = new XdpDevice(options);
        try {
            device.openSocket();
            device.register();
            device.bind();
            device.attach();
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private void openSocket() {
        try (Interface face = new Interface(options.name())) {
            socket = libc.socket(Libc.AF_XDP, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
            if (socket < 0) {
                throw XdpErrors.cannotOpen(socket);
            }
            mtu = PacketDevice.requireUsable(face, options.name());
            if (mtu > LARGEST_MTU) {
                throw XdpErrors.tooLarge(options.name(), mtu);
            }
            index = face.index();
            driver = face.driver();
            shared = options.host() != null && options.host().mac().equals(face.mac());
            int queues = face.queues();
            XdpErrors.requireQueue(options.name(), options.queue(), queues);
            if (queues > 1) {
                LOG.warn(
                        "'{}' has {} queues, and only what comes in at queue {} is received; switch"
                                + " it to one with: ethtool -L {} combined 1",
                        options.name(),
                        queues,
                        options.queue(),
                        options.name());
            }
            watch = libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
            if (watch < 0) {
                throw PacketDevice.cannotOpen(watch);
            }
        }
        boolean small = mtu <= LARGEST_MTU - (LARGE_CHUNK - SMALL_CHUNK);
        chunk = small ? SMALL_CHUNK : LARGE_CHUNK;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment promiscuous = arena.allocate(16, Integer.BYTES);
            promiscuous.set(JAVA_INT, 0, index);
            promiscuous.set(JAVA_SHORT, 4, PACKET_MR_PROMISC);
            require(watch, SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous);
            MemorySegment room = arena.allocateFrom(JAVA_INT, SEND_BUFFER);
            require(socket, SOL_SOCKET, SO_SNDBUFFORCE, room);
        }
    }

    /** Gives the kernel the memory, and makes the rings. */
    private void register() {
        long octets = (long) (RECEIVED + SENT) * chunk;
        memory = Arena.ofAuto().allocate(octets, LARGEST_PAGE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registration = arena.allocate(UMEM_REG, Long.BYTES);
            registration.set(JAVA_LONG, 0, memory.address());
            registration.set(JAVA_LONG, 8, octets);
            registration.set(JAVA_INT, 16, chunk);
            registration.set(JAVA_INT, 20, HEADROOM);
            require(socket, SOL_XDP, XDP_UMEM_REG, registration);
            for (XdpRing.Kind each : XdpRing.Kind.values()) {
                MemorySegment size = arena.allocateFrom(JAVA_INT, size(each));
                require(socket, SOL_XDP, each.option, size);
            }
            MemorySegment offsets = arena.allocate(XdpRing.OFFSETS, Long.BYTES);
            int failed = libc.getsockopt(socket, SOL_XDP, XDP_MMAP_OFFSETS, offsets);
            if (failed < 0) {
                throw XdpErrors.cannotOpen(failed);
            }
            fill = map(XdpRing.Kind.FILL, offsets);
            rx = map(XdpRing.Kind.RX, offsets);
            tx = map(XdpRing.Kind.TX, offsets);
            completion = map(XdpRing.Kind.COMPLETION, offsets);
        }
        for (int i = 0; i < RECEIVED; i++) {
            fill.write((long) i * chunk);
        }
        fill.publish();
    }

    private XdpRing map(XdpRing.Kind kind, MemorySegment offsets) {
        return XdpRing.map(socket, kind, size(kind), offsets, rings);
    }

    private static int size(XdpRing.Kind kind) {
        return switch (kind) {
            case FILL, RX -> RECEIVED;
            case TX, COMPLETION -> SENT;
        };
    }

    private void require(int fd, int level, int option, MemorySegment value) {
        int failed = libc.setsockopt(fd, level, option, value);
        if (failed < 0) {
            throw XdpErrors.cannotOpen(failed);
        }
    }

    /**
     * The kernel gives the queue of a closed socket free in a thread of its own, milliseconds
     * later.
     */
    private void bind() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_XDP);
            address.set(JAVA_SHORT, 2, (short) (XDP_COPY | XDP_USE_NEED_WAKEUP));
            address.set(JAVA_INT, 4, index);
            address.set(JAVA_INT, 8, options.queue());
            long begin = System.nanoTime();
            int failed = libc.bind(socket, address);
            while (failed == -Libc.EBUSY && System.nanoTime() - begin < LONGEST_RELEASE_NS) {
                LockSupport.parkNanos(PAUSE_NS);
                failed = libc.bind(socket, address);
            }
            if (failed < 0) {
                throw XdpErrors.cannotBind(options.name(), options.queue(), failed);
            }
        }
    }

    /** The link keeps the program, and that one the map, so only the link is kept here. */
    private void attach() {
        int map = -1;
        int program = -1;
        try {
            map = XdpErrors.requireBpf(bpf.socketMap(options.queue() + 1));
            XdpErrors.requireBpf(bpf.put(map, options.queue(), socket));
            BpfProgram filter = XdpFilter.program(options.host(), shared, map);
            program = XdpErrors.requireBpf(bpf.load(filter));
            link = attach(program);
        } finally {
            close(program);
            close(map);
        }
    }

    private int attach(int program) {
        int refused = -Libc.EOPNOTSUPP;
        if (options.mode() != XdpMode.GENERIC) {
            int attached = bpf.attach(program, index, Bpf.NATIVE);
            isNative = attached >= 0;
            if (isNative || options.mode() == XdpMode.NATIVE || XdpErrors.isBusy(attached)) {
                return XdpErrors.requireAttached(options.name(), XdpMode.NATIVE, attached);
            }
            refused = attached;
        }
        int attached = bpf.attach(program, index, Bpf.GENERIC);
        LOG.debug(
                "the driver of '{}' does not run the program ({}), so it runs behind it",
                options.name(),
                Linux.name(refused));
        return XdpErrors.requireAttached(options.name(), XdpMode.GENERIC, attached);
    }

    private void close(int fd) {
        if (fd >= 0) {
            libc.close(fd);
        }
    }

    /** The socket: it can be read when there is something in RX. */
    int socket() {
        return socket;
    }

    /** Octets of the largest IP packet that the interface carries. */
    int mtu() {
        return mtu;
    }

    /** True when the driver runs the program. */
    boolean isNative() {
        return isNative;
    }

    boolean takesUnfinishedChecksums() {
        return options.takesUnfinished(driver);
    }

    /** All chunks. */
    MemorySegment memory() {
        return memory;
    }

    /** Octets of a chunk, a power of two. */
    int chunk() {
        return chunk;
    }

    /** Where the chunks of sent frames begin in {@link #memory()}. */
    long sentAt() {
        return (long) RECEIVED * chunk;
    }

    XdpRing fill() {
        return fill;
    }

    XdpRing rx() {
        return rx;
    }

    XdpRing tx() {
        return tx;
    }

    XdpRing completion() {
        return completion;
    }

    /** The MTU that the interface has now; 0: nobody knows. */
    int mtuNow() {
        return Interface.mtu(libc, watch, named);
    }

    /** True when the interface has been removed, or moved to another namespace. */
    boolean isGone() {
        return !Interface.isThere(libc, watch, index, numbered);
    }

    /** How many frames the kernel has dropped that the program had found to be ours. */
    long dropped() {
        int failed = libc.getsockopt(socket, SOL_XDP, XDP_STATISTICS, statistics);
        return failed < 0
                ? 0
                : statistics.get(JAVA_LONG, RX_DROPPED) + statistics.get(JAVA_LONG, RX_RING_FULL);
    }

    /** Takes the program away and ends the socket; the memory stays readable. */
    @Override
    public void close() {
        close(link);
        close(socket);
        close(watch);
        rings.close();
    }
}
