package io.finwait.examples.net;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** SYNs from 65,000 addresses that never answer, at a rate, until it is stopped. */
final class SynFlood implements Runnable {

    private static final int OPTIONS = 4;
    private static final int TCP_OCTETS = TcpHeader.LENGTH + OPTIONS;
    private static final int OCTETS = Ipv4.HEADER_LENGTH + TCP_OCTETS;
    private static final int MSS_1460 = 0x0204_05B4;
    private static final long LONGEST_WAIT_NS = 500_000;

    private final Transport transport;
    private final int network;
    private final int target;
    private final int port;
    private final int perSecond;
    private final SplittableRandom random;
    private final PacketBatch answers = new PacketBatch(256);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answeredOctets = new AtomicLong();

    /**
     * A flood that has not begun.
     *
     * @param transport is written to and read from by the flood's thread alone
     * @param network the strangers' addresses are those of its /16
     */
    SynFlood(
            Transport transport,
            IpAddress network,
            IpAddress target,
            int port,
            int perSecond,
            long seed) {
        this.transport = transport;
        this.network = (int) network.low() & 0xFFFF_0000;
        this.target = (int) target.low();
        this.port = port;
        this.perSecond = perSecond;
        random = new SplittableRandom(seed);
    }

    /** SYNs so far. */
    long sent() {
        return sent.get();
    }

    /** Octets of SYNs so far. */
    long sentOctets() {
        return sent.get() * OCTETS;
    }

    /** Octets of what came back to the strangers. */
    long answeredOctets() {
        return answeredOctets.get();
    }

    void stop() {
        stopped.set(true);
    }

    @Override
    public void run() {
        long begunNs = System.nanoTime();
        while (!stopped.get()) {
            long owed = (long) ((System.nanoTime() - begunNs) * 1e-9 * perSecond) - sent.get();
            for (; owed > 0 && !stopped.get(); owed--) {
                send();
            }
            count();
            transport.await(LONGEST_WAIT_NS);
        }
        count();
    }

    private void send() {
        Packet packet = transport.claim(OCTETS);
        if (packet == null) {
            return;
        }
        ByteBuffer b = packet.buffer();
        int ip = packet.offset();
        int at = ip + Ipv4.HEADER_LENGTH;
        int stranger = network | 0x100 + random.nextInt(0xFE00);
        int from = 1024 + random.nextInt(60_000);
        Ipv4.write(b, ip, OCTETS, 0, 0, 64, Protocol.TCP, stranger, target);
        TcpHeader.write(b, at, from, port, random.nextInt(), 0, TCP_OCTETS, TcpHeader.SYN, 64_240);
        b.putInt(at + TcpHeader.LENGTH, MSS_1460);
        long pseudo = Checksum.add(b, ip + 12, 8, Protocol.TCP + TCP_OCTETS);
        TcpHeader.checksum(b, at, Checksum.finish(Checksum.add(b, at, TCP_OCTETS, pseudo)));
        transport.commit(packet, System.nanoTime());
        sent.incrementAndGet();
    }

    private void count() {
        do {
            answers.clear();
            transport.receive(answers, System.nanoTime());
            for (int i = 0; i < answers.size(); i++) {
                answeredOctets.addAndGet(answers.get(i).length());
            }
        } while (answers.size() > 0);
    }
}
