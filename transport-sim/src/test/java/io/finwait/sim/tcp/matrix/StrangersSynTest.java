package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stranger who knows both ports sends a SYN in the peer's name to an end in SYN-SENT. It looks
 * like a simultaneous open, but only the peer can acknowledge this end's SYN.
 */
class StrangersSynTest {

    private final Bench bench = new Bench(config -> config);
    private Numbers ours;

    @BeforeEach
    void connect() {
        bench.connect();
        ours = bench.numbers();
    }

    private void strangersSyn(String syn) {
        bench.inject(syn);
        assertThat(bench.state()).isEqualTo(State.SYN_RECEIVED);
        bench.takeSent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"S rn+5000", "S rn+5000(100)", "S rn+1", "S rn-1"})
    @Requirement("F26")
    void theAnswerOfThePeerIsBelieved(String syn) throws IOException {
        strangersSyn(syn);
        bench.inject("S. rn ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.ESTABLISHED);
        assertThat(bench.takeSent())
                .singleElement()
                .matches(each -> each.flags() == TcpHeader.ACK && each.ack() == ours.rn() + 1);
        assertThat(count(Counter.CHALLENGE_ACKS)).as("none, but the handshake's").isZero();
        bench.inject(". rn+1(5) ack nxt", ours);
        ByteBuffer text = ByteBuffer.allocate(200);
        assertThat(bench.handle.receive(text)).as("nothing of the stranger's").isEqualTo(5);
        bench.inject("F. rn+6 ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.CLOSE_WAIT);
    }

    /** The peer says what it expects; an answer with the stranger's number would be reset. */
    @Test
    @Requirement("F26")
    void whatThePeerSaysBeforeItsAnswerComesIsNotAnswered() {
        strangersSyn("S rn+5000");
        bench.inject(". rn+1 ack nxt", ours);
        assertThat(bench.takeSent()).isEmpty();
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(1);
        bench.inject("S. rn ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.ESTABLISHED);
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(1);
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    /** RFC 9293 §3.10.7.4: only the peer can acknowledge our SYN, and is asked to. */
    @Test
    void anotherSynIsAnsweredWithAChallengeAndChangesNothing() {
        strangersSyn("S rn+5000");
        bench.inject("S rn+9000", ours);
        assertThat(bench.takeSent())
                .singleElement()
                .matches(each -> each.flags() == TcpHeader.ACK && each.ack() == ours.rn() + 5001);
        assertThat(count(Counter.CHALLENGE_ACKS)).isEqualTo(1);
        assertThat(bench.state()).isEqualTo(State.SYN_RECEIVED);
        bench.inject("S. rn ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.ESTABLISHED);
        assertThat(count(Counter.CHALLENGE_ACKS)).as("the answer is none").isEqualTo(1);
    }

    /** Nor does the stranger's own ACK open it: it would have to know our number. */
    @Test
    void aWrongAcknowledgmentOpensNothing() {
        strangersSyn("S rn+5000");
        bench.inject("S. rn ack nxt+1", ours);
        bench.inject("S. rn ack nxt-1", ours);
        assertThat(bench.state()).isNotEqualTo(State.ESTABLISHED);
    }

    /** What RFC 9293 §3.10.7.4 asks for, though the SYN that was refused may be a stranger's. */
    @Test
    void aResetOfTheAnswerRefusesTheConnection() {
        strangersSyn("S rn+5000");
        bench.inject("R rn+5001", ours);
        assertThat(bench.state()).isEqualTo(State.CLOSED);
        assertThat(bench.handle.closeReason().message()).isEqualTo("Connection refused");
    }

    /** A true simultaneous open goes on as ever. */
    @Test
    void thePeersOwnSynAndItsAnswerAreOfOneNumber() {
        bench.inject("S rn", ours);
        bench.inject("S. rn ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.ESTABLISHED);
    }

    /** What came on the peer's SYN is kept when its answer has the same number. */
    @Test
    void textOfTheCrossingSynIsNotLost() throws IOException {
        bench.inject("S rn(5)", ours);
        bench.takeSent();
        bench.inject("S. rn ack nxt", ours);
        assertThat(bench.state()).isEqualTo(State.ESTABLISHED);
        assertThat(bench.handle.receive(ByteBuffer.allocate(20))).isEqualTo(5);
        assertThat(bench.takeSent())
                .last()
                .matches(each -> each.flags() == TcpHeader.ACK && each.ack() == ours.rn() + 6);
    }
}
