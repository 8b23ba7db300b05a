package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.loss.NewReno;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A queue of TCBs against a list: whatever goes from wherever it stands. */
class TcbQueueModelTest {

    @RepeatedTest(20)
    void isAListFromTheOldestToTheNewest(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        TcbQueue queue = new TcbQueue();
        List<Tcb> model = new ArrayList<>();
        List<Tcb> outside = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            outside.add(new Tcb(new NewReno()));
        }
        for (int step = 0; step < 300; step++) {
            boolean adds = model.isEmpty() || (!outside.isEmpty() && random.nextBoolean());
            if (adds) {
                Tcb tcb = outside.remove(random.nextInt(outside.size()));
                queue.add(tcb);
                model.add(tcb);
            } else {
                Tcb tcb = model.remove(random.nextInt(model.size()));
                queue.remove(tcb);
                outside.add(tcb);
                assertThat(tcb.older).isNull();
                assertThat(tcb.newer).isNull();
            }
            String where = "seed %d, step %d".formatted(seed, step);
            assertThat(queue.size()).as(where).isEqualTo(model.size());
            List<Tcb> forwards = new ArrayList<>();
            Tcb before = null;
            for (Tcb each = queue.oldest(); each != null; each = each.newer) {
                assertThat(each.older).as(where).isSameAs(before);
                forwards.add(each);
                before = each;
            }
            assertThat(forwards).as(where).containsExactlyElementsOf(model);
        }
    }
}
