package io.finwait.tcp.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Ranges of numbers against a set of bits, with everything that adds, removes and asks; and what a
 * SACK option lists of them against a list of additions.
 */
class SequenceRangesModelTest {

    private static final int SPAN = 400;

    private final SequenceRanges ranges = new SequenceRanges();
    private final BitSet bits = new BitSet();

    /** A number of each addition, the newest first, without those that later ones took in. */
    private final List<Integer> newest = new ArrayList<>();

    private int base;

    @RepeatedTest(100)
    void areASetOfNumbers(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        base =
                switch (seed % 3) {
                    case 0 -> -random.nextInt(SPAN);
                    case 1 -> Integer.MAX_VALUE - random.nextInt(SPAN);
                    default -> random.nextInt();
                };
        for (int step = 0; step < 200; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            int from = random.nextInt(SPAN);
            int to = from + random.nextInt(1, 30);
            int action = random.nextInt(12);
            if (action < 7) {
                assertThat(ranges.add(base + from, base + to, Integer.MAX_VALUE)).isTrue();
                bits.set(from, to);
                added(from);
            } else if (action < 10) {
                int there = bits.get(from, to).cardinality();
                assertThat(ranges.remove(base + from, base + to)).as(where).isEqualTo(there);
                bits.clear(from, to);
            } else if (action == 10 && !bits.isEmpty()) {
                int nxt = bits.nextSetBit(random.nextInt(bits.length()));
                int behind = bits.nextClearBit(nxt);
                assertThat(ranges.advance(base + nxt)).as(where).isEqualTo(base + behind);
                bits.clear(0, behind);
            } else if (random.nextInt(30) == 0) {
                ranges.clear();
                bits.clear();
                newest.clear();
            }
            check(random, where);
        }
    }

    /** The range of this addition is the newest; what it has taken in is one with it. */
    private void added(int number) {
        int left = bits.previousClearBit(number) + 1;
        int right = bits.nextClearBit(number);
        newest.removeIf(each -> each >= left && each < right);
        newest.add(0, left);
        if (newest.size() > 4) {
            newest.remove(/* index */ 4);
        }
    }

    private void check(SplittableRandom random, String where) {
        List<int[]> all = new ArrayList<>();
        for (int left = bits.nextSetBit(0); left >= 0; ) {
            int right = bits.nextClearBit(left);
            all.add(new int[] {left, right});
            left = bits.nextSetBit(right);
        }
        assertThat(ranges.count()).as(where).isEqualTo(all.size());
        assertThat(ranges.octets()).as(where).isEqualTo(bits.cardinality());
        for (int i = 0; i < all.size(); i++) {
            assertThat(ranges.left(i)).as(where).isEqualTo(base + all.get(i)[0]);
            assertThat(ranges.right(i)).as(where).isEqualTo(base + all.get(i)[1]);
        }
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(SPAN + 40);
            int to = from + random.nextInt(1, 40);
            ask(all, from, to, where + ", " + from + " to " + to);
        }
        choose(all, random.nextInt(5), where);
        digest(all, where);
    }

    private void ask(List<int[]> all, int from, int to, String where) {
        BitSet there = bits.get(from, to);
        assertThat(ranges.has(base + from, base + to))
                .as(where)
                .isEqualTo(there.cardinality() == to - from);
        assertThat(ranges.octetsIn(base + from, base + to))
                .as(where)
                .isEqualTo(there.cardinality());
        assertThat(ranges.endOfRangeWith(base + from))
                .as(where)
                .isEqualTo(base + (bits.get(from) ? bits.nextClearBit(from) : from));
        int reaches = 0;
        while (reaches < all.size() && all.get(reaches)[1] < from) {
            reaches++;
        }
        assertThat(ranges.firstThatReaches(base + from)).as(where).isEqualTo(reaches);
        int overlap = -1;
        int nextLeft = base - 77;
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i)[0] < to && all.get(i)[1] > from) {
                overlap = i;
            }
            if (all.get(i)[0] > from) {
                nextLeft = base + all.get(i)[0];
            }
        }
        assertThat(ranges.firstOverlap(base + from, base + to)).as(where).isEqualTo(overlap);
        assertThat(ranges.nextLeft(base + from, base - 77)).as(where).isEqualTo(nextLeft);
    }

    /** The places of those added last that are still there, each once, and then the nearest. */
    private List<Integer> order(List<int[]> all) {
        List<Integer> order = new ArrayList<>(latest(all));
        for (int i = 0; i < all.size(); i++) {
            if (!order.contains(i)) {
                order.add(i);
            }
        }
        return order;
    }

    private List<Integer> latest(List<int[]> all) {
        List<Integer> order = new ArrayList<>();
        for (int number : newest) {
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i)[0] <= number && number < all.get(i)[1]) {
                    order.add(i);
                }
            }
        }
        return order;
    }

    private void choose(List<int[]> all, int most, String where) {
        List<Integer> wanted = order(all).stream().distinct().limit(most).toList();
        assertThat(ranges.choose(most)).as(where).isEqualTo(wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(ranges.chosen(i)).as("%s: choice %d", where, i).isEqualTo(wanted.get(i));
        }
    }

    private void digest(List<int[]> all, String where) {
        List<Long> words = new ArrayList<>();
        words.add((long) all.size());
        all.forEach(each -> Collections.addAll(words, (long) each[0], (long) each[1]));
        List<Long> told = new ArrayList<>();
        ranges.digest(base, false, told::add);
        assertThat(told).as(where).isEqualTo(words);
        latest(all).forEach(each -> words.add((long) each));
        told.clear();
        ranges.digest(base, true, told::add);
        assertThat(told).as(where).isEqualTo(words);
    }

    @Test
    void whatNobodyHasIsSharedAndStaysEmpty() {
        SequenceRanges own = SequenceRanges.NOTHING.orOfItsOwn();
        assertThat(own).isNotSameAs(SequenceRanges.NOTHING);
        assertThat(own.orOfItsOwn()).isSameAs(own);
        assertThat(own.remove(0, 10)).isZero();
        assertThat(own.advance(5)).isEqualTo(5);
        assertThat(own.choose(4)).isZero();
        own.clear();
        own.add(10, 20, 1);
        assertThat(own).hasToString("1 ranges [10]");
        assertThat(SequenceRanges.NOTHING.count()).isZero();
    }

    /** One that was dropped for want of place is not listed, and its octets are not counted. */
    @Test
    void whatMadePlaceIsNotListed() {
        ranges.add(100, 110, 2);
        ranges.add(300, 310, 2);
        assertThat(ranges.add(200, 205, 2)).isTrue();
        assertThat(ranges.octets()).isEqualTo(15);
        assertThat(ranges.choose(4)).isEqualTo(2);
        assertThat(ranges.left(ranges.chosen(0))).isEqualTo(200);
        assertThat(ranges.left(ranges.chosen(1))).isEqualTo(100);
    }

    /** Taken from the front and added behind, for long: places are used again. */
    @Test
    void manyRangesComeAndGo() {
        int nxt = Integer.MAX_VALUE - 5_000;
        for (int i = 1; i <= 20; i++) {
            ranges.add(nxt + 10 * i, nxt + 10 * i + 5, Integer.MAX_VALUE);
        }
        for (int round = 0; round < 2_000; round++) {
            assertThat(ranges.advance(nxt + 10)).isEqualTo(nxt + 15);
            nxt += 10;
            assertThat(ranges.add(nxt + 200, nxt + 205, Integer.MAX_VALUE)).isTrue();
            assertThat(ranges.count()).isEqualTo(20);
            assertThat(ranges.left(0)).isEqualTo(nxt + 10);
            assertThat(ranges.right(19)).isEqualTo(nxt + 205);
            assertThat(ranges.octets()).isEqualTo(100);
        }
    }
}
