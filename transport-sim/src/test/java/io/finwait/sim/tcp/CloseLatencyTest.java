package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How long an orderly close takes over a path of 20 ms that loses packets both ways: from CLOSE at
 * the client until the ACK of the server's FIN, in virtual time. A request and an answer went
 * before. {@code -Dfinwait.closes=100000} takes more of them.
 */
class CloseLatencyTest {

    private static final int CLOSES = Integer.getInteger("finwait.closes", 2_000);
    private static final int TEXT = 1_000;

    private final ByteBuffer reader = ByteBuffer.allocate(1 << 16);
    private final long[] begunNs = new long[CLOSES];
    private final long[] tookNs = new long[CLOSES];
    private int begun;
    private int ended;
    private int reset;

    @ParameterizedTest(name = "{0} % lost: p99 within {2} ms")
    @CsvSource({"0, 31, 31", "5, 40, 484", "20, 40, 8000"})
    void closesQuickly(int percent, int medianMs, int worstMs) {
        LinkModel link = LinkModel.perfect().delay(10 * MS).loss(percent / 100.0);
        TwoHosts hosts = new TwoHosts(percent + 1, link, c -> c, c -> c);
        hosts.listener.onAcceptable(
                () -> {
                    Connection server;
                    while ((server = hosts.listener.accept()) != null) {
                        serve(server, hosts);
                    }
                });
        for (int i = 0; i < CLOSES; i++) {
            int number = i;
            hosts.at(i * 50L * MS, () -> open(hosts, number));
        }
        hosts.net.runUntilIdle(CLOSES * 50L * MS + 3_600 * SECOND);

        // A handshake may be given up where so much is lost.
        assertThat(begun).as("closes begun").isGreaterThan(CLOSES * 99 / 100);
        assertThat(ended).as("closes that have ended").isEqualTo(begun);
        Arrays.sort(tookNs, 0, ended);
        System.out.printf(
                "close, RTT 20 ms, %d %% lost: median %.1f, p90 %.1f, p99 %.1f, longest %.1f ms,"
                        + " %d reset by a peer whose TIME-WAIT was over%n",
                percent, ms(0.5), ms(0.9), ms(0.99), ms(1), reset);
        // Packets may be lost for longer than TIME-WAIT lasts.
        assertThat(reset).as("reset").isLessThanOrEqualTo(CLOSES / 500);
        assertThat(ms(0.5)).as("median").isLessThan(medianMs);
        assertThat(ms(0.99)).as("p99").isLessThanOrEqualTo(worstMs);
    }

    private double ms(double share) {
        return (double) tookNs[(int) (share * (ended - 1))] / MS;
    }

    /** Sends a request that begins with its number; ten seconds after the answer it closes. */
    private void open(TwoHosts hosts, int number) {
        hosts.connect()
                .observer(
                        new ConnectionObserver() {
                            @Override
                            public void onEstablished(Connection connection) {
                                send(connection, number);
                            }

                            @Override
                            public void onReadable(Connection connection) {
                                if (receive(connection) > 0) {
                                    long at = hosts.net.nowNs() + 10 * SECOND;
                                    hosts.at(at, () -> close(connection, number, at));
                                }
                            }
                        });
    }

    private void close(Connection client, int number, long nowNs) {
        begunNs[number] = nowNs;
        begun++;
        client.close();
    }

    private void serve(Connection server, TwoHosts hosts) {
        ConnectionObserver answers =
                new ConnectionObserver() {
                    private int number;

                    @Override
                    public void onReadable(Connection connection) {
                        int octets = receive(connection);
                        if (octets > 0) {
                            number = reader.getInt(0);
                            send(connection, number);
                        } else if (octets < 0) {
                            connection.close();
                        }
                    }

                    @Override
                    public void onEnded(Connection connection) {
                        reset += connection.closeReason() instanceof CloseReason.Orderly ? 0 : 1;
                        tookNs[ended++] = hosts.net.nowNs() - begunNs[number];
                    }
                };
        server.observer(answers);
        // Its text may have come with the handshake's last ACK.
        answers.onReadable(server);
    }

    private static void send(Connection connection, int number) {
        try {
            connection.send(ByteBuffer.allocate(TEXT).putInt(0, number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int receive(Connection connection) {
        try {
            return connection.receive(reader.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
