package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** A line of delayed packets beside a list that is searched from end to end. */
class DelayLineTest {

    private static final int ROOM = 8;

    /** What the list knows of a packet. */
    private record Waiting(int name, long departureNs, long arrivalNs, int added) {}

    private final Impairment dice = new Impairment(LinkModel.perfect(), 1);
    private final DelayLine line = new DelayLine(dice, ROOM);
    private final Packet packet = new Packet();

    DelayLineTest() {
        packet.set(ByteBuffer.allocate(ROOM), 0, ROOM);
    }

    private Packet add(int name, long nowNs, long departureNs, long arrivalNs) {
        packet.buffer().putInt(0, name);
        return line.add(packet, nowNs, departureNs, arrivalNs);
    }

    private int takeFirst() {
        int name = line.first().buffer().getInt(line.first().offset());
        line.removeFirst();
        return name;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000, Long.MAX_VALUE - 500, -500})
    void packetsComeWhenTheyAreDueInTheOrderOfTheirTimes(long beginNs) {
        Random random = new Random(beginNs);
        List<Waiting> expected = new ArrayList<>();
        for (int step = 0; step < 2_000; step++) {
            long nowNs = beginNs + step;
            // Who is there already departs before who comes now.
            boolean unused = line.isDue(nowNs);
            if (random.nextInt(3) > 0) {
                long departureNs = nowNs + random.nextInt(10);
                long arrivalNs = departureNs + random.nextInt(30);
                assertThat(add(step, nowNs, departureNs, arrivalNs)).isNotNull();
                expected.add(new Waiting(step, departureNs, arrivalNs, step));
            }
            List<Integer> due = new ArrayList<>();
            while (line.isDue(nowNs)) {
                due.add(takeFirst());
            }
            List<Waiting> arrived =
                    expected.stream()
                            .filter(each -> each.arrivalNs - nowNs <= 0)
                            .sorted(
                                    Comparator.<Waiting>comparingLong(
                                                    each -> each.arrivalNs - nowNs)
                                            .thenComparingLong(each -> each.departureNs - nowNs)
                                            .thenComparingInt(Waiting::added))
                            .toList();
            assertThat(due).as("at %d", nowNs).isEqualTo(names(arrived));
            expected.removeAll(arrived);
            assertThat(line.nextNs()).isEqualTo(next(expected, nowNs));
        }
    }

    private static List<Integer> names(List<Waiting> packets) {
        return packets.stream().map(Waiting::name).toList();
    }

    /** A departure that is still to come, or an arrival. */
    private static long next(List<Waiting> expected, long nowNs) {
        return expected.stream()
                .map(each -> each.departureNs - nowNs > 0 ? each.departureNs : each.arrivalNs)
                .min(Comparator.comparingLong(each -> each - nowNs))
                .orElse(Long.MAX_VALUE);
    }

    @Test
    void whoIsFullTakesNoMoreWhetherTheyWaitOrTravel() {
        for (int i = 0; i < FaultTransport.MOST_DELAYED; i++) {
            assertThat(add(i, 0, i % 2, 10)).isNotNull();
        }
        assertThat(add(-1, 0, 0, 10)).isNull();
        assertThat(line.isDue(10)).isTrue();
        line.removeFirst();
        assertThat(add(-1, 0, 0, 10)).isNotNull();
        assertThat(add(-1, 0, 0, 10)).isNull();
    }

    @Test
    void whatIsClearedNeverComes() {
        add(1, 0, 0, 20);
        add(2, 0, 0, 10);
        add(3, 0, 5, 30);
        add(4, 0, 4, 30);
        line.clear();
        assertThat(line.nextNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(line.isDue(100)).isFalse();
    }

    @Test
    void whatIsLentKeepsItsOctetsUntilItIsGivenBack() {
        add(1, 0, 0, 0);
        assertThat(line.isDue(0)).isTrue();
        Packet lent = line.lend();
        add(2, 0, 0, 0);
        assertThat(lent.buffer().getInt(lent.offset())).isEqualTo(1);
        line.giveBackLent();
        assertThat(add(3, 0, 0, 0)).as("its buffer is used again").isSameAs(lent);
    }
}
