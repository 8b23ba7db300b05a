package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** What is kept of a SYN is what it offers, and nothing of the SYN before it. */
class HeldSynTest {

    private static final int FROM = 0x0A000002;
    private static final int TO = 0x0A000001;

    private static Segment syn(int seq, int window, int flags, boolean options) {
        int header = TcpHeader.LENGTH + (options ? 20 : 0);
        int length = Ipv4.HEADER_LENGTH + header;
        ByteBuffer b = ByteBuffer.allocate(length);
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, FROM, TO);
        int tcp = Ipv4.HEADER_LENGTH;
        TcpHeader.write(b, tcp, 4_000, 80, seq, 0, header, TcpHeader.SYN | flags, window);
        if (options) {
            int at = TcpOptions.writeMss(b, tcp + TcpHeader.LENGTH, 1_300);
            at = TcpOptions.writeWindowScale(b, at, 7);
            TcpOptions.writeTimestamps(b, at, 4_711, 0);
            // SACK permitted, in the place of the two NOPs before the timestamps.
            b.putShort(at, (short) (TcpOptions.SACK_PERMITTED << 8 | 2));
        }
        IpView ip = new IpView();
        assertThat(ip.parse(b, 0, length)).isEqualTo(Verdict.OK);
        Segment segment = new Segment();
        assertThat(segment.parse(ip, true)).isEqualTo(Verdict.OK);
        return segment;
    }

    @Test
    void keepsWhatTheSynOffers() {
        HeldSyn held = new HeldSyn();
        held.take(syn(99, 5_000, TcpHeader.ECE | TcpHeader.CWR, true));
        assertThat(held.localAddress()).isEqualTo(IpAddress.parse("10.0.0.1"));
        assertThat(held.localPort()).isEqualTo(80);
        assertThat(held.remoteAddress()).isEqualTo(IpAddress.parse("10.0.0.2"));
        assertThat(held.remotePort()).isEqualTo(4_000);
        assertThat(held.seq).isEqualTo(99);
        assertThat(held.window).isEqualTo(5_000);
        assertThat(held.mss).isEqualTo(1_300);
        assertThat(held.windowScale).isEqualTo(7);
        assertThat(held.sackPermitted).isTrue();
        assertThat(held.timestamps).isTrue();
        assertThat(held.timestampValue).isEqualTo(4_711);
        assertThat(held.asksForEcn).isTrue();
    }

    /** The next SYN of the same peer offers nothing: neither does what is kept. */
    @Test
    void aSynWithoutOptionsTakesThemBack() {
        HeldSyn held = new HeldSyn();
        held.overTimeWait = true;
        held.oldSndNxt = 3;
        held.take(syn(99, 5_000, TcpHeader.ECE | TcpHeader.CWR, true));
        held.take(syn(-1, 6_000, 0, false));
        assertThat(held.seq).isEqualTo(-1);
        assertThat(held.window).isEqualTo(6_000);
        assertThat(held.mss).isZero();
        assertThat(held.windowScale).isNegative();
        assertThat(held.sackPermitted).isFalse();
        assertThat(held.timestamps).isFalse();
        assertThat(held.timestampValue).isZero();
        assertThat(held.asksForEcn).isFalse();
        assertThat(held.overTimeWait).as("another's").isTrue();
        assertThat(held.oldSndNxt).isEqualTo(3);
    }
}
