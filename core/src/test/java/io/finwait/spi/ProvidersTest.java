package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.internal.loss.Cubic;
import io.finwait.tcp.internal.loss.NewReno;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is found by name, and what those who implement an interface need not say. */
class ProvidersTest {

    @Test
    void congestionControlsHaveNames() {
        assertThat(CongestionControls.providers()).containsKeys("cubic", "newreno");
        assertThat(new ArrayList<>(CongestionControls.providers().keySet())).isSorted();
        assertThat(CongestionControls.named("cubic").get()).isInstanceOf(Cubic.class);
        assertThat(CongestionControls.named("newreno").get()).isInstanceOf(NewReno.class);
        assertThat(CongestionControls.named("cubic").get())
                .as("one for each connection")
                .isNotSameAs(CongestionControls.named("cubic").get());
        assertThatThrownBy(() -> CongestionControls.named("vegas"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'vegas'; these are here: cubic, newreno");
    }

    /** RFC 3168 §6.1.2: as after a loss, which is over at once since nothing is to be repaired. */
    @Test
    void aMarkShrinksTheWindowAsALossDoes() {
        List<String> told = new ArrayList<>();
        CongestionControl control =
                (CongestionControl)
                        Proxy.newProxyInstance(
                                CongestionControl.class.getClassLoader(),
                                new Class<?>[] {CongestionControl.class},
                                (proxy, method, arguments) -> {
                                    String name = method.getName();
                                    if (name.equals("marked")) {
                                        return InvocationHandler.invokeDefault(
                                                proxy, method, arguments);
                                    }
                                    told.add(name + " " + arguments[0] + " " + arguments[1]);
                                    return null;
                                });
        control.marked(7_000, 9);
        assertThat(told).containsExactly("lost 7000 9", "recovered 7000 9");
    }

    @Test
    void transportsAreFoundByTheirSchemes() {
        assertThat(Transports.providers()).containsKey("loopback");
        Transports.providers()
                .forEach(
                        (scheme, provider) -> {
                            assertThat(provider.scheme()).isEqualTo(scheme);
                            assertThat(provider.usage()).startsWith(scheme + ":");
                        });
        assertThatThrownBy(() -> Transports.open("pigeon:x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no transport is called 'pigeon'; these are here:")
                .satisfies(e -> assertThat(e.getMessage().lines().skip(1)).isSorted())
                .hasMessageContaining("\n  loopback:");
    }

    /** A jar for a newer Java, one that is half there, one that breaks: none stops the others. */
    @Test
    void providersThatCantBeLoadedAreLeftOut(@TempDir Path jar) throws Exception {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        String names = "newer.Provider\nnot.There\n" + Breaks.class.getName() + "\n";
        for (Class<?> each : List.of(TransportProvider.class, CongestionControlProvider.class)) {
            Files.writeString(services.resolve(each.getName()), names);
        }
        Path newer = Files.createDirectories(jar.resolve("newer")).resolve("Provider.class");
        byte[] classFile = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0x7f, 0};
        Files.write(newer, classFile);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            assertThatThrownBy(() -> Class.forName("newer.Provider", false, loader))
                    .isInstanceOf(UnsupportedClassVersionError.class);
            thread.setContextClassLoader(loader);
            assertThat(Transports.providers()).containsKey("loopback");
            Transports.open("loopback:").close();
            assertThat(CongestionControls.providers()).containsOnlyKeys("cubic", "newreno");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A control whose class can't be initialized; as a transport, no provider at all. */
    public static final class Breaks implements CongestionControlProvider {

        private static final int NOTHING = Integer.parseInt("on purpose");

        @Override
        public String name() {
            return "breaks" + NOTHING;
        }

        @Override
        public CongestionControl create() {
            return new NewReno();
        }
    }

    @Test
    void aLoopbackHasNoParametersAndOneQueue() {
        assertThatThrownBy(() -> Transports.open("loopback:?mtu=1400"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'mtu' is unknown");
        List<Transport> one = Transports.openQueues("loopback:", 1, queues -> queues);
        assertThat(one).singleElement().isInstanceOf(LoopbackTransport.class);
        assertThatThrownBy(() -> Transports.openQueues("loopback:", 2, queues -> queues))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'loopback:' has one queue");
        TransportUri uri = TransportUri.parse("loopback:");
        assertThat(new LoopbackProvider().isMeantBy(uri)).isTrue();
    }

    @Test
    void theRehearsalIsALinkInMemoryWithTheSameCapabilities() {
        Transport loopback = new LoopbackTransport();
        assertThat(loopback.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        Transport[] pair = loopback.rehearsalPair();
        assertThat(pair).hasSize(2);
        for (Transport each : pair) {
            assertThat(each.capabilities()).isEqualTo(loopback.capabilities());
        }
        Packet packet = pair[0].claim(4);
        packet.buffer().putInt(packet.offset(), 5);
        pair[0].commit(packet, 0);
        PacketBatch batch = new PacketBatch(1);
        assertThat(pair[1].receive(batch, 0)).isEqualTo(1);
        ByteBuffer received = batch.get(0).buffer();
        assertThat(received.getInt(batch.get(0).offset())).isEqualTo(5);
        assertThat(loopback.receive(new PacketBatch(1), 0)).as("not used").isZero();
    }
}
