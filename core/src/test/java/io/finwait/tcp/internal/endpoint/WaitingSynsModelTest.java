package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.context.Demultiplexer;
import io.finwait.wire.FourTuple;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The SYNs that wait against lists, also with a hash under which many stand in one bucket. */
class WaitingSynsModelTest {

    private final List<TcpIncoming> known = new ArrayList<>();
    private final Set<TcpIncoming> waiting = new LinkedHashSet<>();

    private static TcpIncoming some(SplittableRandom random, int spread) {
        TcpIncoming incoming = new TcpIncoming(null);
        incoming.set(
                0, 0xFFFF_0A00_0001L, 0, 0xFFFF_0A00_0002L, 80, 1_024 + random.nextInt(spread));
        return incoming;
    }

    @RepeatedTest(40)
    void findsEveryOneAndKeepsTheOrder(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        Demultiplexer hashes = new Demultiplexer(seed % 2 == 0 ? () -> 0 : random::nextLong);
        WaitingSyns syns = new WaitingSyns(hashes);
        int spread = seed % 4 < 2 ? 20 : 400;
        for (int step = 0; step < 1_500; step++) {
            String where = "seed " + seed + ", step " + step;
            TcpIncoming one = some(random, spread);
            TcpIncoming same =
                    known.stream().filter(each -> each.isSame(one)).findFirst().orElse(null);
            assertThat(syns.find(new FourTuple().set(one))).as(where).isSameAs(same);
            int what = random.nextInt(4);
            if (same == null && what < 3) {
                syns.add(one);
                known.add(one);
                waiting.add(one);
            } else if (same != null && what == 0) {
                syns.waitsNoMore(same);
                waiting.remove(same);
            } else if (same != null) {
                syns.remove(same);
                known.remove(same);
                waiting.remove(same);
            }
            assertThat(syns.queued()).as(where).isEqualTo(waiting.size());
            assertThat(syns.oldest())
                    .as(where)
                    .isSameAs(waiting.isEmpty() ? null : waiting.iterator().next());
        }
        List<TcpIncoming> all = new ArrayList<>();
        syns.forEach(all::add);
        assertThat(all).containsExactlyInAnyOrderElementsOf(known);
        List<TcpIncoming> inOrder = new ArrayList<>();
        while (syns.oldest() != null) {
            inOrder.add(syns.oldest());
            syns.waitsNoMore(syns.oldest());
        }
        assertThat(inOrder).containsExactlyElementsOf(waiting);
    }
}
