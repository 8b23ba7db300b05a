package io.finwait.socket;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.Driver;
import io.finwait.spi.MailboxTransport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A router says by ICMP that nobody is there while a socket connects. */
@Timeout(60)
class UnreachableTest {

    private static final int HEADER = 8;
    private static final int QUOTE = 8;
    private static final int TIME_TO_LIVE = 64;

    private static void connect(int type, int code) throws IOException {
        Driver driver = Driver.start(EndpointConfig.at("10.0.0.1").build(), new Router(type, code));
        try (Socket socket = new DriverSocketFactory(driver).createSocket()) {
            socket.connect(new InetSocketAddress("10.0.0.9", 80));
        } finally {
            driver.shutdown(Duration.ZERO).join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Host unreachable and prohibited.
        "3, 1",
        "3, 10",
        "3, 13",
        // Time exceeded.
        "11, 0"
    })
    void aHostThatCantBeReached(int type, int code) {
        assertThatThrownBy(() -> connect(type, code))
                .isInstanceOf(NoRouteToHostException.class)
                .hasMessage("No route to host");
    }

    @Test
    void aNetworkThatCantBeReached() {
        assertThatThrownBy(() -> connect(3, 0))
                .isExactlyInstanceOf(SocketException.class)
                .hasMessage("Network is unreachable");
    }

    @Test
    void aPortThatCantBeReached() {
        assertThatThrownBy(() -> connect(3, 3))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
    }

    /** Answers each packet with an ICMP message that quotes it. */
    private static final class Router extends MailboxTransport {

        private final int type;
        private final int code;

        Router(int type, int code) {
            super(1500);
            this.type = type;
            this.code = code;
        }

        @Override
        protected void send(ByteBuffer packet) {
            int quoted = Ipv4.HEADER_LENGTH + QUOTE;
            int length = Ipv4.HEADER_LENGTH + HEADER + quoted;
            ByteBuffer answer = ByteBuffer.allocate(length);
            int at = Ipv4.HEADER_LENGTH;
            answer.put(at, (byte) type).put(at + 1, (byte) code);
            answer.put(at + HEADER, packet, packet.position(), quoted);
            long sum = Checksum.add(answer, at, HEADER + quoted, 0);
            answer.putShort(at + 2, (short) Checksum.finish(sum));
            int from = Ipv4.destination(packet, packet.position());
            int to = Ipv4.source(packet, packet.position());
            Ipv4.write(answer, 0, length, 0, 0, TIME_TO_LIVE, Protocol.ICMP, from, to);
            arrived(answer);
        }
    }
}
