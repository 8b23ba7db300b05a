package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class NetstatTest {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    @Test
    void looksLikeNetstatOnLinux() {
        List<NetstatRow> rows =
                List.of(
                        NetstatRow.listener(IpAddress.parse("0.0.0.0"), 12_345, 0, 128),
                        new NetstatRow(18, 0, SERVER, 12_345, CLIENT, 40_000, "CLOSE_WAIT"),
                        new NetstatRow(0, 123_456, CLIENT, 40_000, SERVER, 12_345, "FIN_WAIT_2"));
        assertThat(Netstat.render(rows))
                .isEqualTo(
                        """
                        Proto Recv-Q Send-Q Local Address           Foreign Address         State
                        tcp        0    128 0.0.0.0:12345           0.0.0.0:*               LISTEN
                        tcp       18      0 10.0.0.2:12345          10.0.0.1:40000          CLOSE_WAIT
                        tcp        0 123456 10.0.0.1:40000          10.0.0.2:12345          FIN_WAIT_2
                        """);
    }

    @Test
    void longAddressesKeepTheirPortAndTheLineItsWidth() {
        IpAddress here = IpAddress.parse("2001:db8:1111:2222:3333:4444:5555:6666");
        IpAddress there = IpAddress.parse("fd00::2");
        List<NetstatRow> rows =
                List.of(
                        new NetstatRow(
                                5_000_000, 7_000_000_000L, here, 40_000, there, 80, "SYN_RECEIVED"),
                        NetstatRow.listener(IpAddress.parse("::"), 80, 0, 0));
        assertThat(Netstat.lines(rows).subList(1, 3))
                .containsExactly(
                        "tcp6   5000K  7000M 2001:db8:1111:222:40000 fd00::2:80              "
                                + "SYN_RECEIVED",
                        "tcp6       0      0 :::80                   :::*                   "
                                + " LISTEN")
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(Netstat.wideLines(rows).get(1))
                .contains("2001:db8:1111:2222:3333:4444:5555:6666:40000 ");
    }

    @ParameterizedTest
    @CsvSource({
        "FIN-WAIT-1, FIN_WAIT_1",
        "FIN_WAIT1, FIN_WAIT_1",
        "FIN_WAIT2, FIN_WAIT_2",
        "fin-wait-2, FIN_WAIT_2",
        "SYN_RECV, SYN_RECEIVED",
        "SYN-RECEIVED, SYN_RECEIVED",
        "ESTAB, ESTABLISHED",
        "TIME-WAIT, TIME_WAIT",
        "UNCONN, CLOSED",
        "LAST_ACK, LAST_ACK"
    })
    void everySpellingBecomesOne(String written, String state) {
        assertThat(Netstat.state(written)).isEqualTo(state);
    }
}
