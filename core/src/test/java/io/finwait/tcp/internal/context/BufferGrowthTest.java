package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.SteadyControl;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

/** By how much buffers grow, octet by octet. */
class BufferGrowthTest {

    private static final long MS = 1_000_000L;
    private static final long BUDGET = 1_000_000;
    private static final int MOST = 150_000;

    private final Clock clock = new Clock();
    private final BlockPool blocks = new BlockPool(1 << 24);
    private final BufferGrowth growth = growth(BUDGET);
    private int window = 10_000;

    private BufferGrowth growth(long budget) {
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1")
                        .receiveBufferOctets(1_000)
                        .largestReceiveBufferOctets(MOST)
                        .sendBufferOctets(1_000)
                        .largestSendBufferOctets(MOST)
                        .bufferBudgetOctets(budget)
                        .build();
        return new BufferGrowth(config, clock, blocks);
    }

    private final class Window extends SteadyControl {

        @Override
        public int window() {
            return window;
        }
    }

    private Tcb tcb() {
        Tcb tcb = new Tcb(new Window());
        tcb.timers.belongTo(tcb, clock);
        tcb.rcv.reset(1_000);
        tcb.snd.capacity = 1_000;
        tcb.snd.wnd = 1 << 20;
        tcb.rtt.reset(1_000 * MS, 200 * MS, 60_000 * MS);
        return tcb;
    }

    private void read(Tcb tcb, int octets, long atNs) {
        clock.begin(atNs);
        growth.read(tcb, octets);
        clock.end();
    }

    @Test
    void aReceiveBufferGrowsToFourTimesWhatARoundTripBrought() {
        Tcb tcb = tcb();
        tcb.rtt.sample(20 * MS);
        read(tcb, 3_000, 5 * MS);
        read(tcb, 2_000, 20 * MS - 1);
        assertThat(tcb.rcv.capacity).as("the round trip is not over").isEqualTo(1_000);
        read(tcb, 100, 20 * MS);
        assertThat(tcb.rcv.capacity).isEqualTo(4 * 5_100);
        assertThat(tcb.rcv.grownBy).isEqualTo(4 * 5_100 - 1_000);
        assertThat(growth.granted()).isEqualTo(tcb.rcv.grownBy);
        read(tcb, 6_000, 40 * MS - 1);
        assertThat(tcb.rcv.capacity).as("the next round has begun").isEqualTo(4 * 5_100);
        read(tcb, 0, 40 * MS);
        assertThat(tcb.rcv.capacity).isEqualTo(24_000);
    }

    @Test
    void itNeverShrinks() {
        Tcb tcb = tcb();
        read(tcb, 5_000, 20 * MS);
        read(tcb, 10, 40 * MS);
        assertThat(tcb.rcv.capacity).isEqualTo(20_000);
        assertThat(growth.granted()).isEqualTo(19_000);
    }

    /** A round trip below a tick of the timestamps is measured as nothing. */
    @Test
    void aRoundIsAMillisecondAtLeast() {
        Tcb tcb = tcb();
        read(tcb, 5_000, MS - 1);
        assertThat(tcb.rcv.capacity).isEqualTo(1_000);
        read(tcb, 0, MS);
        assertThat(tcb.rcv.capacity).isEqualTo(20_000);
    }

    @Test
    void aReceiveBufferHasAnEnd() {
        Tcb tcb = tcb();
        read(tcb, MOST, 20 * MS);
        assertThat(tcb.rcv.capacity).isEqualTo(MOST);
        read(tcb, MOST, 21 * MS);
        assertThat(tcb.rcv.readInRound).as("nothing is counted any more").isZero();
        growth.read(tcb, MOST);
        assertThat(clock.owesNothing()).as("nor is the time asked for").isTrue();
        assertThat(growth.granted()).isEqualTo(MOST - 1_000);
    }

    /** Between two cycles nobody knows whether the round trip is over. */
    @Test
    void whatIsReadBetweenTwoCyclesCountsWithTheNext() {
        Tcb tcb = tcb();
        growth.read(tcb, 5_000);
        assertThat(tcb.rcv.capacity).isEqualTo(1_000);
        assertThat(clock.nextUndated()).isSameAs(tcb);
        read(tcb, 0, 20 * MS);
        assertThat(tcb.rcv.capacity).isEqualTo(20_000);
    }

    @Test
    void aSendBufferHoldsTwiceTheSmallerWindow() {
        Tcb tcb = tcb();
        growth.wanted(tcb);
        assertThat(tcb.snd.capacity).isEqualTo(20_000);
        assertThat(tcb.snd.grownBy).isEqualTo(19_000);
        tcb.snd.wnd = 11_000;
        window = 30_000;
        growth.wanted(tcb);
        assertThat(tcb.snd.capacity).isEqualTo(22_000);
        tcb.snd.wnd = 500;
        growth.wanted(tcb);
        assertThat(tcb.snd.capacity).isEqualTo(22_000);
        tcb.snd.wnd = 1 << 20;
        window = 1 << 30;
        growth.wanted(tcb);
        assertThat(tcb.snd.capacity).isEqualTo(MOST);
        assertThat(growth.granted()).isEqualTo(MOST - 1_000);
    }

    /** Each has a quarter of what is left when it has been given: B/5, then B/6 each, and so on. */
    @Test
    void nobodyGetsMoreThanAQuarterOfWhatIsLeft() {
        BufferGrowth small = growth(60_000);
        window = 1 << 20;
        Tcb one = tcb();
        small.wanted(one);
        assertThat(one.snd.grownBy).isEqualTo(12_000);
        Tcb other = tcb();
        small.wanted(other);
        assertThat(other.snd.grownBy).isEqualTo(9_600);
        small.wanted(one);
        assertThat(one.snd.grownBy).as("has its share").isEqualTo(12_000);
        small.gone(other);
        assertThat(other.snd.grownBy).isZero();
        assertThat(small.granted()).isEqualTo(12_000);
    }

    @Test
    void whoGoesGivesBothPartsBack() {
        Tcb tcb = tcb();
        growth.wanted(tcb);
        read(tcb, 5_000, 20 * MS);
        assertThat(growth.granted()).isEqualTo(38_000);
        growth.gone(tcb);
        assertThat(growth.granted()).isZero();
        growth.gone(tcb);
        assertThat(growth.granted()).as("not twice").isZero();
    }

    @Test
    void underPressureNobodyIsGivenMore() {
        blocks.countElsewhere(1 << 25);
        Tcb tcb = tcb();
        growth.wanted(tcb);
        read(tcb, 5_000, 20 * MS);
        assertThat(growth.granted()).isZero();
    }
}
