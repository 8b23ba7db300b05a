package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Segments;
import io.finwait.spi.CongestionControl;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.Aborted;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A congestion control from outside, behind {@link CongestionControl}. */
class CongestionControlTest {

    private static final int MSS = 1460;
    private static final int TEXT = 10 * MSS;

    /** Notes what it is told, and answers with a window that never changes. */
    private static class Fixed implements CongestionControl {

        final List<String> told = new ArrayList<>();
        final int window;

        Fixed(int window) {
            this.window = window;
        }

        @Override
        public void begin(int mss, long nowNs) {
            told.add("begin");
        }

        @Override
        public void synLost(long nowNs) {
            told.add("synLost");
        }

        @Override
        public int window() {
            return window;
        }

        @Override
        public int slowStartThreshold() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs) {
            told.add("acknowledged");
        }

        @Override
        public void lost(int flightSize, long nowNs) {
            told.add("lost");
        }

        @Override
        public void recovered(int flightSize, long nowNs) {
            told.add("recovered");
        }

        @Override
        public void timedOut(int flightSize, boolean again, long nowNs) {
            told.add("timedOut");
        }

        @Override
        public void idle(long nowNs) {
            told.add("idle");
        }
    }

    private static TwoHosts hosts(Supplier<CongestionControl> control) {
        return new TwoHosts(
                1,
                LinkModel.perfect().delay(10 * MS),
                config -> config.congestionControl(control),
                EndpointConfig.Builder::plain);
    }

    private static Connection sending(TwoHosts hosts) throws IOException {
        Connection ours = hosts.client.connect(TwoHosts.SERVER, TwoHosts.PORT);
        hosts.run(30 * MS);
        ours.send(ByteBuffer.allocate(TEXT));
        return ours;
    }

    @Test
    void itsWindowIsAllThatIsOutstanding() throws IOException {
        Fixed fixed = new Fixed(2 * MSS);
        TwoHosts hosts = hosts(() -> fixed);
        Connection ours = sending(hosts);
        Connection theirs = hosts.listener.accept();
        hosts.run(15 * MS);
        assertThat(theirs.unread()).isEqualTo(2 * MSS);
        hosts.run(20 * MS);
        assertThat(theirs.unread()).isEqualTo(4 * MSS);
        hosts.run(SECOND);
        assertThat(theirs.unread()).isEqualTo(TEXT);
        assertThat(ours.unacknowledged()).isZero();
        assertThat(fixed.told).startsWith("begin").contains("acknowledged").doesNotContain("lost");
    }

    /** The contract says 1 to 2^30: whatever comes instead, the text arrives. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE})
    void anImpossibleWindowNeitherStopsTheTextNorOverflows(int window) throws IOException {
        TwoHosts hosts = hosts(() -> new Fixed(window));
        sending(hosts);
        Connection theirs = hosts.listener.accept();
        hosts.run(600 * SECOND);
        assertThat(theirs.unread()).isPositive();
        if (window == Integer.MAX_VALUE) {
            assertThat(theirs.unread()).isEqualTo(TEXT);
        }
    }

    @Test
    void oneThatThrowsEndsItsConnectionAndNoOther() throws IOException {
        List<CongestionControl> made = new ArrayList<>();
        TwoHosts hosts =
                hosts(
                        () -> {
                            Fixed control =
                                    made.isEmpty()
                                            ? new Fixed(MSS) {
                                                @Override
                                                public void acknowledged(
                                                        int octets,
                                                        int flightSize,
                                                        long smoothedRttNs,
                                                        long nowNs) {
                                                    throw new IllegalStateException("on purpose");
                                                }
                                            }
                                            : new Fixed(MSS);
                            made.add(control);
                            return control;
                        });
        Connection bad = sending(hosts);
        hosts.run(SECOND);
        assertThat(bad.closeReason()).isInstanceOf(Aborted.class);
        assertThat(((Aborted) bad.closeReason()).cause()).isEqualTo(AbortCause.INTERNAL_ERROR);
        Connection good = hosts.client.connect(TwoHosts.SERVER, TwoHosts.PORT);
        hosts.run(SECOND);
        assertThat(good.hasEnded()).isFalse();
    }

    @Test
    void oneThatMakesNoneIsToldSo() {
        TwoHosts hosts = hosts(() -> null);
        assertThatThrownBy(() -> hosts.client.connect(TwoHosts.SERVER, TwoHosts.PORT))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("make one for each connection");
    }

    /** SND.UNA stands still while a late segment is awaited; the others tell what they take. */
    @Test
    void roundTripsAreToldBySacksAndThenThatSegmentsOvertakeEachOther() throws IOException {
        Fixed fixed =
                new Fixed(10 * MSS) {
                    @Override
                    public void roundTrip(long rttNs, long nowNs) {
                        told.add("round trip of " + rttNs / MS + " ms");
                    }

                    @Override
                    public void overtaken() {
                        told.add("overtaken");
                    }
                };
        TwoHosts hosts =
                new TwoHosts(
                        1,
                        LinkModel.perfect().delay(10 * MS),
                        config -> config.congestionControl(() -> fixed),
                        config -> config);
        Connection ours = hosts.client.connect(TwoHosts.SERVER, TwoHosts.PORT);
        hosts.run(30 * MS);
        fixed.told.clear();
        hosts.net.from("client").matching(Segments.text()).first(1).delayBy(4 * MS);
        ours.send(ByteBuffer.allocate(3 * 1_448));
        hosts.run(21 * MS);
        assertThat(fixed.told).containsExactly("round trip of 20 ms");
        fixed.told.clear();
        hosts.run(4 * MS);
        assertThat(fixed.told).containsExactly("overtaken", "round trip of 24 ms");
    }
}
