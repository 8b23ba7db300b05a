package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Who gets a port, by the rules of SO_REUSEADDR on Linux. */
class BindingTest {

    private static final IpAddress SECOND = IpAddress.parse("10.0.1.1");
    private static final IpAddress SIXTH = IpAddress.parse("2001:db8::1");
    private static final String IN_USE = "Address already in use";

    /** Three ports for whoever does not care. */
    private final SteeredPair pair =
            new SteeredPair(
                    settings ->
                            settings.address(SECOND).address(SIXTH).ephemeralPorts(50_000, 50_002));

    private Binding bind(IpAddress address, int port, boolean reuse) {
        return now(pair.client.bind(address, port, reuse));
    }

    private void refused(IpAddress address, int port, boolean reuse) {
        assertThat(failure(pair.client.bind(address, port, reuse)))
                .isInstanceOf(BindException.class)
                .hasMessage(IN_USE);
    }

    @Test
    void aBindingKnowsWhatItHas() {
        Binding bound = bind(SECOND, 80, false);
        assertThat(bound.address()).isEqualTo(SECOND);
        assertThat(bound.port()).isEqualTo(80);
        assertThat(bind(null, 81, false).address()).isNull();
        assertThat(failure(pair.client.bind(SteeredPair.NOBODY, 80, true)))
                .isInstanceOf(BindException.class)
                .hasMessage("Cannot assign requested address");
    }

    @Test
    void aPortIsOneSocketsUntilItIsReleased() {
        Binding first = bind(null, 80, false);
        refused(null, 80, false);
        refused(SECOND, 80, false);
        refused(null, 80, true);
        now(first.release());
        now(first.release());
        Binding second = bind(null, 80, true);
        refused(null, 80, false);
        assertThat(bind(null, 80, true).port()).isEqualTo(80);
        now(second.listen(1));
        refused(null, 80, true);
    }

    @Test
    void anAddressOfItsOwnIsInNobodysWay() {
        assertThat(bind(SECOND, 80, false).port()).isEqualTo(80);
        assertThat(bind(SteeredPair.CLIENT, 80, false).port()).isEqualTo(80);
        refused(SECOND, 80, false);
        refused(null, 80, false);
    }

    @Test
    void whereSomebodyListensNobodyBinds() {
        Binding first = bind(SECOND, 80, true);
        AsyncListener listener = now(first.listen(5));
        assertThat(listener.port()).isEqualTo(80);
        refused(SECOND, 80, true);
        refused(null, 80, true);
        assertThat(bind(SteeredPair.CLIENT, 80, true).port()).isEqualTo(80);
        now(first.release());
        refused(SECOND, 80, true);
        now(listener.close());
        assertThat(bind(SECOND, 80, true).port()).isEqualTo(80);
    }

    @Test
    void ofTwoThatShareAPortOneListens() {
        Binding first = bind(null, 80, true);
        Binding second = bind(null, 80, true);
        now(first.listen(1));
        assertThat(failure(second.listen(1))).isInstanceOf(BindException.class).hasMessage(IN_USE);
    }

    @Test
    void aPortWithConnectionsIsOnlyForWhoReusesIt() {
        AsyncListener listener = now(pair.server.listen(80, 5));
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        AsyncConnection ours = now(connecting);
        int port = ours.localPort();
        refused(null, port, false);
        refused(SteeredPair.CLIENT, port, false);
        now(bind(SECOND, port, false).release());
        now(bind(null, port, true).release());

        CompletableFuture<CloseReason> unused = ours.close();
        pair.settle();
        CompletableFuture<CloseReason> unusedToo = now(listener.accept()).close();
        pair.settle();
        int waiting = now(pair.client.call(endpoint -> endpoint.timeWait().size()));
        assertThat(waiting).isEqualTo(1);
        refused(null, port, false);
        refused(SteeredPair.CLIENT, port, false);
        now(bind(SECOND, port, false).release());
        now(bind(null, port, true).release());
        pair.advance(Duration.ofMinutes(3));
        assertThat(bind(null, port, false).port()).isEqualTo(port);
    }

    @Test
    void whoDoesNotCareGetsAPortThatIsFree() {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            ports.add(bind(null, 0, false).port());
        }
        assertThat(ports).containsExactlyInAnyOrder(50_000, 50_001, 50_002);
        refused(null, 0, false);
        refused(SECOND, 0, true);
    }

    @Test
    void portsThatAreListenedOnOrConnectedAreNotFree() {
        now(pair.server.listen(80, 5));
        now(pair.client.listen(50_000, 5));
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        int connected = now(connecting).localPort();
        assertThat(connected).isBetween(50_000, 50_002);
        int third = bind(null, 0, false).port();
        assertThat(Set.of(50_000, 50_001, 50_002)).contains(third);
        assertThat(third).isNotEqualTo(50_000).isNotEqualTo(connected);
    }

    /** The caller is gone before the answer is there, and nobody keeps the port. */
    @Test
    void aBindThatWasGivenUpKeepsNothing() {
        CompletableFuture<Binding> asked = elsewhere(() -> pair.client.bind(null, 80, false));
        assertThat(asked.cancel(false)).isTrue();
        pair.settle();
        assertThat(bind(null, 80, false).port()).isEqualTo(80);
    }

    @Test
    void aConnectionLeavesFromWhatItIsBoundTo() {
        AsyncListener listener = now(pair.server.listen(80, 5));
        RingConnection bound =
                RingConnection.connect(
                        pair.client, SteeredPair.CLIENT, 4_000, SteeredPair.SERVER, 80, what -> {});
        pair.settle();
        assertThat(bound.connection().localPort()).isEqualTo(4_000);
        assertThat(now(listener.accept()).remotePort()).isEqualTo(4_000);
        RingConnection anyAddress =
                RingConnection.connect(
                        pair.client, null, 4_001, SteeredPair.SERVER, 80, what -> {});
        pair.settle();
        assertThat(anyAddress.connection().localAddress()).isEqualTo(SteeredPair.CLIENT);
        assertThat(anyAddress.connection().localPort()).isEqualTo(4_001);
        RingConnection sixth =
                RingConnection.connect(
                        pair.client, null, 4_002, IpAddress.parse("2001:db8::9"), 80, what -> {});
        assertThat(sixth.connection().localAddress()).isEqualTo(SIXTH);
    }

    @Test
    void anAddressOfAVersionThatTheEndpointDoesNotHaveCantBeReached() {
        SteeredPair fourth = new SteeredPair();
        RingConnection sixth =
                RingConnection.connect(
                        fourth.client, null, 4_002, IpAddress.parse("2001:db8::9"), 80, what -> {});
        assertThat(sixth.refusal()).isInstanceOf(IllegalArgumentException.class);
    }
}
