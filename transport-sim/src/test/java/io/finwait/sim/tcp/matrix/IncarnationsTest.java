package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.Segment;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Two connections of one pair of sockets, one after the other, and what is left of the first. */
class IncarnationsTest {

    private static final int PORT_A = 4000;
    private static final int PORT_B = 80;
    private static final String OLD = "old.".repeat(75);
    private static final String NEW = "new!".repeat(75);
    private Listener listener;
    private Connection atA;
    private Connection atB;

    private static EndpointConfig.Builder smallSegments(EndpointConfig.Builder builder) {
        return builder.nagle(false).delayedAck(Duration.ZERO).maxSegmentSize(100);
    }

    private static EndpointConfig.Builder withoutOptions(EndpointConfig.Builder builder) {
        return smallSegments(builder).plain();
    }

    private static EndpointConfig.Builder mayReuse(EndpointConfig.Builder builder) {
        TimeWaitPolicy.Reuse all = TimeWaitPolicy.Reuse.ALL;
        return smallSegments(builder)
                .timeWaitPolicy(TimeWaitPolicy.defaults().withReuse(all, Duration.ofSeconds(1)));
    }

    private void open(TwoEnds ends) {
        atA = ends.a.connect(TwoEnds.ADDRESS_A, PORT_A, TwoEnds.ADDRESS_B, PORT_B);
    }

    private static void send(Connection connection, String text) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(connection.send(octets)).isEqualTo(text.length());
    }

    private static String receive(Connection connection) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (connection.receive(buffer.clear()) > 0) {
            text.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
        }
        return text.toString();
    }

    /** Text both ways, and an orderly end that the one named begins. */
    private void firstLife(TwoEnds ends, boolean bClosesFirst) throws IOException {
        listener = ends.b.listen(PORT_B, 1);
        open(ends);
        ends.handOverAll();
        atB = listener.accept();
        send(atA, OLD);
        send(atB, OLD);
        ends.handOverAll();
        assertThat(receive(atA)).isEqualTo(OLD);
        assertThat(receive(atB)).isEqualTo(OLD);
        (bClosesFirst ? atB : atA).close();
        ends.handOverAll();
        (bClosesFirst ? atA : atB).close();
        ends.handOverAll();
    }

    private static List<ByteBuffer> withText(List<ByteBuffer> packets) {
        List<ByteBuffer> found = new ArrayList<>();
        for (ByteBuffer packet : packets) {
            if (TwoEnds.read(packet).textLength() > 0) {
                found.add(TwoEnds.copy(packet));
            }
        }
        assertThat(found).hasSizeGreaterThan(1);
        return found;
    }

    /**
     * The second life, in turns; at one of them all text of the first arrives once more.
     *
     * @return false when the second life was over before that turn
     */
    private boolean secondLife(TwoEnds ends, int turnOfOldText) throws IOException {
        List<ByteBuffer> oldOfA = withText(ends.sentByA);
        List<ByteBuffer> oldOfB = withText(ends.sentByB);
        open(ends);
        atB = null;
        StringBuilder readAtA = new StringBuilder();
        StringBuilder readAtB = new StringBuilder();
        boolean injected = false;
        boolean sending = false;
        boolean busy = true;
        for (int turn = 0; busy || (!injected && turn == turnOfOldText); turn++) {
            if (turn == turnOfOldText) {
                oldOfA.forEach(ends.wireB::arrives);
                oldOfB.forEach(ends.wireA::arrives);
                injected = true;
            }
            busy = ends.handOver();
            if (atB == null) {
                atB = listener.accept();
            }
            if (!sending && atB != null && atA.state() == State.ESTABLISHED) {
                send(atA, NEW);
                send(atB, NEW);
                atA.shutdownOutput();
                atB.shutdownOutput();
                sending = true;
                busy = true;
            }
            readAtA.append(receive(atA));
            readAtB.append(atB == null ? "" : receive(atB));
        }
        assertThat(readAtA.toString()).as("what A has read").isEqualTo(NEW);
        assertThat(readAtB.toString()).as("what B has read").isEqualTo(NEW);
        assertThat(atA.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(atB.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        return injected;
    }

    private void everyTurn(
            UnaryOperator<EndpointConfig.Builder> config, boolean bClosesFirst, long pauseNs)
            throws IOException {
        int turn = 0;
        boolean more = true;
        while (more) {
            TwoEnds ends = new TwoEnds(config);
            firstLife(ends, bClosesFirst);
            assertThat((bClosesFirst ? atB : atA).state()).isEqualTo(State.TIME_WAIT);
            ends.pass(pauseNs);
            more = secondLife(ends, turn++);
        }
        assertThat(turn).as("turns of the second life").isGreaterThan(6);
    }

    @Test
    @Requirement("D23")
    void oldTextIsKeptOutWhereASynReopensAPairOfSockets() throws IOException {
        everyTurn(IncarnationsTest::smallSegments, true, 100 * Bench.MS);
    }

    @Test
    @Requirement("D23")
    void oldTextIsKeptOutWithoutTimestampsAsWell() throws IOException {
        everyTurn(IncarnationsTest::withoutOptions, true, 100 * Bench.MS);
    }

    @Test
    @Requirement("D23")
    void oldTextIsKeptOutWhereAConnectTakesAPairOfSocketsOver() throws IOException {
        everyTurn(IncarnationsTest::mayReuse, false, 2 * Bench.SECOND);
    }

    /** The same old text is delivered when nothing of all this is there: the danger is real. */
    @Test
    void withoutTimeWaitAndWithNumbersThatFitOldTextIsDelivered() throws IOException {
        TwoEnds ends = new TwoEnds(IncarnationsTest::withoutOptions);
        for (TcpEndpoint each : List.of((TcpEndpoint) ends.a, (TcpEndpoint) ends.b)) {
            each.initialSequence().fix(1000);
        }
        ((TcpEndpoint) ends.b).defences().timeWait(false);
        firstLife(ends, true);
        List<ByteBuffer> oldOfA = withText(ends.sentByA);
        open(ends);
        ends.handOverAll();
        atB = listener.accept();
        oldOfA.forEach(ends.wireB::arrives);
        ends.handOverAll();
        assertThat(receive(atB)).startsWith("old.");
    }

    @Test
    @Requirement("D15")
    void anOldSynMeetsTheTimestampOfTheConnectionBefore() throws IOException {
        TwoEnds ends = new TwoEnds(IncarnationsTest::mayReuse);
        listener = ends.a.listen(PORT_A, 1);
        atB = ends.b.connect(TwoEnds.ADDRESS_B, PORT_B, TwoEnds.ADDRESS_A, PORT_A);
        ends.handOverAll();
        ByteBuffer oldSyn = TwoEnds.copy(ends.sentByB.get(0));
        assertThat(TwoEnds.read(oldSyn).hasSyn()).isTrue();
        atA = listener.accept();
        listener.close();
        atA.close();
        ends.handOverAll();
        atB.close();
        ends.handOverAll();
        int lastOfB = TwoEnds.read(ends.lastSentByB()).options().timestampValue();

        ends.pass(2 * Bench.SECOND);
        listener = ends.b.listen(PORT_B, 1);
        open(ends);
        ends.pass(0);
        Segment syn = TwoEnds.read(ends.wireA.takeSent().get(0));
        assertThat(syn.options().timestampEcho()).as("nothing to echo without ACK").isZero();
        ends.wireA.arrives(oldSyn);
        ends.pass(0);
        assertThat(atA.state()).as("no simultaneous open with the dead").isEqualTo(State.SYN_SENT);
        Segment answer = TwoEnds.read(ends.wireA.takeSent().get(0));
        assertThat(answer.options().timestampEcho()).as("TS.Recent").isEqualTo(lastOfB);
        ends.pass(Bench.SECOND);
        ends.handOverAll();
        assertThat(atA.state()).isEqualTo(State.ESTABLISHED);
    }
}
