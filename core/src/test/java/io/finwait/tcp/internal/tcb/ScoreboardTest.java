package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.wire.TcpOptions;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The scoreboard against the words of RFC 8985 §6.2 and RFC 6675 §4, octet by octet: segments leave
 * at times of their own, a peer takes them in any order, and numbers wrap around.
 */
class ScoreboardTest {

    private static final int MSS = 10;
    private static final int SEGMENTS = 40;
    private static final int END = SEGMENTS * MSS;

    private final Scoreboard scoreboard = new Scoreboard();
    private final boolean[] held = new boolean[END];
    private final boolean[] lost = new boolean[END];

    /** When what is on its way was sent, the first time or again. */
    private final long[] sentAt = new long[END];

    private final boolean[] again = new boolean[END];
    private final long[] firstAt = new long[END];
    private int everAgainTo;
    private int una;
    private int nxt;
    private long now = 1_000;

    private long rackSentAt = -1;
    private int rackEnd;
    private long rackRtt;
    private long minRtt;

    @RepeatedTest(300)
    void tellsWhatIsLostAndWhatIsOnItsWay(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        int first =
                switch (seed % 3) {
                    case 0 -> -random.nextInt(END);
                    case 1 -> Integer.MAX_VALUE - random.nextInt(END);
                    default -> random.nextInt();
                };
        scoreboard.reset(first);
        for (int step = 0; step < 150; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            now += random.nextInt(1, 40);
            scoreboard.ackArrives(now);
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5, 6 -> send(first, random);
                case 7, 8, 9 -> acknowledge(first, random);
                case 10, 11, 12, 13 -> {
                    for (int i = random.nextInt(1, 4); i > 0; i--) {
                        sendAgain(first);
                    }
                }
                case 14 -> timeout(first);
                case 15, 16, 17 -> detect(random, where);
                default -> report(first, random, where);
            }
            check(first, where);
        }
    }

    private void send(int first, SplittableRandom random) {
        int behind = Math.min(END, nxt + MSS * random.nextInt(1, 4));
        if (behind == nxt) {
            return;
        }
        scoreboard.sent(first + nxt, first + behind, first + nxt, now);
        Arrays.fill(sentAt, nxt, behind, now);
        Arrays.fill(firstAt, nxt, behind, now);
        nxt = behind;
    }

    private void sendAgain(int first) {
        int next = scoreboard.nextLost(first + nxt) - first;
        if (next == nxt) {
            return;
        }
        int behind = Math.min(next + MSS, scoreboard.holeEnd(first + next, first + nxt) - first);
        scoreboard.sent(first + next, first + behind, first + nxt, now);
        for (int i = next; i < behind; i++) {
            sentAt[i] = now;
            again[i] = true;
            lost[i] = false;
        }
        everAgainTo = Math.max(everAgainTo, behind);
    }

    /** A segment arrives, and the peer reports the run of which it is a part. */
    private void report(int first, SplittableRandom random, String where) {
        int left = random.nextInt(SEGMENTS) * MSS;
        int right = left + MSS;
        if (left <= una || right > nxt) {
            return;
        }
        boolean news = !held[left];
        arrive(left, right);
        while (left > una + 1 && held[left - 1]) {
            left--;
        }
        while (right < nxt && held[right]) {
            right++;
        }
        assertThat(scoreboard.take(sack(first + left, first + right), first + nxt))
                .as(where)
                .isEqualTo(news);
    }

    private void acknowledge(int first, SplittableRandom random) {
        int ack = Math.min(nxt, una + MSS * random.nextInt(3));
        while (ack < nxt && held[ack]) {
            ack++;
        }
        arrive(una, ack);
        una = ack;
        scoreboard.acknowledged(first + una);
    }

    /** Step 2: the last one sent of what has arrived, and how long it took. */
    private void arrive(int from, int to) {
        int at = from;
        while (at < to) {
            int end = at;
            while (end < to && !held[end]) {
                end++;
            }
            arriveTogether(at, end, false);
            arriveTogether(at, end, true);
            Arrays.fill(held, at, end, true);
            Arrays.fill(again, at, end, false);
            Arrays.fill(lost, at, end, false);
            at = end + 1;
        }
    }

    private void arriveTogether(int from, int to, boolean inAgain) {
        for (int i = from; i < to; i++) {
            if (again[i] == inAgain) {
                long time = inAgain ? sentAt[i] : firstAt[i];
                long rtt = now - time;
                boolean maybeAgain = i < everAgainTo;
                if (!maybeAgain && (minRtt == 0 || rtt < minRtt)) {
                    minRtt = rtt;
                }
                boolean later = time > rackSentAt || (time == rackSentAt && i >= rackEnd);
                if (later && (!maybeAgain || rtt >= minRtt)) {
                    rackSentAt = time;
                    rackEnd = i + 1;
                    rackRtt = rtt;
                }
            }
        }
    }

    /** Step 5. */
    private void detect(SplittableRandom random, String where) {
        long window = random.nextInt(30);
        long next = Timers.OFF;
        for (int i = una; i < nxt; i++) {
            boolean before = sentAt[i] < rackSentAt || (sentAt[i] == rackSentAt && i + 1 < rackEnd);
            if (!held[i] && !lost[i] && before) {
                long due = sentAt[i] + rackRtt + window;
                if (due <= now) {
                    lost[i] = true;
                    again[i] = false;
                } else {
                    next = Math.min(next, due);
                }
            }
        }
        assertThat(scoreboard.detectLost(now, window)).as(where).isEqualTo(next);
    }

    private void timeout(int first) {
        for (int i = una; i < nxt; i++) {
            lost[i] = !held[i];
            again[i] = false;
        }
        scoreboard.timeout(first + nxt);
    }

    private void check(int first, String where) {
        int pipe = 0;
        int nextLost = nxt;
        for (int i = nxt - 1; i >= una; i--) {
            pipe += held[i] || lost[i] ? 0 : 1;
            nextLost = lost[i] ? i : nextLost;
        }
        assertThat(scoreboard.pipe(first + nxt)).as(where).isEqualTo(pipe);
        assertThat(scoreboard.nextLost(first + nxt) - first).as(where).isEqualTo(nextLost);
        assertThat(scoreboard.hasLost()).as(where).isEqualTo(nextLost < nxt);
        int end = nextLost;
        while (end < nxt && lost[end]) {
            end++;
        }
        if (nextLost < nxt) {
            assertThat(scoreboard.holeEnd(first + nextLost, first + nxt) - first)
                    .as(where)
                    .isEqualTo(end);
        }
    }

    private static TcpOptions sack(int left, int right) {
        ByteBuffer option = ByteBuffer.allocate(12);
        TcpOptions.writeSackHead(option, 0, 1);
        option.putInt(4, left).putInt(8, right);
        TcpOptions options = new TcpOptions();
        options.parse(option, 0, 12);
        return options;
    }

    private void sendTo(int end) {
        scoreboard.sent(0, end, 0, 1_000);
        scoreboard.ackArrives(1_100);
    }

    /** What is reported stays so across a timeout (RFC 2018 §8), until the peer asks for it. */
    @Test
    void aTimeoutForgetsWhatIsHeldOnlyWhereThePeerHasGivenSomethingUp() {
        scoreboard.reset(0);
        sendTo(10 * MSS);
        scoreboard.take(sack(2 * MSS, 4 * MSS), 10 * MSS);
        scoreboard.take(sack(6 * MSS, 8 * MSS), 10 * MSS);
        scoreboard.timeout(10 * MSS);
        assertThat(scoreboard.heldOctets()).isEqualTo(4 * MSS);
        scoreboard.acknowledged(3 * MSS);
        assertThat(scoreboard.nextLost(10 * MSS)).as("it asks for what it had").isEqualTo(3 * MSS);
        assertThat(scoreboard.heldOctets()).isEqualTo(2 * MSS);
        scoreboard.timeout(10 * MSS);
        assertThat(scoreboard.heldOctets()).isZero();
    }

    /** What is sent again after it was reported elsewhere is not on its way where it is held. */
    @Test
    void i17_whatIsHeldAndSentAgainIsNotOnItsWay() {
        scoreboard.reset(0);
        sendTo(10 * MSS);
        scoreboard.take(sack(2 * MSS, 4 * MSS), 10 * MSS);
        scoreboard.sent(0, 10 * MSS, 10 * MSS, 1_200);
        assertThat(scoreboard.pipe(10 * MSS)).isEqualTo(8 * MSS);
        scoreboard.acknowledged(4 * MSS);
        assertThat(scoreboard.pipe(10 * MSS)).isEqualTo(6 * MSS);
    }

    /** Nothing held and nothing sent again: no later number can tell of a loss. */
    @Test
    void nothingMayBeLostWhereNothingIsHeldOrSentAgain() {
        scoreboard.reset(0);
        assertThat(scoreboard.mayLose()).isFalse();
        sendTo(10 * MSS);
        assertThat(scoreboard.mayLose()).isFalse();
        assertThat(scoreboard.isEmpty()).isTrue();
        scoreboard.take(sack(2 * MSS, 4 * MSS), 10 * MSS);
        assertThat(scoreboard.mayLose()).as("held").isTrue();
        assertThat(scoreboard.isEmpty()).isFalse();
        scoreboard.acknowledged(4 * MSS);
        assertThat(scoreboard.mayLose()).as("acknowledged").isFalse();
        scoreboard.sent(4 * MSS, 5 * MSS, 10 * MSS, 1_200);
        assertThat(scoreboard.mayLose()).as("sent again").isTrue();
        scoreboard.acknowledged(5 * MSS);
        assertThat(scoreboard.mayLose()).as("and acknowledged").isFalse();
    }

    /** Three ranges, or more octets than two segments have (RFC 6675 §4). */
    @Test
    void aLossIsSureByThreeRangesOrMoreThanTwoSegments() {
        scoreboard.reset(0);
        sendTo(20 * MSS);
        scoreboard.take(sack(2 * MSS, 4 * MSS), 20 * MSS);
        assertThat(scoreboard.isSure(MSS)).isFalse();
        scoreboard.take(sack(5 * MSS, 5 * MSS + 1), 20 * MSS);
        assertThat(scoreboard.isSure(MSS)).as("an octet more").isTrue();
        scoreboard.reset(0);
        sendTo(20 * MSS);
        scoreboard.take(sack(2, 3), 20 * MSS);
        scoreboard.take(sack(4, 5), 20 * MSS);
        assertThat(scoreboard.isSure(MSS)).isFalse();
        scoreboard.take(sack(6, 7), 20 * MSS);
        assertThat(scoreboard.isSure(MSS)).isTrue();
    }

    /** What goes again was not delivered once, and what went before a timeout tells of it. */
    @Test
    void whatIsReportedIsCountedAndKnownToBeOriginalOrNot() {
        scoreboard.reset(0);
        sendTo(10 * MSS);
        assertThat(scoreboard.deliveredNow()).isZero();
        scoreboard.acknowledged(2 * MSS);
        assertThat(scoreboard.deliveredNow()).isEqualTo(2 * MSS);
        assertThat(scoreboard.hasOriginal()).as("no timeout so far").isFalse();
        scoreboard.timeout(10 * MSS);
        scoreboard.sent(2 * MSS, 3 * MSS, 10 * MSS, 1_200);
        assertThat(scoreboard.wasSentAgain(3 * MSS - 1)).isTrue();
        assertThat(scoreboard.wasSentAgain(3 * MSS)).isFalse();
        scoreboard.ackArrives(1_300);
        scoreboard.acknowledged(3 * MSS);
        assertThat(scoreboard.deliveredNow()).isEqualTo(MSS);
        assertThat(scoreboard.hasOriginal()).as("sent again").isFalse();
        scoreboard.ackArrives(1_300);
        scoreboard.take(sack(5 * MSS, 10 * MSS), 10 * MSS);
        assertThat(scoreboard.deliveredNow()).isEqualTo(5 * MSS);
        assertThat(scoreboard.hasOriginal()).isTrue();
        scoreboard.ackArrives(1_400);
        assertThat(scoreboard.hasOriginal()).isFalse();
        assertThat(scoreboard.deliveredNow()).isZero();
    }

    @Test
    void whatIsSentBehindATimeoutIsNoneOfItsOriginals() {
        scoreboard.reset(-5 * MSS);
        scoreboard.sent(-5 * MSS, 0, -5 * MSS, 1_000);
        scoreboard.timeout(0);
        scoreboard.sent(0, MSS, 0, 1_100);
        scoreboard.ackArrives(1_200);
        scoreboard.take(sack(0, MSS), MSS);
        assertThat(scoreboard.hasOriginal()).isFalse();
    }

    @Test
    void whatWasFoundLostIsCountedUntilItArrives() {
        scoreboard.reset(0);
        sendTo(10 * MSS);
        scoreboard.take(sack(2 * MSS, 4 * MSS), 10 * MSS);
        scoreboard.declareLost(6 * MSS);
        assertThat(scoreboard.lostOctets()).isEqualTo(4 * MSS);
        assertThat(scoreboard.heldOctets()).isEqualTo(2 * MSS);
        scoreboard.declareLost(5 * MSS);
        assertThat(scoreboard.lostOctets()).as("it was more").isEqualTo(4 * MSS);
        scoreboard.sent(0, MSS, 10 * MSS, 1_200);
        assertThat(scoreboard.lostOctets()).as("sent again").isEqualTo(4 * MSS);
        assertThat(scoreboard.againOctets()).isEqualTo(MSS);
        scoreboard.acknowledged(MSS);
        assertThat(scoreboard.lostOctets()).isEqualTo(3 * MSS);
        assertThat(scoreboard.againOctets()).isZero();
        scoreboard.undoLost();
        assertThat(scoreboard.lostOctets()).isZero();
        assertThat(scoreboard.hasLost()).isFalse();
        assertThat(scoreboard.pipe(10 * MSS)).isEqualTo(7 * MSS);
        assertThat(scoreboard.nextLost(10 * MSS)).isEqualTo(10 * MSS);
    }

    /** Blocks that are empty, turned round, at SND.UNA or behind SND.NXT are none. */
    @Test
    void blocksOutsideOfWhatIsOutstandingAreNone() {
        scoreboard.reset(0);
        sendTo(10 * MSS);
        int[][] none = {{0, MSS}, {-MSS, MSS}, {30, 30}, {40, 30}, {90, 101}, {101, 110}};
        for (int[] each : none) {
            assertThat(scoreboard.take(sack(each[0], each[1]), 10 * MSS)).isFalse();
            assertThat(scoreboard.heldOctets()).isZero();
        }
        assertThat(scoreboard.take(sack(1, 100), 10 * MSS)).isTrue();
        assertThat(scoreboard.heldOctets()).isEqualTo(99);
    }

    /** Of more ranges than places the furthest is forgotten, and what is further is none. */
    @Test
    void theFurthestRangeMakesPlace() {
        int most = SequenceRanges.MOST_RANGES;
        int end = 4 * most + 100;
        scoreboard.reset(0);
        sendTo(end);
        for (int i = 1; i <= most; i++) {
            assertThat(scoreboard.take(sack(4 * i, 4 * i + 1), end)).isTrue();
        }
        int last = 4 * most;
        assertThat(scoreboard.take(sack(last + 4, last + 5), end)).as("further").isFalse();
        assertThat(scoreboard.heldOctets()).isEqualTo(most);
        assertThat(scoreboard.take(sack(last, last + 2), end)).as("the same").isTrue();
        assertThat(scoreboard.heldOctets()).isEqualTo(most + 1);
        assertThat(scoreboard.take(sack(2, 3), end)).as("nearer").isTrue();
        assertThat(scoreboard.heldOctets()).as("without the last").isEqualTo(most);
        assertThat(scoreboard.pipe(end)).isEqualTo(end - most);
        scoreboard.declareLost(last + 2);
        assertThat(scoreboard.lostOctets()).isEqualTo(last + 2 - most);
        assertThat(scoreboard.nextLost(end)).isZero();
    }
}
