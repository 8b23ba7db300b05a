package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/**
 * Two JVMs move octets both ways at the same time and close in order. How many octets each way can
 * be said by the system properties {@code finwait.transfer.octets} and, where the link loses,
 * {@code finwait.transfer.lossy.octets}.
 */
@Timeout(900)
@Tag("ci")
class TwoProcessesTest {

    private static final long OCTETS = Long.getLong("finwait.transfer.octets", 64 << 20);
    private static final long LOSSY_OCTETS = Long.getLong("finwait.transfer.lossy.octets", 2 << 20);

    @TempDir Path folder;

    @Test
    void overUdp() throws Exception {
        UdpPair ports = UdpPair.free();
        bothWays(ports.first(), ports.second(), OCTETS, Mover.CLEAN);
    }

    @Test
    void overUnixDomainSockets() throws Exception {
        String uri = "unix:" + folder.resolve("s");
        bothWays(uri + "?role=server", uri + "?role=client", OCTETS, Mover.CLEAN);
    }

    /** 5 % lost, 5 % twice, 10 % out of order, on the way there and on the way back. */
    @Test
    void overUdpThatLosesRepeatsAndReorders() throws Exception {
        UdpPair ports = UdpPair.free();
        ChildJvm client = bothWays(ports.first(), ports.second(), LOSSY_OCTETS, Mover.SPOILT);
        long packets = LOSSY_OCTETS / UdpTransport.DEFAULT_MTU;
        assertThat(Long.parseLong(client.said("retransmitted"))).isGreaterThan(packets / 50);
    }

    private static ChildJvm bothWays(String serverUri, String clientUri, long octets, String link)
            throws Exception {
        String size = String.valueOf(octets);
        try (ChildJvm server =
                        ChildJvm.start(
                                Mover.class,
                                "server",
                                serverUri,
                                "10.0.0.2",
                                "10.0.0.1",
                                size,
                                Mover.CLEAN);
                ChildJvm client = startWhenListening(server, clientUri, size, link)) {
            client.untilItSays("closed");
            server.untilItSays("closed");
            client.tell("leave");
            server.tell("leave");
            client.untilItEnds();
            server.untilItEnds();
            assertThat(client.said("received")).isEqualTo(server.said("sent"));
            assertThat(server.said("received")).isEqualTo(client.said("sent"));
            assertThat(client.said("sent")).isNotEqualTo(server.said("sent"));
            assertThat(client.said("ended")).startsWith("Closed in order");
            assertThat(server.said("ended")).startsWith("Closed in order");
            assertThat(client.said("clean")).isEqualTo("true");
            assertThat(server.said("clean")).isEqualTo("true");
            System.out.printf(
                    "%s, %s, %d octets each way: %s%n",
                    serverUri, link, octets, client.said("rate"));
            return client;
        }
    }

    private static ChildJvm startWhenListening(
            ChildJvm server, String uri, String size, String link) throws Exception {
        server.untilItSays("listening");
        return ChildJvm.start(Mover.class, "client", uri, "10.0.0.1", "10.0.0.2", size, link);
    }
}
