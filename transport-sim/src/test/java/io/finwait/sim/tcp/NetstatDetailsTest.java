package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.trace.NetstatDetails;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Connections with their timers and fields, as netstat and ss list them. */
class NetstatDetailsTest {

    private final TwoHosts hosts = TwoHosts.plain();

    private static List<String> withoutPorts(List<String> lines) {
        return lines.stream()
                .map(each -> each.replaceAll("10.0.0.1:\\d{5}", "10.0.0.1:PORT_"))
                .toList();
    }

    @Test
    void eachStateHasItsTimer() throws IOException {
        Connection first = hosts.connect();
        Connection second = hosts.connect();
        hosts.run(SECOND);
        hosts.listener.accept().close();
        first.close();
        hosts.run(SECOND);
        hosts.net.from("client").matching(Segments.text()).drop();
        second.send(ByteBuffer.wrap(new byte[1_000]));
        hosts.run(2 * SECOND);
        hosts.client.doWork(hosts.net.nowNs());
        assertThat(withoutPorts(NetstatDetails.withTimers(hosts.client)))
                .containsExactly(
                        "Proto Recv-Q Send-Q Local Address           Foreign Address         State "
                                + "       Timer",
                        "tcp        0   1000 10.0.0.1:PORT_          10.0.0.2:12345         "
                                + " ESTABLISHED  on (1.30/3/0)",
                        "tcp        0      0 10.0.0.1:PORT_          10.0.0.2:12345         "
                                + " TIME_WAIT    timewait (57.02/0/0)");
        assertThat(withoutPorts(NetstatDetails.withInfo(hosts.client)).subList(1, 4))
                .containsExactly(
                        "tcp        0   1000 10.0.0.1:PORT_          10.0.0.2:12345         "
                                + " ESTABLISHED",
                        "     timer:(on,1.300sec,3) rto:1760 backoff:3 rtt:20/10 mss:1460 cwnd:1"
                                + " ssthresh:2 bytes_sent:4000 bytes_retrans:3000 lastsnd:460"
                                + " busy:2000ms unacked:1 retrans_total:3 snd_wnd:65535"
                                + " lastrcv:3980 lastack:3980 rcv_wnd:65535"
                                + " skmem:(r0,rb262144,t1000,tb262144)",
                        "tcp        0      0 10.0.0.1:PORT_          10.0.0.2:12345         "
                                + " TIME_WAIT");
        assertThat(NetstatDetails.withTimers(hosts.server).get(1))
                .isEqualTo(
                        "tcp        1      0 10.0.0.2:12345          0.0.0.0:*              "
                                + " LISTEN       off (0.00/0/0)");
    }
}
