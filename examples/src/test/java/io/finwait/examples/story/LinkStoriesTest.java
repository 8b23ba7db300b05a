package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Link;
import io.finwait.examples.stage.Settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;

/** Stories over transports that were named by URI, both hosts in this process. */
class LinkStoriesTest {

    private static Told told(Story story, String uri) {
        return Told.by(story, Settings.over(Link.of(uri), Duration.ofSeconds(30)));
    }

    @Test
    void theCustomTransportClosesInFourSteps() {
        Told told = told(new FourWayClose(FourWayClose.Closer.CLIENT), "mine://cable");
        assertThat(told.packets(0, "C> F"))
                .isEqualTo("C> F. 1 ack 1\nS> . 1 ack 2\nS> F. 1 ack 2\nC> . 2 ack 2\n");
        assertThat(told.exchange(0, "C>"))
                .contains("C FIN_WAIT_1", "S CLOSE_WAIT", "C FIN_WAIT_2", "S LAST_ACK")
                .contains("C TIME_WAIT", "S CLOSED");
    }

    @Test
    void aLostLastAckIsRepeatedOverUdp() throws IOException {
        String uri = "udp://127.0.0.1:" + freePort() + "?peer=127.0.0.1:" + freePort();
        assertThat(told(new LostLastAck(), uri).packets(0, "C> F"))
                .isEqualTo(
                        """
                        C> F. 1 ack 1
                        S> . 1 ack 2
                        S> F. 1 ack 2
                        C> . 2 ack 2 lost
                        S> F. 1 ack 2
                        C> . 2 ack 2
                        """);
    }

    @Test
    void bothCloseAtOnceOverAUnixDomainSocket(@TempDir Path folder) {
        String uri = "unix:" + folder.resolve("s") + "?role=client";
        Told told = told(new FourWayClose(FourWayClose.Closer.BOTH), uri);
        assertThat(told.packets(0, "C> F"))
                .isEqualTo("C> F. 1 ack 1\nS> F. 1 ack 1\nC> . 2 ack 2\nS> . 2 ack 2\n");
        assertThat(told.exchange(0, "C> F")).contains("C CLOSING", "S CLOSING");
    }

    @Test
    void theOtherEndOfATransportIsWhatItsUriSays() {
        assertThat(Link.of("udp://h:1?mtu=600&peer=[::1]:2").server())
                .isEqualTo("udp://[::1]:2?mtu=600&peer=h:1");
        assertThat(Link.of("stream://h:1?role=server&mtu=600").server())
                .isEqualTo("stream://h:1?role=client&mtu=600");
        assertThat(Link.of("unix:/tmp/s?role=client").server())
                .isEqualTo("unix:/tmp/s?role=server");
        assertThat(Link.of("mine://cable").server()).isEqualTo("mine://cable");
    }

    private static int freePort() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
