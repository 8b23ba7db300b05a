package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.spi.Capabilities;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A real device in a namespace of its own, with the kernel at the other end. */
@Timeout(60)
class TunDeviceTest {

    /** IFA_F_TENTATIVE of the kernel's if_addr.h. */
    private static final int TENTATIVE = 0x40;

    private static NetworkNamespace namespace;

    @BeforeAll
    static void makeNamespace() {
        namespace = Lab.namespace();
    }

    @AfterAll
    static void removeNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private static TunOptions options() {
        return TunOptions.named("fw0").netns(namespace.name());
    }

    @Test
    void theKernelReachesAnEchoHostOverIpv4() {
        try (Transport tun = TunTransport.open(options().address("10.9.0.1/24"))) {
            CompletableFuture<Boolean> ping = ping("10.9.0.2");
            assertThat(new EchoHost(tun).runUntil(ping)).isPositive();
            assertThat(ping.join()).isTrue();
        }
    }

    @Test
    void theKernelReachesAnEchoHostOverIpv6() {
        try (Transport tun = TunTransport.open(options().address("fd00::1/64"))) {
            CompletableFuture<Boolean> ping = ping("fd00::2");
            assertThat(new EchoHost(tun).runUntil(ping)).isPositive();
            assertThat(ping.join()).isTrue();
        }
    }

    /**
     * The kernel looks for duplicates of an IPv6 address in a thread of its own, and lets nobody
     * use the address before: who connects at once on a busy machine has no address to come from.
     */
    @Test
    void anIpv6AddressCanBeUsedAtOnce() {
        for (int i = 0; i < 20; i++) {
            try (Transport tun = TunTransport.open(options().address("fd00::1/64"))) {
                String known = namespace.call(TunDeviceTest::addressesOfIpv6);
                assertThat(known).contains("fd000000000000000000000000000001 ");
                assertThat(tun.capabilities().mtu()).isEqualTo(1500);
                assertThat(flags(known) & TENTATIVE).as("flags after opening %d", i).isZero();
            }
        }
    }

    @Test
    void theDefaultRouteGoesThroughIt() {
        TunOptions both = options().address("10.9.0.1/24").address("fd00::1/64");
        try (Transport tun = TunTransport.open(both.defaultRoute(true))) {
            assertThat(tun.capabilities().mtu()).isEqualTo(1500);
            assertThat(namespace.exec("ip", "-4", "route")).contains("default dev fw0");
            assertThat(namespace.exec("ip", "-6", "route")).contains("default dev fw0");
        }
        try (Transport tun = TunTransport.open(both)) {
            assertThat(tun.capabilities().mtu()).isEqualTo(1500);
            assertThat(namespace.exec("ip", "route")).doesNotContain("default");
        }
    }

    private static String addressesOfIpv6() throws IOException {
        return Files.readString(Path.of("/proc/thread-self/net/if_inet6"));
    }

    /** Address, number of the interface, prefix length, scope, flags, name. */
    private static int flags(String known) {
        return known.lines()
                .map(line -> line.split("\\s+"))
                .filter(fields -> fields[0].startsWith("fd00") && fields[5].equals("fw0"))
                .mapToInt(fields -> Integer.parseInt(fields[4], 16))
                .findFirst()
                .orElseThrow();
    }

    /** The JDK sends an ICMP echo request when it runs as root. */
    private static CompletableFuture<Boolean> ping(String address) {
        return CompletableFuture.supplyAsync(
                () -> namespace.call(() -> InetAddress.getByName(address).isReachable(10_000)));
    }

    @Test
    void theDeviceIsAsTheUriSays() {
        String uri =
                "tun:fw%d?mtu=1400&txqueuelen=77&address=10.9.1.1/30&address6=fd00:1::1/80&netns=";
        try (Transport tun = Transports.open(uri + namespace.name())) {
            assertThat(tun.capabilities())
                    .isEqualTo(new Capabilities(1400, 0, 1400, false, false, false, true, false));
            assertThat(((TunTransport) tun).name()).isEqualTo("fw0");
            assertThat(namespace.exec("ip", "address", "show", "dev", "fw0"))
                    .contains("mtu 1400", "qlen 77", ",UP,", "10.9.1.1/30", "fd00:1::1/80");
        }
        assertThat(namespace.exec("ip", "-o", "link"))
                .as("closing removes the device")
                .doesNotContain("fw0");
    }

    @Test
    void aPersistentDeviceIsTakenAsItIsAndStays() {
        namespace.exec("ip", "tuntap", "add", "dev", "fw7", "mode", "tun");
        TunOptions options = TunOptions.named("fw7").netns(namespace.name()).address("10.9.7.1/24");
        for (int i = 0; i < 2; i++) {
            try (Transport tun = TunTransport.open(options.address("fd00:7::1/64"))) {
                assertThat(tun.capabilities().mtu()).isEqualTo(1500);
            }
        }
        assertThat(namespace.exec("ip", "-o", "link")).contains("fw7");
        namespace.exec("ip", "link", "del", "fw7");
    }

    @Test
    void aPacketForADeviceThatIsDownIsLostAndCounted() {
        try (TunTransport tun = TunTransport.open(options())) {
            namespace.exec("ip", "link", "set", "fw0", "down");
            Wire.send(tun, Wire.packet(100, 1));
            assertThat(tun.lost()).isEqualTo(1);
            namespace.exec("ip", "link", "set", "fw0", "up");
            Wire.send(tun, Wire.packet(100, 1));
            assertThat(tun.lost()).isEqualTo(1);
        }
    }

    @Test
    void octetsThatAreNoIpPacketAreLostAndCounted() {
        try (TunTransport tun = TunTransport.open(options())) {
            Wire.send(tun, new byte[100]);
            assertThat(tun.lost()).isEqualTo(1);
        }
    }

    @Test
    void aDeviceRemovedFromOutsideEndsItsDriverWithAWord() throws Exception {
        Driver driver =
                Driver.start(EndpointConfig.at("10.9.1.2").build(), TunTransport.open(options()));
        CompletableFuture<AsyncConnection> waits =
                driver.listen(80, 1).thenCompose(AsyncListener::accept);
        namespace.exec("ip", "link", "del", "fw0");
        Throwable failure = driver.stopped().get(30, TimeUnit.SECONDS).failure();
        assertThat(failure).hasMessageContaining("the device 'fw0' is gone: somebody has removed");
        assertThat(waits).isCompletedExceptionally();
    }

    @Test
    void aDeviceRemovedFromOutsideCarriesNothingAndDoesNotSpin() {
        try (TunTransport tun = TunTransport.open(options())) {
            namespace.exec("ip", "link", "del", "fw0");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> tun.receive(new PacketBatch(1), 0))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("the device 'fw0' is gone");
            }
            Wire.send(tun, Wire.packet(100, 1));
            long start = System.nanoTime();
            tun.await(5_000_000);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
            tun.wakeup();
            tun.await(Wire.LONG_NS);
            assertThat(tun.lost()).isEqualTo(1);
        }
    }
}
