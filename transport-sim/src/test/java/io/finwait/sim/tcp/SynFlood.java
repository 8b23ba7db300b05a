package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.spi.Packet;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.Random;

/** A host that sends SYNs from addresses of others, which never answer. */
final class SynFlood implements SimObserver {

    /** All addresses that it takes are in 11.0.0.0/8. */
    private static final int SPOOFED = 11 << 24;

    /** The options that end a SYN: nothing, MSS, or all of them without a gap. */
    static final byte[][] OPTIONS = {
        {},
        {2, 4, 5, (byte) 0xB4},
        {2, 4, 5, (byte) 0xB4, 4, 2, 8, 10, 0, 0, 0, 77, 0, 0, 0, 0, 3, 3, 7, 0},
    };

    private final SimNetwork net;
    private final SimTransport transport;
    private final Random random;
    private final int port;
    private final int atOnce;
    private final long everyNs;
    private final long untilNs;
    private long nextNs;
    long octetsSent;
    long octetsAnswered;
    long syns;

    /** A flood of so many SYNs at once, each time after so long. */
    SynFlood(SimNetwork net, long seed, int port, int atOnce, long everyNs, long lastsNs) {
        this.net = net;
        this.port = port;
        this.atOnce = atOnce;
        this.everyNs = everyNs;
        random = new Random(seed);
        transport = net.queues(2 * atOnce * 20, 4096).host("attacker");
        net.linksFrom("attacker", LinkModel.perfect().delay(10 * MS));
        net.observe(this);
        nextNs = net.nowNs();
        untilNs = nextNs + lastsNs;
        net.add("attacker", SimParticipant.of(this::doWork, this::nextDeadlineNs));
    }

    private int doWork(long nowNs) {
        if (nextNs >= untilNs || nowNs < nextNs) {
            return 0;
        }
        for (int i = 0; i < atOnce; i++) {
            send();
        }
        nextNs += everyNs;
        return 1;
    }

    private long nextDeadlineNs() {
        return nextNs < untilNs ? nextNs : Long.MAX_VALUE;
    }

    private void send() {
        byte[] options = OPTIONS[random.nextInt(OPTIONS.length)];
        int from = SPOOFED | random.nextInt(1 << 24);
        int source = 1024 + random.nextInt(60_000);
        int to = (int) TwoHosts.SERVER.low();
        octetsSent += syn(transport, net.nowNs(), from, source, to, port, options, random);
        syns++;
    }

    /** Sends a SYN with any number in the name of another host; returns its octets. */
    static int syn(
            SimTransport over,
            long nowNs,
            int from,
            int source,
            int to,
            int port,
            byte[] options,
            Random random) {
        int header = TcpHeader.LENGTH + options.length;
        Packet packet = over.claim(Ipv4.HEADER_LENGTH + header);
        if (packet == null) {
            throw new AssertionError("the attacker's queue is full");
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset() + Ipv4.HEADER_LENGTH;
        int length = packet.length();
        Ipv4.write(b, packet.offset(), length, 0, 0, 64, Protocol.TCP, from, to);
        TcpHeader.write(b, at, source, port, random.nextInt(), 0, header, TcpHeader.SYN, 65_535);
        b.put(at + TcpHeader.LENGTH, options);
        long pseudo = Protocol.TCP + header + (from & 0xFFFF_FFFFL) + (to & 0xFFFF_FFFFL);
        TcpHeader.checksum(b, at, Checksum.finish(Checksum.add(b, at, header, pseudo)));
        over.commit(packet, nowNs);
        return length;
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        int destination = packet.buffer().getInt(packet.offset() + 16);
        if (destination >>> 24 == SPOOFED >>> 24) {
            octetsAnswered += packet.length();
        }
    }
}
