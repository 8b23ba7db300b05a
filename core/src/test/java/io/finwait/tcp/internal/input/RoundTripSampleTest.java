package io.finwait.tcp.internal.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/**
 * With timestamps every ACK could measure a round trip; one in each flight does (RFC 7323 appendix
 * G).
 */
class RoundTripSampleTest {

    private static final long MS = 1_000_000L;
    private static final int HEADER = TcpHeader.LENGTH + 12;

    private final Context context =
            new Context(
                    EndpointConfig.at("10.0.0.1").seed(1).build(),
                    WireProfile.NONE,
                    1500,
                    () -> new NewReno(),
                    true);
    private final Timestamps timestamps = new Timestamps(context, new OwedAcks(context, null));
    private final Tcb tcb = new Tcb(new NewReno());
    private int sentAt;

    @BeforeEach
    void aFlightOfTenSegments() {
        context.clock.begin(1_000 * MS);
        sentAt = context.timestamp(tcb);
        tcb.rtt.reset(1_000 * MS, 1, 60_000 * MS);
        tcb.rcv.timestamps = true;
        tcb.snd.reset(0);
        tcb.timedSeq = tcb.snd.iss;
        tcb.snd.una = 1;
        tcb.snd.nxt = 1 + 10_000;
    }

    @Test
    void theFirstAckOfAFlightMeasuresAndTheOthersDoNot() {
        ackAt(1_010 * MS, 1_001);
        assertThat(tcb.rtt.smoothedNs()).isEqualTo(10 * MS);
        ackAt(1_100 * MS, 2_001);
        ackAt(1_100 * MS, 10_001);
        assertThat(tcb.rtt.smoothedNs()).isEqualTo(10 * MS);
    }

    @Test
    void whatIsSentLaterMeasuresAgain() {
        ackAt(1_010 * MS, 1_001);
        tcb.snd.nxt = 1 + 20_000;
        ackAt(1_090 * MS, 10_002);
        assertThat(tcb.rtt.smoothedNs()).isEqualTo(20 * MS);
    }

    @Test
    void anEchoThatCannotBeOursLeavesItToTheNextAck() {
        sentAt += 5_000;
        ackAt(1_010 * MS, 1_001);
        assertThat(tcb.rtt.hasMeasured()).isFalse();
        sentAt -= 5_000;
        ackAt(1_010 * MS, 2_001);
        assertThat(tcb.rtt.smoothedNs()).isEqualTo(10 * MS);
    }

    /** An ACK arrives, with the time at which the flight was sent as its echo. */
    private void ackAt(long nowNs, int ack) {
        context.clock.begin(nowNs);
        ByteBuffer b = ByteBuffer.allocate(Ipv4.HEADER_LENGTH + HEADER);
        Ipv4.write(b, 0, b.capacity(), 0, 0, 64, Protocol.TCP, 0x0A00_0002, 0x0A00_0001);
        TcpHeader.write(b, Ipv4.HEADER_LENGTH, 7, 80, 1, ack, HEADER, TcpHeader.ACK, 100);
        TcpOptions.writeTimestamps(b, Ipv4.HEADER_LENGTH + TcpHeader.LENGTH, 1, sentAt);
        IpView ip = new IpView();
        ip.parse(b, 0, b.capacity());
        Segment segment = new Segment();
        segment.parse(ip, true);
        timestamps.measure(tcb, segment);
        tcb.snd.una = ack;
    }
}
