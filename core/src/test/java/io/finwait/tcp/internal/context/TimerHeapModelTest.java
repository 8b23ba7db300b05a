package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The heap of TCBs, and the timers of each, against a list of deadlines that is searched through.
 */
class TimerHeapModelTest {

    private static final Timer[] TIMERS = Timer.values();

    /** Where time stands, the wrap of a long among it. */
    private static final long[] BEGINNINGS = {0, -3_000, Long.MAX_VALUE - 3_000, 1L << 40};

    private final TimerHeap heap = new TimerHeap();
    private final List<Model> all = new ArrayList<>();
    private SplittableRandom random;
    private long now;
    private String where;

    private static final class Model {
        private final Tcb tcb = new Tcb(null);
        private final Long[] deadlines = new Long[TIMERS.length];

        /** The earliest deadline, as a distance from a time; MAX_VALUE when no timer runs. */
        long left(long nowNs) {
            long left = Long.MAX_VALUE;
            for (Long each : deadlines) {
                left = each == null ? left : Math.min(left, each - nowNs);
            }
            return left;
        }
    }

    private void start(Model model) {
        int timer = random.nextInt(TIMERS.length);
        long deadline = now + random.nextInt(500) - 20;
        if (deadline == Timers.OFF) {
            return;
        }
        model.tcb.timers.startAt(TIMERS[timer], deadline);
        model.deadlines[timer] = deadline;
        heap.place(model.tcb);
    }

    private void stop(Model model) {
        int timer = random.nextInt(TIMERS.length);
        model.tcb.timers.stop(TIMERS[timer]);
        model.deadlines[timer] = null;
        if (random.nextBoolean()) {
            heap.place(model.tcb);
        }
    }

    private void end(Model model) {
        heap.remove(model.tcb);
        heap.remove(model.tcb);
        model.tcb.timers.stopAll();
        Arrays.fill(model.deadlines, null);
    }

    /** What is due is told one after the other until nothing is. */
    private void fire() {
        Set<Tcb> wanted = new HashSet<>();
        all.stream().filter(each -> each.left(now) <= 0).forEach(each -> wanted.add(each.tcb));
        Set<Tcb> told = new HashSet<>();
        for (Tcb due = heap.due(now); due != null; due = heap.due(now)) {
            Tcb top = due;
            assertThat(told.add(due)).as("%s: told once", where).isTrue();
            Model model = all.stream().filter(each -> each.tcb == top).findFirst().orElseThrow();
            for (int i = 0; i < TIMERS.length; i++) {
                boolean isDue = model.deadlines[i] != null && model.deadlines[i] - now <= 0;
                assertThat(due.timers.isDue(TIMERS[i], now)).as(where).isEqualTo(isDue);
                if (isDue) {
                    due.timers.stop(TIMERS[i]);
                    model.deadlines[i] = null;
                }
            }
            heap.place(due);
        }
        assertThat(told).as(where).isEqualTo(wanted);
    }

    private void check() {
        long left = Long.MAX_VALUE;
        for (Model each : all) {
            left = Math.min(left, each.left(now));
        }
        long earliest = heap.earliest();
        if (left == Long.MAX_VALUE) {
            assertThat(earliest).as(where).isEqualTo(Timers.OFF);
        } else {
            assertThat(earliest - now).as(where).isEqualTo(left);
        }
    }

    @RepeatedTest(80)
    void tellsWhatIsDueAndWhatIsNext(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        random = new SplittableRandom(seed);
        now = BEGINNINGS[seed % BEGINNINGS.length];
        for (int i = 1 + random.nextInt(seed % 3 == 0 ? 4 : 60); i > 0; i--) {
            all.add(new Model());
        }
        for (int step = 0; step < 600; step++) {
            where = "seed %d, step %d".formatted(seed, step);
            Model model = all.get(random.nextInt(all.size()));
            switch (random.nextInt(8)) {
                case 0 -> stop(model);
                case 1 -> end(model);
                case 2 -> now += random.nextInt(30);
                case 3 -> fire();
                default -> start(model);
            }
            if (random.nextInt(4) == 0) {
                check();
            }
        }
        // And all go, in any order.
        while (!all.isEmpty()) {
            end(all.remove(random.nextInt(all.size())));
            check();
        }
    }
}
