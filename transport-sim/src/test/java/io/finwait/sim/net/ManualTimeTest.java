package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Time that passes only when the test says so. */
class ManualTimeTest {

    private static final Duration MS = Duration.ofMillis(1);

    @Test
    void aHandshakeIsWatchedPacketByPacket() {
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.MANUAL)) {
            NetHost shop = net.host("shop");
            NetHost app = net.host("app");
            AtomicReference<String> seen = new AtomicReference<>("nothing");
            shop.run(
                    "server",
                    () -> {
                        try (ServerSocket listening = shop.serverSocket(80)) {
                            listening.accept().close();
                        }
                    });
            net.settle();
            app.run(
                    "client",
                    () -> {
                        try (Socket s = app.socket()) {
                            s.connect(shop.at(80));
                            seen.set("connected");
                            seen.set("read " + s.getInputStream().read());
                        }
                    });
            net.settle();
            assertThat(net.packets()).containsExactly("app > shop SYN");
            net.clock().advance(MS);
            net.settle();
            assertThat(net.packets()).hasSize(2).last().isEqualTo("shop > app SYN,ACK");
            assertThat(seen).hasValue("nothing");
            net.clock().advance(MS);
            net.settle();
            assertThat(seen).hasValue("connected");
            net.clock().advance(MS.multipliedBy(2));
            net.settle();
            assertThat(seen).hasValue("read -1");
            assertThat(net.clock().elapsed()).isEqualTo(MS.multipliedBy(4));
            net.verify();
            assertThat(net.clock().elapsed()).isGreaterThanOrEqualTo(MS.multipliedBy(4));
        }
    }

    @Test
    void aLongWayIsTakenAtOnce() {
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.MANUAL)) {
            net.host("a").run("sleeper", () -> net.clock().sleep(Duration.ofDays(1)));
            net.clock().advance(Duration.ofHours(23));
            net.settle();
            assertThat(net.netstat()).isNotNull();
            net.clock().advance(Duration.ofHours(1));
            net.finish();
            assertThat(net.clock().elapsed()).isEqualTo(Duration.ofDays(1));
        }
    }

    @Test
    void whoWaitsWhileNobodyAdvancesTheClockIsTold() {
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.MANUAL)) {
            net.patience(Duration.ofMillis(200));
            assertThatThrownBy(() -> net.clock().sleep(MS))
                    .isInstanceOf(StandstillError.class)
                    .hasMessageContaining("nobody advances the clock, which goes by Time.MANUAL");
        }
    }

    @Test
    void inVirtualTimeItIsASleepAndInRealTimeAMistake() {
        try (SimNet net = SimNet.create(1)) {
            net.clock().advance(Duration.ofMinutes(4));
            net.clock().advance(Duration.ofMinutes(-4));
            assertThat(net.clock().elapsed()).isEqualTo(Duration.ofMinutes(4));
        }
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.REAL)) {
            assertThatThrownBy(() -> net.clock().advance(MS))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
