package io.finwait.link;

import io.finwait.icmp.LocalErrors;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Unreachable;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes a carrier of IP packets of a carrier of Ethernet frames: puts each packet into a frame to
 * the neighbour that it goes to first, finds that one's Ethernet address by ARP or neighbour
 * discovery, and answers when others look for ours.
 *
 * <p>Headers are written in front of the packet, where it lies. Only packets whose neighbour is not
 * known yet are copied, 1,024 of them at most. When nobody answers, in about three seconds, an ICMP
 * "host unreachable" tells the connection, which ends by its own timers, with that as its reason.
 *
 * <p>Whatever frames hold, no method throws because of it. Of what others say only answers to our
 * own questions are believed (decision 0042), and how often others are answered is bounded; {@link
 * EthernetCounters} counts all that. Once warm, nothing is allocated for a packet.
 */
public final class EthernetTransport implements Transport {

    private static final int BATCH = 64;

    /** Answers that strangers may make us send. */
    private static final int ANSWERS_PER_SECOND = 1_000;

    private final Transport below;
    private final FrameHeader header;
    private final MacAddress mac;
    private final Capabilities capabilities;
    private final EthernetCounters counters = new EthernetCounters();
    private final LocalErrors errors = new LocalErrors();
    private final Messages messages;
    private final OwnAddresses own;
    private final Resolver resolver;
    private final Allowance answers = new Allowance(ANSWERS_PER_SECOND);
    private final Arp arp = new Arp();
    private final Discovery discovery = new Discovery();

    /** What was received below; those before {@link #next} have been looked at. */
    private final PacketBatch frames = new PacketBatch(BATCH);

    private int next;
    private final Packet[] packets = new Packet[BATCH];
    private boolean closed;

    /**
     * Takes a carrier of frames, which is closed with this transport.
     *
     * @throws IllegalArgumentException when it carries no frames, or too small ones
     */
    public EthernetTransport(Transport below, EthernetConfig config) {
        Medium.ETHERNET.require(below, "an EthernetTransport");
        this.below = below;
        mac = config.withFixedMac().mac();
        header = new FrameHeader(mac.bits(), config.vlan());
        capabilities = capabilities(below, config, header.length());
        messages = new Messages(below, header, counters);
        own =
                new OwnAddresses(
                        config.own(), config.isProbing(), messages, counters, config.random());
        resolver =
                new Resolver(
                        below,
                        header,
                        messages,
                        own,
                        new Routes(config.own(), config.routes()),
                        errors,
                        counters,
                        config,
                        capabilities.mtu());
        for (int i = 0; i < BATCH; i++) {
            packets[i] = new Packet();
        }
    }

    private static Capabilities capabilities(Transport below, EthernetConfig config, int header) {
        Capabilities of = below.capabilities();
        // A VLAN tag does not count where the carrier takes it beyond the MTU, as networks do.
        int fits = Math.min(of.mtu() - FrameHeader.UNTAGGED, of.largestPacket() - header);
        int most = Math.min(fits, Capabilities.LARGEST_MTU);
        if (config.mtu() > most) {
            throw new IllegalArgumentException(
                    "an mtu of "
                            + config.mtu()
                            + " does not fit into the frames of "
                            + below
                            + "; choose "
                            + most
                            + " or less");
        }
        int mtu = config.mtu() == 0 ? most : config.mtu();
        int largest = Math.min(of.largestPacket() - header, Capabilities.LARGEST_MTU);
        return new Capabilities(
                mtu,
                of.headroom() + header,
                of.segmentationOffload() ? largest : mtu,
                of.checksumOffload(),
                of.segmentationOffload(),
                // While an address is unknown packets wait, and too many are dropped.
                false,
                of.ordered(),
                of.allocates());
    }

    /** The host's own Ethernet address. */
    public MacAddress mac() {
        return mac;
    }

    /** What was counted; any thread may look. */
    public EthernetCounters counters() {
        return counters;
    }

    /**
     * The neighbours, each with its address, Ethernet address and {@link NeighbourState}, as text;
     * on the transport's thread.
     */
    public List<String> neighbours() {
        return resolver.describe();
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public Packet claim(int length) {
        capabilities.requireClaimable(length);
        Packet packet = own.areDecided() ? below.claim(header.length() + length) : null;
        return packet == null ? null : packet.moveBeginning(header.length());
    }

    @Override
    public void abandon(Packet packet) {
        below.abandon(packet.moveBeginning(-header.length()));
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        long to = closed ? 0 : destination(packet, nowNs);
        packet.moveBeginning(-header.length());
        if (to == 0) {
            below.abandon(packet);
            resolver.askForNew(nowNs);
            return;
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        boolean v4 = (b.get(at + header.length()) & 0xF0) == 0x40;
        header.write(b, at, to, v4 ? FrameHeader.IPV4 : FrameHeader.IPV6);
        counters.add(Counter.PACKETS_OUT);
        below.commit(packet, nowNs);
    }

    /** The Ethernet address that a packet goes to; 0 when it doesn't go now, or not at all. */
    private long destination(Packet packet, long nowNs) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        int version = packet.length() == 0 ? 0 : b.get(at) >>> 4 & 0xF;
        boolean v4 = version == 4 && packet.length() >= Ipv4.HEADER_LENGTH;
        if (!v4 && (version != 6 || packet.length() < Ipv6.HEADER_LENGTH)) {
            counters.add(Counter.NO_ROUTE);
            return 0;
        }
        long high = v4 ? 0 : Ipv6.destinationHigh(b, at);
        long low = v4 ? IpAddress.v4Low(Ipv4.destination(b, at)) : Ipv6.destinationLow(b, at);
        if (IpAddress.isMulticastOrUnspecified(high, low) || own.isBroadcast(high, low)) {
            return group(v4, high, low);
        }
        long fromHigh = v4 ? 0 : Ipv6.sourceHigh(b, at);
        long fromLow = v4 ? IpAddress.v4Low(Ipv4.source(b, at)) : Ipv6.sourceLow(b, at);
        boolean usable = own.has(fromHigh, fromLow) && !own.has(high, low);
        Neighbour neighbour = usable ? resolver.neighbour(high, low, nowNs) : null;
        if (neighbour == null) {
            counters.add(Counter.NO_ROUTE);
            errors.unreachable(packet, 0, Unreachable.NETWORK);
            return 0;
        }
        if (resolver.isUsable(neighbour, nowNs)) {
            return neighbour.mac;
        }
        resolver.keep(neighbour, packet);
        return 0;
    }

    /** RFC 1112 §6.4, RFC 2464 §7; TCP sends nothing there, others may. */
    private static long group(boolean v4, long high, long low) {
        if (!v4) {
            return high >>> 56 == 0xFF ? Discovery.groupMac(low) : 0;
        }
        boolean multicast = (low >>> 28 & 0xF) == 0xE;
        if ((int) low == 0) {
            return 0;
        }
        return multicast ? 0x0100_5E00_0000L | (low & 0x7F_FFFF) : MacAddress.BROADCAST;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        errors.giveBackLent();
        own.work(nowNs);
        resolver.work(nowNs);
        int before = into.size();
        if (next == frames.size()) {
            frames.clear();
            next = 0;
            below.receive(frames, nowNs);
        }
        while (next < frames.size() && into.room() > 0) {
            take(frames.get(next), into, nowNs);
            next++;
        }
        errors.drain(into);
        return into.size() - before;
    }

    private void take(Packet frame, PacketBatch into, long nowNs) {
        ByteBuffer b = frame.buffer();
        int at = frame.offset();
        int length = header.received(b, at, frame.length());
        if (length == 0) {
            counters.add(Counter.FRAMES_IGNORED);
            return;
        }
        int payload = frame.length() - length;
        int type = FrameHeader.type(b, at, length);
        boolean toUs = header.isToUs(b, at);
        if (type == FrameHeader.ARP) {
            takeArp(b, at + length, payload, nowNs);
        } else if (type == FrameHeader.IPV6 && Discovery.isOne(b, at + length, payload)) {
            takeDiscovery(b, at, length, payload, nowNs);
        } else if (toUs && payload > 0 && (type == FrameHeader.IPV4 || type == FrameHeader.IPV6)) {
            Packet packet = packets[next].set(b, at + length, payload);
            packet.segmentSize(frame.segmentSize()).checksumOffloaded(frame.checksumOffloaded());
            counters.add(Counter.PACKETS_IN);
            into.add(packet);
        } else {
            // IP packets in frames to a group are nothing for TCP (RFC 1122 §3.3.6, §4.2.3.10).
            counters.add(Counter.FRAMES_IGNORED);
        }
    }

    private void takeArp(ByteBuffer b, int at, int length, long nowNs) {
        if (!arp.parse(b, at, length) || arp.senderMac() == header.mac()) {
            counters.add(Counter.BAD_FRAMES);
            return;
        }
        long sender = IpAddress.v4Low(arp.senderIp());
        long target = IpAddress.v4Low(arp.targetIp());
        boolean isProbe = arp.senderIp() == 0;
        if (isProbe) {
            own.isProbedBy(0, target, arp.senderMac());
        } else if (!own.isClaimedBy(0, sender, arp.senderMac(), nowNs)) {
            boolean answer = arp.isReply() && own.has(0, target);
            resolver.claimed(0, sender, arp.senderMac(), answer, nowNs);
        }
        if (!arp.isReply() && own.has(0, target) && sender != target) {
            answered(answers.take(nowNs) && messages.answer(arp, nowNs));
        }
    }

    private void takeDiscovery(ByteBuffer b, int at, int length, int payload, long nowNs) {
        if (!discovery.parse(b, at + length, payload)) {
            counters.add(Counter.BAD_FRAMES);
            return;
        }
        long from = MacAddress.read(b, at + MacAddress.LENGTH);
        long high = discovery.targetHigh();
        long low = discovery.targetLow();
        if (discovery.isSolicitation()) {
            if (discovery.isFromNobody()) {
                own.isProbedBy(high, low, from);
            }
            if (own.has(high, low)) {
                answered(answers.take(nowNs) && messages.answer(discovery, from, nowNs));
            }
        } else if (!own.isClaimedBy(high, low, from, nowNs)) {
            boolean answer = discovery.isSolicited();
            if (discovery.mac() == 0) {
                resolver.confirmed(high, low, from, answer, nowNs);
            } else {
                resolver.claimed(high, low, discovery.mac(), answer, nowNs);
            }
        }
    }

    private void answered(boolean yes) {
        counters.add(yes ? Counter.ANSWERS : Counter.ANSWERS_REFUSED);
    }

    @Override
    public long nextDeadlineNs() {
        if (closed) {
            return Long.MAX_VALUE;
        }
        long ours = Times.earlier(own.nextDeadlineNs(), resolver.nextDeadlineNs());
        return Times.earlier(ours, below.nextDeadlineNs());
    }

    @Override
    public void await(long timeoutNs) {
        boolean ready = !closed && (next < frames.size() || !errors.isEmpty());
        below.await(ready ? 0 : timeoutNs);
    }

    @Override
    public void wakeup() {
        below.wakeup();
    }

    @Override
    public void close() {
        closed = true;
        below.close();
    }

    @Override
    public String toString() {
        return "EthernetTransport[" + mac + ", mtu " + capabilities.mtu() + ", " + below + "]";
    }
}
