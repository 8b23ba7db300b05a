package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Whatever decides what a catch-all does next makes another digest. */
class CatchAllDigestTest {

    private final Bench bench = new Bench();
    private final List<Incoming> asked = new ArrayList<>();
    private final CatchAll catchAll =
            bench.endpoint.catchAll(
                    CatchAllLimits.DEFAULT,
                    new IncomingHandler() {
                        @Override
                        public void onIncoming(Incoming incoming) {
                            asked.add(incoming);
                        }

                        @Override
                        public void onEstablished(Incoming incoming, Connection connection) {}
                    });

    private List<Long> digest() {
        List<Long> words = new ArrayList<>();
        bench.endpoint.catchAll.digest(bench.now, words::add);
        return words;
    }

    private void syn(int port) {
        Bench.Peer peer = bench.new Peer(port, true);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
    }

    @Test
    void eachStepOfASynMakesAnother() {
        List<List<Long>> all = new ArrayList<>();
        all.add(digest());
        syn(40_000);
        all.add(digest());
        bench.now += SECOND;
        all.add(digest());
        asked.get(0).ignore();
        all.add(digest());
        bench.work();
        all.add(digest());
        syn(40_001);
        all.add(digest());
        ((TcpIncoming) asked.get(1)).alreadyOpen = true;
        all.add(digest());
        ((TcpIncoming) asked.get(1)).alreadyOpen = false;
        asked.get(1).accept();
        bench.work();
        all.add(digest());
        bench.endpoint.catchAll.notices.add((TcpIncoming) asked.get(0));
        all.add(digest());
        catchAll.close();
        all.add(digest());
        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void overTimeWaitIsTold() {
        syn(40_000);
        List<Long> before = digest();
        ((TcpIncoming) asked.get(0)).overTimeWait = true;
        assertThat(digest()).isNotEqualTo(before);
    }

    /** Open or not, answers, notices, those that wait and what they are, then the handshakes. */
    @Test
    void itsWordsAreInThisOrder() {
        syn(40_000);
        asked.get(0).refuse();
        syn(40_001);
        asked.get(1).accept();
        bench.work();
        syn(40_002);
        asked.get(2).refuse();
        long ports = ((TcpIncoming) asked.get(2)).ports();
        long handshake = ((TcpIncoming) asked.get(1)).ports();
        long phase = TcpIncoming.Phase.ANSWERED.ordinal();
        assertThat(digest()).containsExactly(1L, 1L, 0L, 1L, ports, phase, 0L, 0L, 1L, handshake);
    }

    @Test
    void itIsPartOfTheListenersDigest() {
        List<Long> before = new ArrayList<>();
        StateDigest.listeners(bench.endpoint, before::add);
        syn(40_000);
        List<Long> after = new ArrayList<>();
        StateDigest.listeners(bench.endpoint, after::add);
        assertThat(after).isNotEqualTo(before);
    }

    /** What would send again is a timer of retransmission, of the tail's probe or of a window's. */
    @Test
    void timersThatSendAgainAreTold() throws IOException {
        Listener listener = bench.endpoint.listen(Bench.PORT, 4);
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        connection.keepAlive(SECOND, SECOND, 2);
        bench.work();
        assertThat(StateDigest.isRetransmissionTimerRunning(bench.endpoint)).isFalse();
        connection.send(ByteBuffer.allocate(10));
        bench.work();
        assertThat(StateDigest.isRetransmissionTimerRunning(bench.endpoint)).isTrue();
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack + 10, 0);
        bench.work();
        assertThat(StateDigest.isRetransmissionTimerRunning(bench.endpoint)).isFalse();
        connection.send(ByteBuffer.allocate(10));
        bench.work();
        assertThat(StateDigest.isRetransmissionTimerRunning(bench.endpoint)).isTrue();
    }
}
