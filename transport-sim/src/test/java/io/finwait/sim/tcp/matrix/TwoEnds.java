package io.finwait.sim.tcp.matrix;

import io.finwait.Finwait;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Two endpoints whose packets are handed over in turns of 10 ms, and kept to arrive once more. */
final class TwoEnds {

    static final IpAddress ADDRESS_A = IpAddress.parse("10.0.0.1");
    static final IpAddress ADDRESS_B = IpAddress.parse("10.0.0.2");

    final HandTransport wireA = new HandTransport();
    final HandTransport wireB = new HandTransport();
    final Endpoint a;
    final Endpoint b;
    final List<ByteBuffer> sentByA = new ArrayList<>();
    final List<ByteBuffer> sentByB = new ArrayList<>();
    private long nowNs = Bench.SECOND;

    TwoEnds(UnaryOperator<EndpointConfig.Builder> config) {
        a = open(ADDRESS_A, config, wireA);
        b = open(ADDRESS_B, config, wireB);
        work();
    }

    private static Endpoint open(
            IpAddress address,
            UnaryOperator<EndpointConfig.Builder> config,
            HandTransport transport) {
        EndpointConfig.Builder builder = EndpointConfig.builder().address(address).seed(1);
        return Finwait.open(config.apply(builder).build(), transport);
    }

    ByteBuffer lastSentByB() {
        return sentByB.get(sentByB.size() - 1);
    }

    private void work() {
        a.doWork(nowNs);
        b.doWork(nowNs);
    }

    void pass(long ns) {
        nowNs += ns;
        work();
    }

    /** Both work, and what they sent arrives at the next turn; false when nothing was sent. */
    boolean handOver() {
        work();
        List<ByteBuffer> ofA = wireA.takeSent();
        List<ByteBuffer> ofB = wireB.takeSent();
        ofA.forEach(packet -> wireB.arrives(copy(packet)));
        ofB.forEach(packet -> wireA.arrives(copy(packet)));
        sentByA.addAll(ofA);
        sentByB.addAll(ofB);
        nowNs += 10 * Bench.MS;
        return !ofA.isEmpty() || !ofB.isEmpty();
    }

    void handOverAll() {
        int turns = 0;
        while (handOver()) {
            if (++turns > 1000) {
                throw new AssertionError("they answer each other for ever");
            }
        }
    }

    static ByteBuffer copy(ByteBuffer packet) {
        return ByteBuffer.allocate(packet.capacity()).put(0, packet, 0, packet.capacity());
    }

    static Segment read(ByteBuffer packet) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        if (ip.parse(packet, 0, packet.capacity()) != Verdict.OK
                || segment.parse(ip, false) != Verdict.OK) {
            throw new AssertionError("an endpoint has sent a packet that can't be read");
        }
        return segment;
    }
}
