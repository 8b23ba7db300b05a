package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Which orphan makes place, and what all together have queued. */
class OrphansTest {

    private final BlockPool blocks = new BlockPool(1 << 24);
    private final Orphans orphans = new Orphans();

    private Tcb orphan(int octets) {
        Tcb tcb = new Tcb(null);
        tcb.snd.buffer = new SendBuffer(blocks);
        queue(tcb, octets);
        orphans.add(tcb);
        return tcb;
    }

    private static void queue(Tcb tcb, int octets) {
        tcb.snd.buffer.append(ByteBuffer.allocate(octets), octets);
    }

    @Test
    void whatTheyHaveQueuedIsCountedUntilTheyGo() {
        Tcb one = orphan(100);
        Tcb other = orphan(30);
        assertThat(one.orphan).isTrue();
        assertThat(orphans.count()).isEqualTo(2);
        assertThat(orphans.octets()).isEqualTo(130);
        orphans.remove(one);
        assertThat(orphans.count()).isEqualTo(1);
        assertThat(orphans.octets()).isEqualTo(30);
        orphans.remove(other);
        assertThat(orphans.count()).isZero();
        assertThat(orphans.octets()).isZero();
    }

    /** A TCB is used again: what it had queued as an orphan before does not count. */
    @Test
    void aTcbThatIsUsedAgainBeginsAnew() {
        Tcb tcb = orphan(100);
        orphans.remove(tcb);
        tcb.snd.buffer.clear();
        queue(tcb, 7);
        orphans.add(tcb);
        assertThat(orphans.octets()).isEqualTo(7);
    }

    @Test
    void whatWasTakenMeanwhileIsSeenByLooking() {
        Tcb tcb = orphan(100);
        tcb.snd.buffer.acknowledge(60);
        assertThat(orphans.octets()).isEqualTo(100);
        assertThat(orphans.firstToGo()).as("there is no other").isSameAs(tcb);
        assertThat(orphans.octets()).isEqualTo(40);
    }

    /** The cost of one close is bounded: sixteen are looked at. */
    @Test
    void theLargestOfTheSixteenOldestGoes() {
        List<Tcb> all = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            all.add(orphan(10 + i));
        }
        assertThat(orphans.firstToGo()).isSameAs(all.get(15));
        orphans.remove(all.get(15));
        assertThat(orphans.firstToGo()).isSameAs(all.get(16));
    }

    @Test
    void whoLetATimerPassGoesBeforeWhoHasMore() {
        orphan(1_000);
        Tcb again = orphan(10);
        again.retransmissions = 1;
        Tcb probed = orphan(20);
        probed.probes = 1;
        orphan(2_000);
        assertThat(orphans.firstToGo()).isSameAs(probed);
        orphans.remove(probed);
        assertThat(orphans.firstToGo()).isSameAs(again);
    }

    /** Whose text is taken is looked at again only behind all others. */
    @Test
    void whoseTextIsTakenGoesToTheEndOfTheQueue() {
        Tcb taken = orphan(500);
        Tcb first = orphan(10);
        Tcb second = orphan(10);
        taken.snd.buffer.acknowledge(1);
        assertThat(orphans.firstToGo()).as("of equals the older one").isSameAs(first);
        orphans.remove(first);
        orphans.remove(second);
        assertThat(orphans.count()).isEqualTo(1);
        assertThat(orphans.firstToGo()).isSameAs(taken);
    }

    @Test
    void whereAllAreTakenTheOldestGoes() {
        Tcb one = orphan(50);
        Tcb other = orphan(500);
        one.snd.buffer.acknowledge(1);
        other.snd.buffer.acknowledge(1);
        assertThat(orphans.firstToGo()).isSameAs(one);
        assertThat(orphans.octets()).isEqualTo(548);
    }
}
