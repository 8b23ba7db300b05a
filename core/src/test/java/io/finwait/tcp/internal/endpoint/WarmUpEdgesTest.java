package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What a rehearsal opens, it closes; over which addresses; and what it does on a dead link. */
class WarmUpEdgesTest {

    private static final EndpointConfig CONFIG = EndpointConfig.at("10.0.0.1").build();

    /** Counts what is closed, and may lose everything that it should receive. */
    private static class End extends ForwardingTransport {

        private final boolean dead;
        private int closes;
        private int lost;

        End(Transport below, boolean dead) {
            super(below);
            this.dead = dead;
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            if (!dead) {
                return super.receive(into, nowNs);
            }
            lost += super.receive(new PacketBatch(64), nowNs);
            return 0;
        }

        @Override
        public void close() {
            closes++;
            super.close();
        }
    }

    private static End[] pair(boolean dead) {
        DirectLink[] link = DirectLink.pair();
        return new End[] {new End(link[0], dead), new End(link[1], dead)};
    }

    /** A transport whose rehearsal runs on a pair that the test looks at. */
    private static final class Rehearsed extends ForwardingTransport {

        private final Transport[] pair;

        Rehearsed(Transport[] pair) {
            super(DirectLink.pair()[0]);
            this.pair = pair;
        }

        @Override
        public Transport[] rehearsalPair() {
            return pair;
        }
    }

    @Test
    void bothEndsOfThePairAreClosed() {
        End[] pair = pair(false);
        WarmUp.rehearse(CONFIG, new Rehearsed(pair), 1);
        assertThat(pair[0].closes).isEqualTo(1);
        assertThat(pair[1].closes).isEqualTo(1);
    }

    @Test
    void theyAreClosedWhenTheRehearsalThrows() {
        End[] pair = pair(false);
        End throwing =
                new End(DirectLink.pair()[0], false) {
                    @Override
                    public int receive(PacketBatch into, long nowNs) {
                        throw new IllegalStateException("planted");
                    }
                };
        Transport[] broken = {pair[0], throwing};
        assertThatThrownBy(() -> WarmUp.rehearse(CONFIG, new Rehearsed(broken), 1))
                .hasMessage("planted");
        assertThat(pair[0].closes).isEqualTo(1);
        assertThat(throwing.closes).isEqualTo(1);
    }

    @Test
    void bothEndpointsAreClosed() {
        WarmUp warmUp = new WarmUp(CONFIG, DirectLink.pair());
        warmUp.run(3);
        assertThat(warmUp.client().isClosed()).isTrue();
        assertThat(warmUp.server().isClosed()).isTrue();
    }

    /** Sixteen over the first address, then sixteen over the next. */
    @Test
    void everyAddressHasItsTurn() {
        EndpointConfig two = EndpointConfig.at("10.0.0.1").address("fd00::1").build();
        for (int connections : new int[] {15, 16, 17, 33}) {
            List<Integer> versions = new ArrayList<>();
            DirectLink[] link = DirectLink.pair();
            WarmUp warmUp =
                    new WarmUp(
                            two,
                            new Transport[] {
                                new ForwardingTransport(link[0]) {
                                    @Override
                                    public void commit(Packet packet, long nowNs) {
                                        boolean v6 =
                                                packet.buffer().get(packet.offset()) >>> 4 == 6;
                                        int tcp = packet.offset() + (v6 ? 40 : 20);
                                        if (packet.buffer().get(tcp + 13) == 2) {
                                            versions.add(v6 ? 6 : 4);
                                        }
                                        super.commit(packet, nowNs);
                                    }
                                },
                                link[1]
                            });
            warmUp.run(connections);
            assertThat(versions).hasSize(connections);
            for (int i = 0; i < connections; i++) {
                assertThat(versions.get(i)).isEqualTo(i / 16 % 2 == 0 ? 4 : 6);
            }
        }
    }

    /** Nothing arrives: each lot ends by its timers, in virtual time, and the rest has its turn. */
    @Test
    void aDeadLinkEndsByTimeouts() {
        End[] pair = pair(true);
        WarmUp warmUp = new WarmUp(CONFIG, pair);
        warmUp.run(20);
        assertThat(pair[1].lost).isGreaterThan(20);
        assertThat(warmUp.client().counters().get(Counter.ABORTS_TIMEOUT)).isEqualTo(20);
        assertThat(warmUp.client().connectionCount()).isZero();
        assertThat(warmUp.client().isClosed()).isTrue();
    }

    /** Every connection's handle went back, to be used by the next. */
    @Test
    void handlesAreReleased() {
        WarmUp warmUp = new WarmUp(CONFIG, DirectLink.pair());
        warmUp.run(48);
        for (TcpEndpoint each : List.of(warmUp.client(), warmUp.server())) {
            // Sixteen at once, each three times.
            for (int i = 0; i < 16; i++) {
                assertThat(each.handles.take(new Tcb(null)).incarnation).isEqualTo(3);
            }
            assertThat(each.pool().inUse()).isZero();
        }
    }
}
