package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason.TimedOut;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Only what the peer itself may have sent tells that it lives, or moves what its segments are
 * judged by.
 */
class SignOfLifeTest {

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    /** What fails a check of RFC 9293 §3.10.7.4 or RFC 7323 §5.3: anybody may have sent it. */
    enum Junk {
        RST_OUTSIDE {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(RST, peer.seq + 10_000_000, 0, 0);
            }
        },
        RST_IN_THE_WINDOW {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(RST, peer.seq + 1, 0, 0);
            }
        },
        SYN_IN_THE_WINDOW {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(SYN, peer.seq + 1, 0, 0);
            }
        },
        ACK_OUTSIDE {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(ACK, peer.seq + 10_000_000, peer.ack, 0);
            }
        },
        ACK_LEFT_OF_THE_WINDOW {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(ACK, peer.seq - 1_000, peer.ack, 0);
            }
        },
        ACK_OF_WHAT_WAS_NEVER_SENT {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(ACK, peer.seq, peer.ack + 10_000_000, 0);
            }
        },
        TEXT_OUTSIDE {
            @Override
            void send(Bench.Peer peer) {
                peer.segment(ACK, peer.seq + 10_000_000, peer.ack, 10);
            }
        },
        OLD_TIMESTAMP {
            @Override
            void send(Bench.Peer peer) {
                peer.tsValue -= 10_000;
                peer.segment(ACK, peer.seq, peer.ack, 0);
                peer.tsValue += 10_000;
            }
        };

        abstract void send(Bench.Peer peer);
    }

    @ParameterizedTest
    @EnumSource(Junk.class)
    void junkKeepsNoDeadPeerAlive(Junk junk) {
        Bench.Peer peer = bench.open(40_000, true);
        Connection connection = listener.accept();
        connection.keepAlive(60 * SECOND, 10 * SECOND, 3);
        for (int i = 0; i < 4; i++) {
            bench.pass(22 * SECOND);
            junk.send(peer);
        }
        assertThat(connection.hasEnded()).as("88 s of 90").isFalse();
        bench.pass(2 * SECOND);
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        TimedOut.class,
                        reason -> assertThat(reason.cause()).isEqualTo(TimeoutCause.KEEPALIVE));
    }

    @ParameterizedTest
    @EnumSource(Junk.class)
    void junkAnswersNoWindowProbe(Junk junk) throws IOException {
        Bench.Peer peer = bench.open(40_000, true);
        Connection connection = listener.accept();
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        connection.send(ByteBuffer.allocate(1_000));
        for (int i = 0; i < 100 && !connection.hasEnded(); i++) {
            bench.pass(50 * SECOND);
            junk.send(peer);
        }
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        TimedOut.class,
                        reason -> assertThat(reason.cause()).isEqualTo(TimeoutCause.WINDOW_PROBE));
    }

    @Test
    void whatIsAcceptableDoesKeepItAlive() {
        Bench.Peer peer = bench.open(40_000, true);
        Connection connection = listener.accept();
        connection.keepAlive(60 * SECOND, 10 * SECOND, 3);
        for (int i = 0; i < 100; i++) {
            bench.pass(50 * SECOND);
            peer.segment(ACK, peer.seq, peer.ack, 0);
        }
        assertThat(connection.hasEnded()).isFalse();
    }

    /**
     * RFC 7323 §5.3: R2, the check of the number, comes before R3, which moves TS.Recent
     * (CVE-2005-0356).
     */
    @Test
    void aSegmentLeftOfTheWindowDoesNotMoveTsRecent() {
        Bench.Peer peer = bench.open(40_000, true);
        Connection connection = listener.accept();
        peer.text(1_000);
        bench.pass(SECOND);
        int honest = peer.tsValue;
        for (int text : new int[] {0, 10}) {
            peer.tsValue = honest + 0x7000_0000;
            peer.segment(ACK, peer.seq - 900, peer.ack, text);
            bench.work();
            peer.tsValue = honest;
            peer.text(500);
            bench.pass(SECOND);
            assertThat(bench.lastTo(40_000).ack()).isEqualTo(peer.seq);
            assertThat(bench.lastTo(40_000).tsEcho()).isEqualTo(honest);
        }
        assertThat(connection.unread()).isEqualTo(2_000);
        assertThat(bench.endpoint.counters().get(Counter.PAWS_DROPS)).isZero();
    }

    /**
     * What is old still acknowledges (T-13), and its timestamp counts all the same for nothing; but
     * for the last segment, whose ACK was lost.
     */
    @Test
    void anOldSegmentsAckCounts() throws IOException {
        Bench.Peer peer = bench.open(40_000, true);
        Connection connection = listener.accept();
        peer.text(1_000);
        bench.pass(SECOND);
        connection.send(ByteBuffer.allocate(300));
        bench.work();
        peer.tsValue += 5;
        peer.segment(ACK, peer.seq - 1_000, peer.ack + 300, 0);
        bench.work();
        assertThat(connection.unacknowledged()).isZero();
        bench.sent.clear();
        peer.ack += 300;
        peer.segment(ACK, peer.seq - 1_000, peer.ack, 999);
        bench.work();
        assertThat(bench.lastTo(40_000).tsEcho()).isEqualTo(peer.tsValue - 5);
        peer.segment(ACK, peer.seq - 1_000, peer.ack, 1_000);
        bench.work();
        assertThat(bench.lastTo(40_000).tsEcho()).isEqualTo(peer.tsValue);
    }
}
