package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The dice of a link, over many packets of fixed seeds. */
class ImpairmentTest {

    private static final int PACKETS = 100_000;
    private static final int LENGTH = 1_000;

    private static Impairment link(LinkModel model) {
        return new Impairment(model, 4711);
    }

    private static List<DropReason> fates(LinkModel model) {
        Impairment link = link(model);
        List<DropReason> fates = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            link.judge(LENGTH, i);
            fates.add(link.drop());
        }
        return fates;
    }

    private static long count(List<DropReason> fates, DropReason reason) {
        return fates.stream().filter(fate -> fate == reason).count();
    }

    @Test
    void losesTheShareThatItIsToldTo() {
        assertThat(count(fates(LinkModel.perfect()), null)).isEqualTo(PACKETS);
        assertThat(count(fates(LinkModel.perfect().loss(0.1)), DropReason.LOSS))
                .isBetween(9_700L, 10_300L);
        assertThat(count(fates(LinkModel.perfect().loss(0.6)), DropReason.LOSS))
                .isBetween(59_500L, 60_500L);
        assertThat(count(fates(LinkModel.perfect().loss(1)), DropReason.LOSS)).isEqualTo(PACKETS);
    }

    @Test
    void losesBurstsOfTheAverageLength() {
        List<DropReason> fates = fates(LinkModel.perfect().burstLoss(0.01, 5));
        int bursts = 0;
        for (int i = 1; i < PACKETS; i++) {
            if (fates.get(i) != null && fates.get(i - 1) == null) {
                bursts++;
            }
        }
        long lost = count(fates, DropReason.BURST_LOSS);
        assertThat((double) lost / bursts).isCloseTo(5, within(0.3));
        // A gap has 100 packets on average, so of 105 packets 5 are lost.
        assertThat((double) lost / PACKETS).isCloseTo(5.0 / 105, within(0.005));
    }

    @Test
    void jitterIsEvenlySpreadAndKeepsTheOrder() {
        Impairment link = link(LinkModel.perfect().delay(1_000).jitter(100));
        double sum = 0;
        for (int i = 0; i < PACKETS; i++) {
            long now = i * 1_000L;
            link.judge(LENGTH, now);
            long extra = link.arrivalNs() - now - 1_000;
            assertThat(extra).isBetween(0L, 100L);
            sum += extra;
        }
        assertThat(sum / PACKETS).isCloseTo(50, within(1.0));

        Impairment close = link(LinkModel.perfect().jitter(1_000_000));
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            close.judge(LENGTH, i);
            assertThat(close.arrivalNs()).isGreaterThanOrEqualTo(last);
            last = close.arrivalNs();
        }
    }

    @Test
    void reordersByDelayingSomePacketsMore() {
        Impairment link = link(LinkModel.perfect().delay(10).reordering(0.2, 5_000));
        int late = 0;
        for (int i = 0; i < PACKETS; i++) {
            link.judge(LENGTH, i);
            assertThat(link.arrivalNs() - i).isIn(10L, 5_010L);
            late += link.arrivalNs() - i == 5_010 ? 1 : 0;
        }
        assertThat(late).isBetween(19_500, 20_500);
    }

    @Test
    void duplicatesTheShareThatItIsToldTo() {
        Impairment link = link(LinkModel.perfect().duplication(0.05));
        int twice = 0;
        for (int i = 0; i < PACKETS; i++) {
            link.judge(LENGTH, i);
            twice += link.duplicated() ? 1 : 0;
        }
        assertThat(twice).isBetween(4_800, 5_200);
    }

    @Test
    void corruptsOneOctetAnywhereInThePacket() {
        Impairment link = link(LinkModel.perfect().corruption(0.5));
        ByteBuffer octets = ByteBuffer.allocate(LENGTH + 7);
        int[] hits = new int[LENGTH];
        int corrupted = 0;
        for (int i = 0; i < PACKETS; i++) {
            link.judge(LENGTH, i);
            int index = link.corrupt(octets, 7);
            assertThat(index >= 0).isEqualTo(link.corrupts());
            if (index >= 0) {
                corrupted++;
                hits[index]++;
                assertThat(octets.get(7 + index)).isNotZero();
                octets.put(7 + index, (byte) 0);
            }
        }
        assertThat(octets).isEqualTo(ByteBuffer.allocate(LENGTH + 7));
        assertThat(corrupted).isBetween(49_500, 50_500);
        assertThat(hits).as("each octet is hit, about 50 times").doesNotContain(0);
        assertThat(hits[0]).isBetween(20, 90);
        assertThat(hits[LENGTH - 1]).isBetween(20, 90);
    }

    @Test
    void letsPacketsLeaveOneAfterTheOtherAtItsRate() {
        Impairment link = link(LinkModel.perfect().rate(8_000_000, 10).delay(500));
        link.judge(1_000, 100);
        assertThat(link.departureNs()).isEqualTo(100 + 1_000_000);
        assertThat(link.arrivalNs()).isEqualTo(100 + 1_000_000 + 500);
        link.judge(500, 100);
        assertThat(link.departureNs()).isEqualTo(100 + 1_500_000);
        link.judge(1_000, 5_000_000);
        assertThat(link.departureNs()).as("idle in between").isEqualTo(6_000_000);
    }

    @Test
    void dropsWhatTheQueueDoesNotTake() {
        Impairment link = link(LinkModel.perfect().rate(8_000, 2));
        for (int i = 0; i < 2; i++) {
            link.judge(LENGTH, 0);
            assertThat(link.drop()).isNull();
            link.enqueued();
        }
        link.judge(LENGTH, 0);
        assertThat(link.drop()).isEqualTo(DropReason.QUEUE_FULL);
        assertThat(link.departureNs()).as("takes no time of the link").isZero();
        link.departed();
        link.judge(LENGTH, 0);
        assertThat(link.drop()).isNull();
        assertThat(link.departureNs()).isEqualTo(3_000_000_000L);
    }

    @Test
    void dropsWhatIsLongerThanTheMtu() {
        Impairment link = link(LinkModel.perfect().mtu(576));
        link.judge(576, 0);
        assertThat(link.drop()).isNull();
        link.judge(577, 0);
        assertThat(link.drop()).isEqualTo(DropReason.TOO_LONG);
    }

    @Test
    void isPartedFromOneTimeToAnother() {
        Impairment link = link(LinkModel.perfect().partition(100, 200));
        long[] times = {99, 100, 199, 200};
        DropReason[] fates = {null, DropReason.PARTITION, DropReason.PARTITION, null};
        for (int i = 0; i < times.length; i++) {
            link.judge(LENGTH, times[i]);
            assertThat(link.drop()).as("at %d", times[i]).isEqualTo(fates[i]);
        }
    }

    @Test
    void oneFaultLeavesTheDiceOfTheOthersAlone() {
        LinkModel lossy = LinkModel.perfect().loss(0.3);
        LinkModel worse =
                lossy.jitter(1_000).delay(10).duplication(0.5).corruption(0.5).reordering(0.5, 99);
        assertThat(fates(worse)).isEqualTo(fates(lossy));
        List<DropReason> more = fates(LinkModel.perfect().loss(0.4));
        List<DropReason> less = fates(lossy);
        for (int i = 0; i < PACKETS; i++) {
            assertThat(less.get(i) == null || more.get(i) != null).isTrue();
        }
    }

    @Test
    void refusesImpossibleModels() {
        assertThatThrownBy(() -> LinkModel.perfect().loss(1.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("loss is 1.1; choose 0 to 1");
        assertThatThrownBy(() -> LinkModel.perfect().loss(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LinkModel.perfect().delay(-1))
                .hasMessage("delayNs is -1; choose 0 or more");
        assertThatThrownBy(() -> LinkModel.perfect().burstLoss(0.1, 0.5))
                .hasMessageContaining("burstLength");
        assertThatThrownBy(() -> LinkModel.perfect().rate(1, 0))
                .hasMessageContaining("queuePackets");
        assertThatThrownBy(() -> LinkModel.perfect().partition(2, 1))
                .hasMessageContaining("partitionToNs");
        assertThatThrownBy(() -> LinkModel.perfect().mtu(70_000)).hasMessageContaining("mtu");
    }
}
