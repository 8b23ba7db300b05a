package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** TCBs and receive buffers are used again; a crowd that has gone leaves no more than it needs. */
class TcbPoolTest {

    private static final int ALWAYS_KEPT = 1_024;

    private final Clock clock = new Clock();
    private final BlockPool blocks = new BlockPool(1 << 24);
    private final LentText lentText = new LentText();
    private final TcbPool pool = pool(NewReno::new);

    private TcbPool pool(Supplier<CongestionControl> control) {
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1")
                        .seed(1)
                        .sendBufferOctets(4_000)
                        .receiveBufferOctets(5_000)
                        .build();
        return new TcbPool(config, clock, blocks, lentText, control);
    }

    private List<Tcb> take(int count) {
        List<Tcb> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.take());
        }
        return taken;
    }

    @Test
    void oneThatWasUsedBeginsAsANewOneDoes() {
        clock.begin(77);
        Tcb tcb = pool.take();
        tcb.snd.capacity = 9;
        tcb.snd.grownBy = 9;
        tcb.rcv.capacity = 9;
        tcb.nagle = false;
        tcb.userTimeoutNs = 9;
        pool.give(tcb);
        pool.endOfCycle(0);
        clock.begin(99);
        assertThat(pool.take()).isSameAs(tcb);
        assertThat(tcb.snd.capacity).isEqualTo(4_000);
        assertThat(tcb.snd.grownBy).isZero();
        assertThat(tcb.rcv.capacity).isEqualTo(5_000);
        assertThat(tcb.nagle).isTrue();
        assertThat(tcb.userTimeoutNs).isNotEqualTo(9);
        assertThat(tcb.openedAtNs).isEqualTo(99);
        assertThat(tcb.lastHeardNs).isEqualTo(99);
        assertThat(tcb.rcv.roundBeganNs).isEqualTo(99);
    }

    /** Segments of this cycle may still mean the old connection. */
    @Test
    void noneIsUsedAgainBeforeTheCycleIsOver() {
        Tcb tcb = pool.take();
        pool.give(tcb);
        assertThat(pool.take()).isNotSameAs(tcb);
        assertThat(pool.free()).isZero();
        pool.endOfCycle(0);
        assertThat(pool.free()).isEqualTo(1);
    }

    @Test
    void oneThatStillOwesSomethingStays() {
        for (Tcb owing : take(2)) {
            owing.ready = true;
            pool.give(owing);
            owing.ready = false;
            owing.resetOwed = true;
            pool.give(owing);
        }
        pool.endOfCycle(0);
        assertThat(pool.free()).isZero();
    }

    @Test
    void asManyAreKeptAsAreInUseAndAtLeastAThousand() {
        take(ALWAYS_KEPT + 501).forEach(pool::leave);
        pool.endOfCycle(0);
        assertThat(pool.free()).isEqualTo(ALWAYS_KEPT);
        take(ALWAYS_KEPT + 501).forEach(pool::leave);
        pool.endOfCycle(ALWAYS_KEPT + 200);
        assertThat(pool.free()).isEqualTo(ALWAYS_KEPT + 200);
    }

    /** Each that comes back takes another one with it, until no more are kept than are needed. */
    @Test
    void whatACrowdHasLeftGoesAsTheRestComesBack() {
        List<Tcb> all = take(ALWAYS_KEPT + 500);
        all.forEach(pool::leave);
        pool.endOfCycle(ALWAYS_KEPT + 500);
        assertThat(pool.free()).isEqualTo(ALWAYS_KEPT + 500);
        List<Tcb> more = take(2);
        pool.leave(more.get(0));
        pool.endOfCycle(0);
        assertThat(pool.free()).isEqualTo(ALWAYS_KEPT + 497);
        pool.leave(more.get(1));
        pool.endOfCycle(0);
        assertThat(pool.free()).isEqualTo(ALWAYS_KEPT + 496);
    }

    @Test
    void receiveBuffersAreUsedAgainAndKeptToTheSameNumber() {
        Set<ReceiveBuffer> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < ALWAYS_KEPT + 5; i++) {
            ReceiveBuffer buffer = new ReceiveBuffer(blocks, lentText);
            given.add(buffer);
            pool.give(buffer);
        }
        long again =
                take(ALWAYS_KEPT + 5).stream().filter(t -> given.contains(t.rcv.buffer)).count();
        assertThat(again).isEqualTo(ALWAYS_KEPT);
    }

    @Test
    void buffersOfACrowdGoAsTheRestComesBack() {
        pool.endOfCycle(ALWAYS_KEPT + 10);
        Set<ReceiveBuffer> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < ALWAYS_KEPT + 10; i++) {
            ReceiveBuffer buffer = new ReceiveBuffer(blocks, lentText);
            given.add(buffer);
            pool.give(buffer);
        }
        pool.endOfCycle(0);
        for (int i = 0; i < 4; i++) {
            pool.give(new ReceiveBuffer(blocks, lentText));
        }
        long again =
                take(ALWAYS_KEPT + 10).stream().filter(t -> given.contains(t.rcv.buffer)).count();
        assertThat(again).isEqualTo(ALWAYS_KEPT + 6);
    }

    /** The handle keeps it: the user may still read what came. */
    @Test
    void aBufferThatAHandleHasDoesNotGoBackWithTheTcb() {
        Tcb tcb = pool.take();
        ReceiveBuffer buffer = tcb.rcv.buffer;
        pool.give(tcb);
        pool.endOfCycle(0);
        assertThat(pool.take().rcv.buffer).as("nobody had it").isSameAs(buffer);
    }

    @Test
    void aSupplierOfNothingIsTold() {
        assertThatThrownBy(() -> pool(() -> null).take())
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("EndpointConfig.congestionControl returned null");
    }
}
