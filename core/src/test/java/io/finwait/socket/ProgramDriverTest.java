package io.finwait.socket;

import static io.finwait.socket.SteeredSockets.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.SteeredPair;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;

/**
 * What a program is told whose system properties name no driver. One that does start is another
 * JVM's affair.
 */
class ProgramDriverTest {

    private static final String TRANSPORT = "finwait.transport";
    private static final String ADDRESS = "finwait.address";
    private static final String BEHAVIOUR = "finwait.behaviour";

    private final DriverSelectorProvider provider = new DriverSelectorProvider();

    @AfterEach
    void clear() {
        System.clearProperty(TRANSPORT);
        System.clearProperty(ADDRESS);
        System.clearProperty(BEHAVIOUR);
    }

    @Test
    void aTransportNeedsAnAddress() {
        System.setProperty(TRANSPORT, "nosuch:thing");
        assertThat(outcome(provider::openSocketChannel))
                .isEqualTo(
                        "IOException: finwait.transport=nosuch:thing needs"
                                + " -Dfinwait.address=10.0.0.1 or another");
        assertThat(outcome(provider::openServerSocketChannel))
                .startsWith("IOException: finwait.transport=nosuch:thing needs");
    }

    @Test
    void anAddressIsOne() {
        System.setProperty(ADDRESS, "10.0.0.1, ten");
        assertThat(outcome(provider::openSocketChannel))
                .startsWith("IOException: finwait.address=10.0.0.1, ten: ");
    }

    @Test
    void aTransportIsOneThatSomebodyKnows() {
        System.setProperty(TRANSPORT, "nosuch:thing");
        System.setProperty(ADDRESS, "10.0.0.1, 2001:db8::1");
        assertThat(outcome(provider::openSocketChannel))
                .startsWith("IOException: finwait.transport=nosuch:thing: ");
        assertThat(ProgramDriver.isStartedByThisThread()).as("the lock is free again").isFalse();
    }

    @Test
    void aBehaviourIsNamed() {
        assertThat(ProgramDriver.behaviour()).isEqualTo(SocketBehaviour.JAVA_ON_LINUX);
        System.setProperty(BEHAVIOUR, "BSD");
        assertThat(ProgramDriver.behaviour()).isEqualTo(SocketBehaviour.BSD);
    }

    /** A selector needs no driver: the program may select among channels of the kernel alone. */
    @Test
    void aSelectorStartsNothing() throws IOException {
        System.setProperty(TRANSPORT, "nosuch:thing");
        try (Selector selector = provider.openSelector()) {
            assertThat(selector).isInstanceOf(DriverSelector.class);
            assertThat(selector.provider()).isSameAs(provider);
            assertThat(selector.selectNow()).isZero();
        }
    }

    /** This JVM may or may not have been started with the option. */
    @Test
    void theJdksOwnProviderIsReachedOrTheOptionIsNamed() {
        assertThat(outcome(DriverSelectorProvider::jdksOwn))
                .matches("sun\\.nio\\.ch\\..*|.*--add-exports java.base/sun.nio.ch=ALL-UNNAMED");
        KernelChannels kernel = new KernelChannels();
        assertThat(kernel.provider()).isSameAs(SelectorProvider.provider());
        assertThat(kernel.provider()).isSameAs(kernel.provider());
    }

    @Test
    void aProviderHasADriverAndABehaviour() {
        SteeredPair pair = new SteeredPair();
        assertThatThrownBy(() -> new DriverSelectorProvider(null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new DriverSelectorProvider(pair.client, null))
                .isInstanceOf(NullPointerException.class);
        assertThat(outcome(new DriverSelectorProvider(pair.client)::inheritedChannel))
                .isEqualTo("null");
    }
}
