package io.finwait.raw;

import io.finwait.link.EthernetConfig;
import io.finwait.raw.BpfProgram.Label;
import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The program that decides, for each frame that an interface receives, whether it is a host's of
 * ours or the kernel's. Ours is what goes to our Ethernet address. Of what goes to groups ours is
 * what asks for an IP address of ours or claims it: ARP (RFC 826, RFC 5227) and neighbour discovery
 * (RFC 4861). The kernel gets the rest, as if the program were not there.
 *
 * <p>Where our Ethernet address is the interface's own, the kernel needs what comes to it, too:
 * then ours is what asks for an IP address of ours, claims it, or goes to it.
 *
 * <p>A frame goes to one of the two: redirecting takes it away. What asks for our addresses is
 * nothing to the kernel, which doesn't have them.
 */
final class XdpFilter {

    /** Registers: what calls destroy, and what they leave alone. */
    private static final int R0 = 0;

    private static final int R1 = 1;
    private static final int R2 = 2;
    private static final int R3 = 3;
    private static final int CONTEXT = 6;
    private static final int DATA = 7;
    private static final int END = 8;

    /** Places in struct xdp_md. */
    private static final int XDP_MD_DATA = 0;

    private static final int XDP_MD_DATA_END = 4;
    private static final int XDP_MD_RX_QUEUE_INDEX = 16;

    private static final int XDP_PASS = 2;
    private static final int BPF_REDIRECT_MAP = 51;

    private static final int TYPE = 12;
    private static final int UNTAGGED = 14;
    private static final int TAGGED = 18;
    private static final int VLAN = 0x8100;
    private static final int VLAN_ID = 0x0FFF;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;

    /** Places in a message of ARP, and its length. */
    private static final int ARP_SENDER = 14;

    private static final int ARP_TARGET = 24;
    private static final int ARP_LENGTH = 28;

    /** Places in an IP header, and its length. */
    private static final int IPV4_DESTINATION = 16;

    private static final int IPV4_END = 20;
    private static final int IPV6_DESTINATION = 24;
    private static final int IPV6_END = 40;

    /** Places in an IPv6 packet with a message of neighbour discovery. */
    private static final int NEXT_HEADER = 6;

    private static final int ICMPV6 = 58;
    private static final int MESSAGE = 40;
    private static final int TARGET = 48;
    private static final int TARGET_END = 64;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;

    private final BpfProgram program = new BpfProgram();
    private final Label ours = new Label();
    private final Label kernels = new Label();

    private XdpFilter() {}

    /**
     * The program for a host.
     *
     * @param host null: every frame is ours
     * @param shared whether the host's Ethernet address is the interface's own
     * @param sockets the map of sockets by queue
     */
    static BpfProgram program(EthernetConfig host, boolean shared, int sockets) {
        XdpFilter filter = new XdpFilter();
        filter.program.copy(CONTEXT, R1);
        if (host != null) {
            filter.sort(host, shared);
        }
        filter.redirect(sockets);
        if (host != null) {
            filter.pass();
        }
        return filter.program;
    }

    private void sort(EthernetConfig host, boolean shared) {
        program.loadWord(DATA, CONTEXT, XDP_MD_DATA);
        program.loadWord(END, CONTEXT, XDP_MD_DATA_END);
        requireOctets(UNTAGGED);
        ByteBuffer mac = ByteBuffer.allocate(8).putLong(host.mac().bits());
        Label others = new Label();
        Label content = new Label();
        unlessEqual(0, mac.slice(2, 6), others);
        program.jump(shared ? content : ours);
        program.place(others);
        program.loadOctet(R1, DATA, 0);
        program.and(R1, 1);
        program.jumpIfEqual(R1, 0, kernels);
        program.place(content);
        int header = UNTAGGED;
        if (host.vlan() != 0) {
            header = TAGGED;
            requireOctets(header);
            unlessEqual(TYPE, half(VLAN), kernels);
            program.loadHalf(R1, DATA, UNTAGGED);
            program.and(R1, number(half(VLAN_ID)));
            program.jumpUnlessEqual(R1, number(half(host.vlan())), kernels);
        }
        sortByContent(header, host.addresses(), shared);
    }

    private void sortByContent(int header, List<IpAddress> addresses, boolean shared) {
        Label notArp = new Label();
        unlessEqual(header - 2, half(ARP), notArp);
        sortArp(header, addresses);
        program.place(notArp);
        if (shared) {
            Label notIpv4 = new Label();
            unlessEqual(header - 2, half(IPV4), notIpv4);
            requireOctets(header + IPV4_END);
            ifOneEqual(header + IPV4_DESTINATION, addresses, true);
            program.jump(kernels);
            program.place(notIpv4);
        }
        unlessEqual(header - 2, half(IPV6), kernels);
        if (shared) {
            requireOctets(header + IPV6_END);
            ifOneEqual(header + IPV6_DESTINATION, addresses, false);
        }
        sortDiscovery(header, addresses);
    }

    /** Who asks for an address of ours, or says that it is his. */
    private void sortArp(int at, List<IpAddress> addresses) {
        requireOctets(at + ARP_LENGTH);
        ifOneEqual(at + ARP_TARGET, addresses, true);
        ifOneEqual(at + ARP_SENDER, addresses, true);
        program.jump(kernels);
    }

    /** The target of a solicitation, or of an advertisement, is an address of ours. */
    private void sortDiscovery(int at, List<IpAddress> addresses) {
        requireOctets(at + TARGET_END);
        program.loadOctet(R1, DATA, at + NEXT_HEADER);
        program.jumpUnlessEqual(R1, ICMPV6, kernels);
        program.loadOctet(R1, DATA, at + MESSAGE);
        Label discovery = new Label();
        program.jumpIfEqual(R1, SOLICITATION, discovery);
        program.jumpUnlessEqual(R1, ADVERTISEMENT, kernels);
        program.place(discovery);
        ifOneEqual(at + TARGET, addresses, false);
        program.jump(kernels);
    }

    private void redirect(int sockets) {
        program.place(ours);
        program.loadMap(R1, sockets);
        program.loadWord(R2, CONTEXT, XDP_MD_RX_QUEUE_INDEX);
        // What becomes of frames of a queue without a socket.
        program.move(R3, XDP_PASS);
        program.call(BPF_REDIRECT_MAP);
        program.exit();
    }

    private void pass() {
        program.place(kernels);
        program.move(R0, XDP_PASS);
        program.exit();
    }

    /** The kernel takes no program that may read behind a frame's end. */
    private void requireOctets(int length) {
        program.copy(R1, DATA);
        program.add(R1, length);
        program.jumpIfAbove(R1, END, kernels);
    }

    /** A frame is ours in which one of the addresses of an IP version stands. */
    private void ifOneEqual(int at, List<IpAddress> addresses, boolean v4) {
        for (IpAddress each : addresses) {
            if (each.isV4() == v4) {
                ByteBuffer octets = ByteBuffer.allocate(16);
                octets.putLong(0, each.high()).putLong(8, each.low());
                Label otherwise = new Label();
                // An IPv4 address is the end of its IPv4-mapped one.
                unlessEqual(at, v4 ? octets.slice(12, 4) : octets, otherwise);
                program.jump(ours);
                program.place(otherwise);
            }
        }
    }

    /** Compares two octets at a time, because not every machine reads more at an odd multiple. */
    private void unlessEqual(int at, ByteBuffer octets, Label otherwise) {
        for (int i = 0; i < octets.capacity(); i += 2) {
            program.loadHalf(R1, DATA, at + i);
            program.jumpUnlessEqual(R1, number(octets.slice(i, 2)), otherwise);
        }
    }

    private static ByteBuffer half(int number) {
        return ByteBuffer.allocate(2).putShort(0, (short) number);
    }

    /** What this machine reads where these two octets stand. */
    private static int number(ByteBuffer half) {
        return half.duplicate().order(ByteOrder.nativeOrder()).getShort(0) & 0xFFFF;
    }
}
