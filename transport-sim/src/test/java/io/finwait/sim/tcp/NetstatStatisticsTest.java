package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.trace.NetstatStatistics;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What was counted reads as {@code netstat -s} does on Linux. */
class NetstatStatisticsTest {

    private final TwoHosts hosts = TwoHosts.plain();

    @Test
    void anEndpointThatHasDoneNothingSaysSo() {
        assertThat(NetstatStatistics.render(hosts.client))
                .isEqualTo(
                        """
                        Ip:
                            0 total packets received
                            0 with invalid headers
                            0 with invalid addresses
                            0 incoming packets delivered
                            0 requests sent out
                        Icmp:
                            0 ICMP messages received
                            0 input ICMP message failed
                            ICMP input histogram:
                                destination unreachable: 0
                                echo requests: 0
                            0 ICMP messages sent
                        Tcp:
                            0 active connection openings
                            0 passive connection openings
                            0 failed connection attempts
                            0 connection resets received
                            0 connections established
                            0 segments received
                            0 segments sent out
                            0 segments retransmitted
                            0 bad segments received
                            0 resets sent
                        TcpExt:
                        """);
    }

    @Test
    void whatHappenedStandsInItsLine() throws IOException {
        Connection closed = hosts.connect();
        hosts.run(SECOND);
        Connection theirs = hosts.listener.accept();
        hosts.net.from("client").matching(Segments.fin()).first().drop();
        closed.close();
        hosts.run(10 * SECOND);
        theirs.close();
        hosts.run(100 * SECOND);
        hosts.client.connect(TwoHosts.SERVER, 81);
        hosts.connect();
        Connection unread = hosts.connect();
        hosts.run(SECOND);
        hosts.listener.accept().send(ByteBuffer.wrap(new byte[1]));
        hosts.listener.accept().send(ByteBuffer.wrap(new byte[1]));
        hosts.run(SECOND);
        unread.close();
        hosts.run(SECOND);
        assertThat(NetstatStatistics.lines(hosts.client))
                .contains(
                        "    4 active connection openings",
                        "    1 failed connection attempts",
                        "    1 connection resets received",
                        "    1 connections established",
                        "    1 segments retransmitted",
                        "    1 resets sent",
                        "    1 TCP sockets finished time wait in fast timer",
                        "    1 connections reset due to early user close",
                        "    TCPTimeouts: 1",
                        "    ResetsReceived: 1")
                .doesNotContain("    ResetsLimited: 0");
        assertThat(NetstatStatistics.lines(hosts.server))
                .contains(
                        "    3 passive connection openings",
                        "    0 failed connection attempts",
                        "    1 connection resets received",
                        "    1 connections established",
                        "    1 resets sent",
                        "    ResetsReceived: 1");
    }
}
