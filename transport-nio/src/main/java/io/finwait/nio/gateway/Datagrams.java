package io.finwait.nio.gateway;

import io.finwait.driver.Driver;
import io.finwait.icmp.IcmpUnreachable;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Unreachable;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Passes datagrams on, each pair of sockets by a socket of its own, so that the kernel's errors
 * find their way back; and pings. The pair that has been silent longest makes place for a new one.
 */
final class Datagrams implements PacketGate.Others, SocketWatch.Ticking {

    private static final int HEADER_LENGTH = 8;
    private static final int HOPS = 64;

    /** What a length field can say. */
    private static final int LARGEST = 65_535;

    /** As long as RFC 4787 §4.3 asks for at least. */
    private static final long IDLE_NS = 120_000_000_000L;

    /** A question and its answer (RFC 4787 §4.3: short for well-known ports). */
    private static final long IDLE_OF_DNS_NS = 20_000_000_000L;

    private static final int DNS = 53;

    private final Gateway gateway;
    private final Transport transport;
    private final IcmpUnreachable unreachable;
    private final Pings pings;
    private final FragmentSender fragments;
    private final int most;
    private final Map<Pair, DatagramFlow> flows = new LinkedHashMap<>(64, 0.75f, true);
    private final IpView ip = new IpView();

    /** Who sends datagrams to whom, seen from the client. */
    record Pair(IpAddress client, int clientPort, IpAddress server, int serverPort) {}

    Datagrams(Gateway gateway, Driver driver, Transport transport, int most) {
        this.gateway = gateway;
        this.transport = transport;
        this.most = most;
        unreachable = new IcmpUnreachable(transport);
        fragments = new FragmentSender(transport);
        pings = new Pings(gateway, driver, transport);
    }

    int size() {
        return flows.size();
    }

    void close() {
        new ArrayList<>(flows.values()).forEach(DatagramFlow::close);
        flows.clear();
        pings.close();
    }

    @Override
    public boolean take(Packet packet) {
        Verdict verdict = ip.parse(packet.buffer(), packet.offset(), packet.length());
        if (verdict != Verdict.OK) {
            if (verdict == Verdict.FRAGMENT) {
                gateway.tally.add(Count.DATAGRAMS_DROPPED);
            }
            return false;
        }
        if (ip.protocol() == Protocol.UDP) {
            if (!passOn(packet.checksumOffloaded())) {
                gateway.tally.add(Count.DATAGRAMS_DROPPED);
            }
            return true;
        }
        return pings.take(ip);
    }

    private boolean passOn(boolean verified) {
        ByteBuffer b = ip.buffer();
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        if (length < HEADER_LENGTH
                || IpAddress.isMulticastOrUnspecified(ip.destinationHigh(), ip.destinationLow())
                || IpAddress.isMulticastOrUnspecified(ip.sourceHigh(), ip.sourceLow())) {
            return false;
        }
        int told = b.getShort(at + 4) & 0xFFFF;
        if (told < HEADER_LENGTH || told > length || !isChecksumRight(told, verified)) {
            return false;
        }
        Pair pair =
                new Pair(
                        new IpAddress(ip.sourceHigh(), ip.sourceLow()),
                        b.getShort(at) & 0xFFFF,
                        new IpAddress(ip.destinationHigh(), ip.destinationLow()),
                        b.getShort(at + 2) & 0xFFFF);
        DatagramFlow flow = flows.get(pair);
        if (flow == null) {
            flow = open(pair);
        }
        if (flow == null) {
            return false;
        }
        gateway.tally.add(Count.DATAGRAMS_UP);
        ByteBuffer text = gateway.scratch.clear();
        text.put(0, b, at + HEADER_LENGTH, told - HEADER_LENGTH).limit(told - HEADER_LENGTH);
        flow.send(text);
        return true;
    }

    /** A checksum of 0 is none, over IPv4 (RFC 768). */
    private boolean isChecksumRight(int length, boolean verified) {
        ByteBuffer b = ip.buffer();
        int at = ip.payloadOffset();
        boolean none = b.getShort(at + 6) == 0 && ip.version() == 4;
        if (verified || none) {
            return true;
        }
        long pseudo =
                Checksum.pseudoHeader(
                        ip.sourceHigh(),
                        ip.sourceLow(),
                        ip.destinationHigh(),
                        ip.destinationLow(),
                        Protocol.UDP,
                        length);
        return Checksum.finish(Checksum.add(b, at, length, pseudo)) == 0;
    }

    private DatagramFlow open(Pair pair) {
        Call call =
                new Call(
                        Call.Kind.UDP,
                        pair.client(),
                        pair.clientPort(),
                        pair.server(),
                        pair.serverPort());
        Onward route = most == 0 ? new Onward.Ignored() : gateway.route(call);
        if (route instanceof Onward.Direct direct) {
            if (flows.size() >= most) {
                removeOldest();
            }
            return open(pair, direct);
        }
        if (route instanceof Onward.Forbidden forbidden) {
            tellUnreachable(pair, forbidden.why());
        } else if (route instanceof Onward.Refused) {
            tellUnreachable(pair, Unreachable.PORT);
        }
        return null;
    }

    private DatagramFlow open(Pair pair, Onward.Direct route) {
        try {
            DatagramFlow flow = new DatagramFlow(gateway, this, pair, route.to());
            flows.put(pair, flow);
            gateway.sockets.tick(this);
            return flow;
        } catch (IOException e) {
            NotConnected why = NotConnected.of(e, 0);
            if (why.kind() == NotConnected.Kind.UNREACHABLE) {
                tellUnreachable(pair, why.why());
            }
            return null;
        }
    }

    private void removeOldest() {
        Iterator<DatagramFlow> oldest = flows.values().iterator();
        oldest.next().close();
        oldest.remove();
    }

    void remove(DatagramFlow flow) {
        flows.remove(flow.pair(), flow);
        flow.close();
    }

    @Override
    public boolean tick(long nowNs) {
        // In the order of their last use, but those of DNS go earlier.
        flows.values()
                .removeIf(
                        flow -> {
                            long idle = flow.pair().serverPort() == DNS ? IDLE_OF_DNS_NS : IDLE_NS;
                            boolean gone = nowNs - flow.usedNs() >= idle;
                            if (gone) {
                                flow.close();
                            }
                            return gone;
                        });
        return !flows.isEmpty();
    }

    /** Sends a datagram to the client, in parts where it is larger than the MTU. */
    void answer(Pair pair, ByteBuffer text) {
        boolean v6 = !pair.client().isV4();
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int length = HEADER_LENGTH + text.remaining();
        if (header + length > transport.capabilities().mtu()) {
            answerInParts(pair, text, header, length);
            return;
        }
        Packet packet = transport.claim(header + length);
        if (packet == null) {
            gateway.tally.add(Count.DATAGRAMS_DROPPED);
            return;
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset() + header;
        b.put(at + HEADER_LENGTH, text, text.position(), text.remaining());
        headers(b, packet.offset(), pair.server(), pair.serverPort(), pair, length, false);
        gateway.tally.add(Count.DATAGRAMS_DOWN);
        transport.commit(packet, System.nanoTime());
    }

    private void answerInParts(Pair pair, ByteBuffer text, int header, int length) {
        int told = header == Ipv4.HEADER_LENGTH ? header + length : length;
        if (told > LARGEST) {
            gateway.tally.add(Count.DATAGRAMS_DROPPED);
            return;
        }
        ByteBuffer whole = ByteBuffer.allocate(header + length);
        whole.put(header + HEADER_LENGTH, text, text.position(), text.remaining());
        headers(whole, 0, pair.server(), pair.serverPort(), pair, length, false);
        boolean sent = fragments.send(whole, System.nanoTime());
        gateway.tally.add(sent ? Count.DATAGRAMS_DOWN : Count.DATAGRAMS_DROPPED);
    }

    /** The server's port is closed, or it can't be reached: quotes what the client has sent. */
    void tellUnreachable(Pair pair, Unreachable why) {
        boolean v6 = !pair.client().isV4();
        int length = (v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH) + HEADER_LENGTH;
        ByteBuffer quoted = ByteBuffer.allocate(length);
        headers(quoted, 0, pair.client(), pair.clientPort(), pair, HEADER_LENGTH, true);
        boolean unused = unreachable.send(pair.server(), quoted, 0, length, why, System.nanoTime());
    }

    private static void headers(
            ByteBuffer b,
            int at,
            IpAddress from,
            int fromPort,
            Pair pair,
            int length,
            boolean fromClient) {
        IpAddress to = fromClient ? pair.server() : pair.client();
        int toPort = fromClient ? pair.serverPort() : pair.clientPort();
        int udp;
        if (from.isV4()) {
            udp = at + Ipv4.HEADER_LENGTH;
            int total = Ipv4.HEADER_LENGTH + length;
            int source = (int) from.low();
            Ipv4.write(b, at, total, 0, 0, HOPS, Protocol.UDP, source, (int) to.low());
        } else {
            udp = at + Ipv6.HEADER_LENGTH;
            Ipv6.write(
                    b,
                    at,
                    length,
                    0,
                    0,
                    HOPS,
                    Protocol.UDP,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low());
        }
        b.putShort(udp, (short) fromPort);
        b.putShort(udp + 2, (short) toPort);
        b.putShort(udp + 4, (short) length);
        b.putShort(udp + 6, (short) 0);
        long pseudo =
                Checksum.pseudoHeader(
                        from.high(), from.low(), to.high(), to.low(), Protocol.UDP, length);
        int sum = Checksum.finish(Checksum.add(b, udp, length, pseudo));
        // 0 would say that there is none (RFC 768).
        b.putShort(udp + 6, (short) (sum == 0 ? 0xFFFF : sum));
    }
}
