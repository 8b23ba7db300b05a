package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Two endpoints that have done the same have the same digest, whatever their initial sequence
 * numbers and the time: else the explorer would not find a state that it has seen.
 */
class RelativeDigestTest {

    private static final int ISS = 1_000;

    /** What one endpoint has said after each step. */
    private static List<List<Long>> story(int iss, int irs, long laterNs, boolean sack)
            throws IOException {
        Bench bench = new Bench();
        bench.now += laterNs;
        bench.work();
        bench.endpoint.initialSequence().fix(iss);
        Listener listener = bench.endpoint.listen(Bench.PORT, 4);
        Bench.Peer peer = bench.new Peer(5_000, !sack);
        peer.seq = irs;
        List<List<Long>> said = new ArrayList<>();
        peer.segment(Bench.SYN, peer.seq, 0, 0);
        bench.work();
        said.add(digest(bench, iss, irs));
        peer.seq++;
        peer.ack = iss + 1;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        Connection connection = listener.accept();
        Tcb tcb = ((TcpConnection) connection).tcb;
        // With SACK alone the digest tells when the round trip under way began.
        tcb.sackPermitted = sack;
        said.add(digest(bench, iss, irs));
        connection.send(ByteBuffer.allocate(500));
        bench.work();
        bench.pass(10 * MS);
        said.add(digest(bench, iss, irs));
        peer.ack += 500;
        peer.text(700);
        bench.work();
        said.add(digest(bench, iss, irs));
        tcb.pathMtu = 1_400;
        tcb.pathMtuUntilNs = bench.now + SECOND;
        said.add(digest(bench, iss, irs));
        connection.send(ByteBuffer.allocate(100));
        bench.work();
        peer.segment(ACK, peer.seq + 50, peer.ack, 10);
        bench.work();
        said.add(digest(bench, iss, irs));
        bench.pass(5 * SECOND);
        said.add(digest(bench, iss, irs));
        connection.receive(ByteBuffer.allocate(1_000));
        connection.shutdownOutput();
        bench.work();
        said.add(digest(bench, iss, irs));
        peer.ack += 101;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.hasEnded()).isTrue();
        said.add(digest(bench, iss, irs));
        return said;
    }

    private static List<Long> digest(Bench bench, int iss, int irs) {
        List<Long> words = new ArrayList<>();
        StateDigest.of(bench.endpoint, iss, irs, words::add);
        return words;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 1 << 30, Integer.MAX_VALUE - 300, -300, Integer.MIN_VALUE})
    void itDoesNotDependOnNumbersAndTimes(int further) throws IOException {
        for (boolean sack : new boolean[] {false, true}) {
            List<List<Long>> said = story(ISS, 5_000, 0, sack);
            assertThat(said).doesNotHaveDuplicates();
            isTheSame(story(ISS + further, 5_000, 0, sack), said);
            isTheSame(story(ISS, 5_000 + further, 0, sack), said);
            isTheSame(story(ISS, 5_000, 1_000 * SECOND, sack), said);
        }
    }

    private static void isTheSame(List<List<Long>> story, List<List<Long>> said) {
        for (int step = 0; step < said.size(); step++) {
            for (int i = 0; i < said.get(step).size(); i++) {
                assertThat(story.get(step).get(i))
                        .as("word %d after step %d", i, step)
                        .isEqualTo(said.get(step).get(i));
            }
            assertThat(story.get(step)).hasSameSizeAs(said.get(step));
        }
        assertThat(story).hasSameSizeAs(said);
    }
}
