package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The rings of what was sent when, for the first time and again, against lists. */
class RingsModelTest {

    private record Piece(int begin, int end, long time) {}

    private static int somewhere(int seed, SplittableRandom random) {
        return switch (seed % 3) {
            case 0 -> -random.nextInt(2_000);
            case 1 -> Integer.MAX_VALUE - random.nextInt(2_000);
            default -> random.nextInt();
        };
    }

    @RepeatedTest(60)
    void timesOfWhatWasSentAreThoseOfAList(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        SentTimes times = new SentTimes();
        int first = somewhere(seed, random);
        for (int connection = 0; connection < 3; connection++) {
            List<Piece> model = new ArrayList<>();
            int una = first;
            int nxt = first;
            long now = random.nextLong();
            for (int step = 0; step < 200; step++) {
                String where = "seed %d, %d, step %d".formatted(seed, connection, step);
                now += random.nextInt(3);
                if (random.nextInt(5) < 3) {
                    int end = nxt + random.nextInt(1, 30);
                    times.add(end, now);
                    Piece last = model.isEmpty() ? null : model.get(model.size() - 1);
                    if (last != null && last.time() == now) {
                        model.set(model.size() - 1, new Piece(last.begin(), end, now));
                    } else {
                        model.add(new Piece(nxt, end, now));
                    }
                    nxt = end;
                } else {
                    una += random.nextInt(Math.min(nxt - una, 60) + 1);
                    long told = times.acknowledged(una);
                    Piece holder = null;
                    for (Piece each : model) {
                        if (una - each.begin() > 0 && una - each.end() <= 0) {
                            holder = each;
                        }
                    }
                    if (holder != null) {
                        assertThat(told).as(where).isEqualTo(holder.time());
                    }
                    int reached = una;
                    model.removeIf(each -> each.end() - reached <= 0);
                }
                assertThat(times.count()).as(where).isEqualTo(model.size());
                for (int i = 0; i < model.size(); i++) {
                    assertThat(times.end(i)).as(where).isEqualTo(model.get(i).end());
                    assertThat(times.time(i)).as(where).isEqualTo(model.get(i).time());
                }
                for (int number = una; number != nxt + 1; number++) {
                    int entry = 0;
                    while (entry < model.size() && model.get(entry).end() - number <= 0) {
                        entry++;
                    }
                    assertThat(times.entryOf(number)).as(where).isEqualTo(entry);
                }
            }
            times.clear();
            assertThat(times.count()).isZero();
        }
    }

    /** Of more than it holds the last time counts, which is never too early. */
    @Test
    void noMoreThanSoManyTimesAreHeld() {
        SentTimes times = new SentTimes();
        for (int i = 1; i <= 20_000; i++) {
            times.add(i, 10L * i);
        }
        assertThat(times.count()).isEqualTo(1 << 14);
        assertThat(times.time((1 << 14) - 2)).isEqualTo(10L * ((1 << 14) - 1));
        assertThat(times.time((1 << 14) - 1)).isEqualTo(200_000);
        assertThat(times.end((1 << 14) - 1)).isEqualTo(20_000);
        assertThat(times.acknowledged(10)).isEqualTo(100);
        times.add(20_001, 200_010);
        assertThat(times.count()).isEqualTo((1 << 14) - 9);
    }

    @Test
    void anAckOfNothingThatWasSentForgetsNothing() {
        SentTimes times = new SentTimes();
        times.acknowledged(100);
        times.add(100, 7);
        assertThat(times.acknowledged(0)).isEqualTo(7);
        assertThat(times.count()).isEqualTo(1);
        assertThat(times.entryOf(99)).isZero();
        assertThat(times.entryOf(100)).as("nobody has it").isEqualTo(1);
    }

    @RepeatedTest(60)
    void whatWasSentAgainStandsInItsOrder(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        AgainTimes times = AgainTimes.NOTHING.orOfItsOwn();
        assertThat(times).isNotSameAs(AgainTimes.NOTHING);
        assertThat(times.orOfItsOwn()).isSameAs(times);
        List<Piece> model = new ArrayList<>();
        int first = somewhere(seed, random);
        long now = random.nextLong();
        for (int step = 0; step < 300; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            now += random.nextInt(2);
            Piece last = model.isEmpty() ? null : model.get(model.size() - 1);
            if (random.nextInt(8) < 5) {
                boolean follows = last != null && random.nextBoolean();
                int begin = follows ? last.end() : first + random.nextInt(2_000);
                int end = begin + random.nextInt(1, 30);
                times.add(begin, end, now);
                if (last != null && last.time() == now && last.end() == begin) {
                    model.set(model.size() - 1, new Piece(last.begin(), end, now));
                } else {
                    model.add(new Piece(begin, end, now));
                }
            } else if (last != null) {
                Piece oldest = model.get(0);
                int part = random.nextInt(1, oldest.end() - oldest.begin() + 1);
                if (random.nextBoolean()) {
                    times.removeFirst();
                    model.remove(0);
                } else {
                    int to = oldest.begin() + part;
                    times.removeFirst(to);
                    model.remove(0);
                    if (to != oldest.end()) {
                        model.add(0, new Piece(to, oldest.end(), oldest.time()));
                    }
                }
            }
            assertThat(times.count()).as(where).isEqualTo(model.size());
            List<Piece> held = new ArrayList<>();
            for (int i = 0; i < times.count(); i++) {
                held.add(new Piece(times.begin(i), times.end(i), times.time(i)));
            }
            assertThat(held).as(where).containsExactlyElementsOf(model);
            if (random.nextInt(100) == 0) {
                times.clear();
                model.clear();
            }
        }
    }

    /** Numbers count from the first one, and times from now, so that equal states look equal. */
    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 10, -10})
    void digestsTellNumbersAndTimesRelativeToOthers(int iss) {
        SentTimes sent = new SentTimes();
        AgainTimes again = AgainTimes.NOTHING.orOfItsOwn();
        sent.add(iss + 20, 1_000);
        sent.add(iss + 50, 1_700);
        again.add(iss + 5, iss + 8, 1_900);
        List<Long> words = new ArrayList<>();
        sent.digest(iss, 2_000, words::add);
        assertThat(words).containsExactly(2L, 20L, 1_000L, 50L, 300L);
        words.clear();
        again.digest(iss, 2_000, words::add);
        assertThat(words).containsExactly(1L, 5L, 8L, 100L);
    }
}
