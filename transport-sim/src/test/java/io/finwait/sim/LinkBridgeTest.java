package io.finwait.sim;

import static io.finwait.sim.Packets.receive;
import static io.finwait.sim.Packets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The link between two transports, in virtual time; the hosts are the far ends of two cables. */
class LinkBridgeTest {

    private static final LinkModel GOOD = LinkModel.perfect();
    private static final long MS = 1_000_000;

    private final DirectLink[] left = DirectLink.pair();
    private final DirectLink[] right = DirectLink.pair();
    private long nowNs;

    private LinkBridge link(LinkModel there, LinkModel back) {
        return link(there, back, 7);
    }

    private LinkBridge link(LinkModel there, LinkModel back, long seed) {
        return new LinkBridge(left[1], right[1], there, back, seed);
    }

    private void send(Transport from, long number, int length) {
        Packet packet = from.claim(length);
        packet.buffer().put(packet.offset(), text(number));
        from.commit(packet, nowNs);
    }

    private List<Long> received(Transport at) {
        return receive(at, nowNs).stream().map(Packets::sequence).toList();
    }

    /** Sends numbered packets one by one and gives what arrives in the time behind them. */
    private List<Long> arrivals(LinkBridge link, int packets, long forNs) {
        List<Long> arrived = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            send(left[0], i, 100);
            link.work(nowNs);
            arrived.addAll(received(right[0]));
        }
        for (long endNs = nowNs + forNs; nowNs < endNs; nowNs += MS) {
            link.work(nowNs);
            arrived.addAll(received(right[0]));
        }
        return arrived;
    }

    @Test
    void withoutFaultsPacketsPassAtOnceBothWays() {
        LinkBridge link = link(GOOD, GOOD);
        send(left[0], 1, 100);
        send(right[0], 2, 1_500);
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(1L);
        assertThat(received(left[0])).containsExactly(2L);
        assertThat(link.aToB().octets()).isEqualTo(100);
        assertThat(link.aToB().deliveredOctets()).isEqualTo(100);
        assertThat(link.bToA().delivered()).isEqualTo(1);
        assertThat(link.bToA().octets()).isEqualTo(1_500);
    }

    @Test
    void eachDirectionHasADelayOfItsOwn() {
        LinkBridge link = link(GOOD.delay(10 * MS), GOOD.delay(3 * MS));
        send(left[0], 1, 100);
        send(right[0], 2, 100);
        link.work(nowNs);
        nowNs = 3 * MS - 1;
        link.work(nowNs);
        assertThat(received(left[0])).isEmpty();
        nowNs = 3 * MS;
        link.work(nowNs);
        assertThat(received(left[0])).containsExactly(2L);
        nowNs = 10 * MS - 1;
        link.work(nowNs);
        assertThat(received(right[0])).isEmpty();
        nowNs = 10 * MS;
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(1L);
        assertThat(link.aToB().latestNs()).isZero();
    }

    @Test
    void aPacketThatGoesLateIsCountedAsLate() {
        LinkBridge link = link(GOOD.delay(10 * MS), GOOD);
        send(left[0], 1, 100);
        link.work(nowNs);
        nowNs = 12 * MS;
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(1L);
        assertThat(link.aToB().latestNs()).isEqualTo(2 * MS);
    }

    @Test
    void packetsLeaveAtTheRateAndAFullQueueDropsThem() {
        // 1,250 octets take a millisecond.
        LinkBridge link = link(LinkModel.parse("rate=10M,queue=4,delay=5ms"), GOOD);
        for (int i = 1; i <= 10; i++) {
            send(left[0], i, 1_250);
        }
        link.work(nowNs);
        assertThat(link.aToB().dropped(DropReason.QUEUE_FULL)).isEqualTo(6);
        for (int i = 1; i <= 4; i++) {
            nowNs = (5 + i) * MS - 1;
            link.work(nowNs);
            assertThat(received(right[0])).isEmpty();
            nowNs++;
            link.work(nowNs);
            assertThat(received(right[0])).containsExactly((long) i);
        }
        assertThat(link.aToB().dropped()).isEqualTo(6);
    }

    @Test
    void aPacketIsJudgedByTheTimeAtWhichItCame() {
        LinkBridge link = link(LinkModel.parse("rate=10M"), GOOD);
        send(left[0], 1, 1_250);
        link.work(nowNs);
        nowNs = 4 * MS;
        send(left[0], 2, 1_250);
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(1L);
        nowNs = 5 * MS - 1;
        link.work(nowNs);
        assertThat(received(right[0])).isEmpty();
        nowNs++;
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(2L);
    }

    @Test
    void theSeedDecidesWhatIsLost() {
        Set<List<Long>> fates = new TreeSet<>((x, y) -> x.toString().compareTo(y.toString()));
        for (long seed : new long[] {1, 1, 2}) {
            fates.add(arrivals(link(GOOD.loss(0.2), GOOD, seed), 500, 0));
        }
        assertThat(fates).hasSize(2).allSatisfy(each -> assertThat(each).hasSizeBetween(360, 440));
    }

    @Test
    void burstsLoseRunsOfPackets() {
        LinkBridge link = link(LinkModel.parse("bursts=0.4%,burstlength=5"), GOOD);
        List<Long> arrived = arrivals(link, 10_000, 0);
        long lost = 10_000L - arrived.size();
        assertThat(lost)
                .isEqualTo(link.aToB().dropped(DropReason.BURST_LOSS))
                .isBetween(100L, 320L);
        long runs = 0;
        for (int i = 1; i < arrived.size(); i++) {
            runs += arrived.get(i) - arrived.get(i - 1) > 1 ? 1 : 0;
        }
        assertThat(lost / (double) runs).as("length of a burst").isBetween(3.5, 6.5);
    }

    @Test
    void packetsAreOvertakenAndDuplicatedAndDamaged() {
        LinkBridge link =
                link(
                        LinkModel.parse(
                                "delay=1ms,reordering=10%,reorderdelay=5ms,duplication=10%"),
                        GOOD.corruption(1));
        List<Long> arrived = arrivals(link, 1_000, 10 * MS);
        assertThat(arrived).hasSize(1_000 + (int) link.aToB().duplicated());
        assertThat(new TreeSet<>(arrived)).hasSize(1_000);
        assertThat(arrived.subList(0, 800)).isSorted();
        assertThat(arrived).isNotEqualTo(arrived.stream().sorted().toList());
        assertThat(link.aToB().duplicated()).isBetween(60L, 140L);
        assertThat(link.aToB().overtaken()).isBetween(60L, 140L);

        send(right[0], 5, 8);
        link.work(nowNs);
        assertThat(receive(left[0], nowNs)).hasSize(1).doesNotContain(text(5));
        assertThat(link.bToA().corrupted()).isEqualTo(1);
    }

    @Test
    void aPacketLongerThanTheMtuOfTheOtherTransportIsDropped() {
        DirectLink[] long9000 =
                DirectLink.pair(new Capabilities(9_000, 0, 9_000, false, false, true, true, false));
        LinkBridge link = new LinkBridge(long9000[1], right[1], GOOD, GOOD, 1);
        send(long9000[0], 1, 1_501);
        send(long9000[0], 2, 1_500);
        link.work(nowNs);
        assertThat(received(right[0])).containsExactly(2L);
        assertThat(link.aToB().dropped(DropReason.TOO_LONG)).isEqualTo(1);
        assertThat(link.aToB().packets()).isEqualTo(2);
    }

    @Test
    void whereNobodyReceivesTheSenderIsHeldBackAndNothingIsLost() {
        LinkBridge link = link(GOOD, GOOD);
        int sent = 0;
        Packet room = left[0].claim(100);
        while (sent < 100_000 && room != null) {
            room.buffer().put(room.offset(), text(sent++));
            left[0].commit(room, nowNs);
            link.work(nowNs);
            room = left[0].claim(100);
        }
        assertThat(sent).isLessThan(100_000);
        List<Long> arrived = new ArrayList<>();
        List<Long> more = received(right[0]);
        while (!more.isEmpty()) {
            arrived.addAll(more);
            link.work(nowNs);
            more = received(right[0]);
        }
        assertThat(arrived).hasSize(sent).isSorted().doesNotHaveDuplicates();
        assertThat(link.aToB().delivered()).isEqualTo(sent);
        assertThat(link.aToB().dropped()).isZero();
    }

    @Test
    void transportsThatOffloadAreRefusedWithASentence() {
        Transport offloads =
                DirectLink.pair(new Capabilities(1_500, 0, 65_535, true, true, true, true, false))[
                        0];
        assertThatThrownBy(() -> new LinkBridge(left[1], offloads, GOOD, GOOD, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offload=off");
    }

    @Test
    void wordsDescribeALink() {
        assertThat(LinkModel.parse("")).isEqualTo(GOOD);
        LinkModel model =
                LinkModel.parse("delay=10ms,rate=100M,queue=166,loss=1%,bursts=0.2%,burstlength=8");
        assertThat(model.delayNs()).isEqualTo(10 * MS);
        assertThat(model.bitsPerSecond()).isEqualTo(100_000_000);
        assertThat(model.queuePackets()).isEqualTo(166);
        assertThat(model.loss()).isEqualTo(0.01);
        assertThat(model.burstEnter()).isEqualTo(0.002);
        assertThat(model.burstLength()).isEqualTo(8);
        for (String wrong : List.of("delay=10", "los=1%", "loss=1%,loss=2%", "loss", "loss=2")) {
            assertThatThrownBy(() -> LinkModel.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A transport whose await blocks until it is woken, and whose receive may throw. */
    private static final class Blocking extends ForwardingTransport {
        final CountDownLatch awaited = new CountDownLatch(1);
        private final CountDownLatch woken = new CountDownLatch(1);
        private boolean closed;
        private final boolean breaks;

        Blocking(Transport below, boolean breaks) {
            super(below);
            this.breaks = breaks;
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            if (breaks) {
                throw new IllegalStateException("broken on purpose");
            }
            return super.receive(into, nowNs);
        }

        @Override
        public void await(long timeoutNs) {
            awaited.countDown();
            try {
                woken.await(timeoutNs, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void wakeup() {
            woken.countDown();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void packetsAndFramesCantBeJoined() {
        Transport frames =
                DirectLink.pair(Capabilities.plain(1_514).withMedium(Medium.ETHERNET))[0];
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkBridge(left[1], frames, GOOD, GOOD, 1))
                .withMessageContaining("carries Ethernet frames, but a link whose other end is");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkBridge(frames, left[1], GOOD, GOOD, 1))
                .withMessageContaining("carries IP packets, but a link whose other end is");
        new LinkBridge(frames, frames, GOOD, GOOD, 1).close();
    }

    @Test
    void closeEndsARunFromAnotherThread() throws InterruptedException {
        Blocking a = new Blocking(left[1], false);
        Blocking b = new Blocking(right[1], false);
        LinkBridge link = new LinkBridge(a, b, GOOD, GOOD, 1);
        Thread runs = new Thread(link::run);
        runs.start();
        a.awaited.await();
        b.awaited.await();
        link.close();
        runs.join(10_000);
        assertThat(runs.isAlive()).isFalse();
        assertThat(a.closed && b.closed).as("run has closed both").isTrue();
    }

    @Test
    void aLinkThatHasNeverRunClosesBothTransports() {
        Blocking a = new Blocking(left[1], false);
        Blocking b = new Blocking(right[1], false);
        LinkBridge link = new LinkBridge(a, b, GOOD, GOOD, 1);
        link.close();
        assertThat(a.closed && b.closed).isTrue();
        link.run();
        assertThat(a.awaited.getCount()).as("nothing was carried").isEqualTo(1);
    }

    @Test
    void aTransportThatThrowsEndsTheRunWithItsFailure() {
        LinkBridge link =
                new LinkBridge(
                        new Blocking(left[1], false), new Blocking(right[1], true), GOOD, GOOD, 1);
        assertThatThrownBy(link::run)
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("broken on purpose");
    }
}
