package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.TcpInfo.Receiving;
import io.finwait.tcp.TcpInfo.RoundTrip;
import io.finwait.tcp.TcpInfo.Sending;
import io.finwait.tcp.TcpInfo.TimerKind;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetstatDetailsTest {

    private static final long MS = 1_000_000L;

    private static TcpInfo info(TcpInfo.Timer timer, Sending sending, Receiving receiving) {
        return new TcpInfo(
                IpAddress.parse("10.0.0.1"),
                40_000,
                IpAddress.parse("10.0.0.2"),
                80,
                State.ESTABLISHED,
                timer,
                new RoundTrip(20_125_000, 10 * MS, 1_000 * MS, 0),
                sending,
                receiving);
    }

    @Test
    void fieldsReadAsThoseOfSs() {
        TcpInfo.Timer timer = new TcpInfo.Timer(TimerKind.RETRANSMISSION, 812 * MS, 1, 0);
        Sending sending =
                new Sending(
                        1_448, 2_896, 14_480, 65_536, 7, 10_000, 4_000, 6_000, 1_448, 77, 1_448, 2,
                        3, 262_144, 5 * MS, 90 * MS, 40 * MS, 10 * MS);
        Receiving receiving =
                new Receiving(50, 20, 1_448, 60_000, 3, 131_072, true, true, 7 * MS, 9 * MS);
        assertThat(NetstatDetails.fields(info(timer, sending, receiving)))
                .isEqualTo(
                        "timer:(on,812ms,1) ts sack wscale:7,3 rto:1000 rtt:20.125/10 mss:1448"
                                + " cwnd:2 ssthresh:10 bytes_sent:11448 bytes_retrans:1448"
                                + " bytes_acked:4000 lastsnd:5 busy:90ms rwnd_limited:40ms"
                                + " sndbuf_limited:10ms unacked:5 retrans_total:2 sacked:1"
                                + " notsent:77 snd_wnd:65536 bytes_received:50 lastrcv:9 lastack:7"
                                + " rcv_ooo:1448"
                                + " rcv_wnd:60000 skmem:(r20,rb131072,t6077,tb262144)");
    }

    @Test
    void whatIsZeroIsLeftOut() {
        TcpInfo.Timer none = new TcpInfo.Timer(TimerKind.OFF, 0, 0, 0);
        Sending nothing =
                new Sending(0, 0, Sending.UNLIMITED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0);
        Receiving nobody = new Receiving(0, 0, 0, 0, 0, 0, false, false, 0, 0);
        assertThat(NetstatDetails.fields(info(none, nothing, nobody)))
                .isEqualTo("rto:1000 rtt:20.125/10");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "999, 999ms",
        "1000, 1sec",
        "1500, 1.500sec",
        "10001, 10sec",
        "59999, 59sec",
        "60000, 1min",
        "79000, 1min19sec",
        "599999, 9min59sec",
        "601000, 10min",
        "7200000, 120min",
    })
    void timesReadAsThoseOfSs(long ms, String text) {
        assertThat(NetstatDetails.time(ms * MS)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "OFF, 'off (0.00/0/0)'",
        "RETRANSMISSION, 'on (58.03/2/1)'",
        "WINDOW_PROBE, 'probe (58.03/2/1)'",
        "KEEPALIVE, 'keepalive (58.03/2/1)'",
        "FIN_WAIT_2, 'timewait (58.03/2/1)'",
        "TIME_WAIT, 'timewait (58.03/2/1)'",
    })
    void timersReadAsThoseOfNetstat(TimerKind kind, String text) {
        TcpInfo.Timer timer =
                kind == TimerKind.OFF
                        ? new TcpInfo.Timer(kind, 0, 0, 0)
                        : new TcpInfo.Timer(kind, 58_034 * MS, 2, 1);
        assertThat(NetstatDetails.timer(timer)).isEqualTo(text);
    }
}
