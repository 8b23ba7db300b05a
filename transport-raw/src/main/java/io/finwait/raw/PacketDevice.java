package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * An open packet socket (packet(7)), bound to an interface, which is promiscuous as long as the
 * socket is open.
 *
 * @param fd of the socket, not blocking
 * @param mtu octets of the largest IP packet that the interface carries
 */
record PacketDevice(int fd, int mtu) {

    private static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int ARPHRD_ETHER = 1;

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BUFFER = 8 << 20;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final short PACKET_MR_PROMISC = 1;

    /** One packet to one socket, by a hash that is the same both ways. */
    private static final int PACKET_FANOUT_HASH = 0;

    private static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    private static final int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;

    /** struct tpacket_stats: how many frames came, and how many of them were dropped. */
    static final StructLayout STATISTICS = MemoryLayout.structLayout(JAVA_INT, JAVA_INT);

    /** Instructions of the classic BPF. */
    private static final short LOAD_WORD = 0x20;

    private static final short LOAD_HALF = 0x28;
    private static final short LOAD_OCTET = 0x30;
    private static final short JUMP_IF_EQUAL = 0x15;
    private static final short JUMP_IF_SET = 0x45;
    private static final short RETURN = 0x06;

    /**
     * Opens a socket on an interface.
     *
     * @throws java.io.UncheckedIOException with a sentence that says what to do
     */
    static PacketDevice open(PacketOptions options) {
        return open(options, 1).get(0);
    }

    /**
     * Opens several sockets on an interface, of which each frame reaches one.
     *
     * @param count how many, at least 1
     * @throws java.io.UncheckedIOException with a sentence that says what to do
     */
    static List<PacketDevice> open(PacketOptions options, int count) {
        Linux.require();
        return options.netns() == null
                ? openHere(options, count)
                : Netns.call(options.netns(), () -> openHere(options, count));
    }

    private static List<PacketDevice> openHere(PacketOptions options, int count) {
        List<PacketDevice> opened = new ArrayList<>();
        try {
            int group = 0;
            while (opened.size() < count) {
                opened.add(openSocket(options));
                if (count > 1) {
                    group = joinGroup(opened.get(opened.size() - 1).fd, group);
                }
            }
            return opened;
        } catch (RuntimeException e) {
            close(opened);
            throw e;
        }
    }

    /** How many received frames the kernel has dropped, because a socket's buffer was full. */
    static long dropsSinceTheLastCall(Libc libc, int fd, MemorySegment statistics) {
        int failed = libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics);
        return failed < 0 ? 0 : statistics.get(JAVA_INT, Integer.BYTES) & 0xFFFF_FFFFL;
    }

    /** Closes sockets of which nothing has been made. */
    static void close(List<PacketDevice> opened) {
        Libc libc = new Libc();
        opened.forEach(each -> libc.close(each.fd));
    }

    /**
     * Makes a socket one of a group. The kernel chooses the group's number, because another process
     * may have groups too.
     *
     * @param group 0 for a new one
     * @return the number of the group
     */
    private static int joinGroup(int fd, int group) {
        Libc libc = new Libc();
        int how = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_IGNORE_OUTGOING;
        how |= group == 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, how << 16 | group);
            int failed = libc.setsockopt(fd, SOL_PACKET, PACKET_FANOUT, value);
            if (failed >= 0) {
                failed = libc.getsockopt(fd, SOL_PACKET, PACKET_FANOUT, value);
            }
            if (failed < 0) {
                throw Linux.failure(
                        "this kernel can't spread frames over several packet sockets; it takes"
                                + " Linux 5.16 or newer. Use one queue",
                        failed);
            }
            return value.get(JAVA_INT, 0) & 0xFFFF;
        }
    }

    private static PacketDevice openSocket(PacketOptions options) {
        Libc libc = new Libc();
        try (Interface face = new Interface(options.name())) {
            int type = Libc.SOCK_RAW | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
            // Protocol 0 receives nothing, until it is bound.
            int fd = libc.socket(Libc.AF_PACKET, type, 0);
            if (fd < 0) {
                throw cannotOpen(fd);
            }
            try {
                int mtu = requireUsable(face, options.name());
                configure(libc, fd, face.index(), options);
                return new PacketDevice(fd, mtu);
            } catch (RuntimeException e) {
                libc.close(fd);
                throw e;
            }
        }
    }

    static RuntimeException cannotOpen(int failed) {
        return Linux.failure(
                switch (-failed) {
                    case Libc.EPERM, Libc.EACCES ->
                            "opening a packet socket is not permitted; run as root or give the"
                                    + " process CAP_NET_RAW";
                    case Libc.EAFNOSUPPORT ->
                            "this kernel has no packet sockets; load the module with 'modprobe"
                                    + " af_packet'";
                    default -> "no packet socket can be opened";
                },
                failed);
    }

    /** The MTU of an interface that is up and carries Ethernet. */
    static int requireUsable(Interface face, String name) {
        if (face.hardwareType() != ARPHRD_ETHER) {
            throw Linux.failure(
                    "'"
                            + name
                            + "' carries no Ethernet frames; choose an interface that 'ip link'"
                            + " shows as link/ether",
                    null);
        }
        if (!face.isUp()) {
            throw Linux.failure(
                    "the interface '"
                            + name
                            + "' is down; bring it up with: ip link set "
                            + name
                            + " up",
                    null);
        }
        return face.mtu();
    }

    private static void configure(Libc libc, int fd, int index, PacketOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment yes = arena.allocateFrom(JAVA_INT, 1);
            set(libc, fd, PACKET_IGNORE_OUTGOING, yes);
            set(libc, fd, PACKET_AUXDATA, yes);
            if (options.offload()) {
                set(libc, fd, PACKET_VNET_HDR, yes);
            }
            MemorySegment room = arena.allocateFrom(JAVA_INT, RECEIVE_BUFFER);
            // Without CAP_NET_ADMIN the buffer stays small, and nothing else.
            libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, room);
            if (options.mac() != null) {
                attachFilter(arena, libc, fd, options.mac().bits());
            }
            MemorySegment promiscuous = arena.allocate(16, Integer.BYTES);
            promiscuous.set(JAVA_INT, 0, index);
            promiscuous.set(JAVA_SHORT, 4, PACKET_MR_PROMISC);
            set(libc, fd, PACKET_ADD_MEMBERSHIP, promiscuous);
            MemorySegment address = arena.allocate(20, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
            address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
            address.set(JAVA_INT, 4, index);
            int failed = libc.bind(fd, address);
            if (failed < 0) {
                throw Linux.failure(
                        "the packet socket can't be bound to '" + options.name() + "'", failed);
            }
        }
    }

    private static void set(Libc libc, int fd, int option, MemorySegment value) {
        int failed = libc.setsockopt(fd, SOL_PACKET, option, value);
        if (failed < 0) {
            throw Linux.failure(
                    "this kernel's packet sockets lack option "
                            + option
                            + "; it takes Linux 4.20"
                            + " or newer",
                    failed);
        }
    }

    /** Only frames to an address and to groups reach the socket; the kernel drops the others. */
    private static void attachFilter(Arena arena, Libc libc, int fd, long mac) {
        MemorySegment program = arena.allocate(8 * 8, Long.BYTES);
        instruct(program, 0, LOAD_WORD, 0, 0, 0);
        instruct(program, 1, JUMP_IF_EQUAL, 0, 2, (int) (mac >>> 16));
        instruct(program, 2, LOAD_HALF, 0, 0, 4);
        instruct(program, 3, JUMP_IF_EQUAL, 2, 0, (int) mac & 0xFFFF);
        instruct(program, 4, LOAD_OCTET, 0, 0, 0);
        instruct(program, 5, JUMP_IF_SET, 0, 1, 1);
        instruct(program, 6, RETURN, 0, 0, -1);
        instruct(program, 7, RETURN, 0, 0, 0);
        MemorySegment filter = arena.allocate(16, Long.BYTES);
        filter.set(JAVA_SHORT, 0, (short) 8);
        filter.set(JAVA_LONG, 8, program.address());
        int failed = libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter);
        if (failed < 0) {
            throw Linux.failure("the kernel takes no filter for the packet socket", failed);
        }
    }

    /** An instruction (struct sock_filter): what, how far to jump either way, a number. */
    private static void instruct(
            MemorySegment program, int at, short code, int ifTrue, int ifFalse, int number) {
        program.set(JAVA_SHORT, at * 8L, code);
        program.set(JAVA_BYTE, at * 8L + 2, (byte) ifTrue);
        program.set(JAVA_BYTE, at * 8L + 3, (byte) ifFalse);
        program.set(JAVA_INT, at * 8L + 4, number);
    }
}
