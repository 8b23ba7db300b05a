package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.TcpOptions;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The scoreboard against the words of RFC 6675 §4, octet by octet: a peer takes segments in any
 * order, and numbers wrap around.
 */
class ScoreboardTest {

    private static final int MSS = 10;
    private static final int SEGMENTS = 40;
    private static final int END = SEGMENTS * MSS;

    private final Scoreboard scoreboard = new Scoreboard();
    private final boolean[] held = new boolean[END];
    private int una;
    private int sentAgainTo;
    private int timedOutTo;

    @RepeatedTest(200)
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
        for (int step = 0; step < 60; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> acknowledge(first, random);
                case 4, 5, 6, 7 -> sendAgain(first);
                case 8 -> timeout(first);
                default -> report(first, random, where);
            }
            check(first, where);
        }
    }

    @Test
    void whatArrivedLaterSpeaksOnlyOfTheFirstHole() {
        scoreboard.reset(0);
        scoreboard.sentAgain(0, MSS, 20 * MSS);
        scoreboard.sentAgain(2 * MSS, 3 * MSS, 20 * MSS);
        scoreboard.take(sack(20 * MSS, 22 * MSS), 30 * MSS);
        assertThat(scoreboard.isFirstLostAgain(MSS)).as("two segments came later").isFalse();
        scoreboard.take(sack(20 * MSS, 23 * MSS), 30 * MSS);
        assertThat(scoreboard.isFirstLostAgain(MSS)).as("three segments came later").isTrue();
        scoreboard.acknowledged(2 * MSS);
        assertThat(scoreboard.isFirstLostAgain(MSS)).as("the next hole").isFalse();
    }

    private static TcpOptions sack(int left, int right) {
        ByteBuffer option = ByteBuffer.allocate(12);
        TcpOptions.writeSackHead(option, 0, 1);
        option.putInt(4, left).putInt(8, right);
        TcpOptions options = new TcpOptions();
        options.parse(option, 0, 12);
        return options;
    }

    /** A segment arrives, and the peer reports the run of which it is a part. */
    private void report(int first, SplittableRandom random, String where) {
        int segment = random.nextInt(SEGMENTS);
        int left = segment * MSS;
        int right = left + MSS;
        if (left <= una) {
            return;
        }
        boolean news = !held[left];
        for (int i = left; i < right; i++) {
            held[i] = true;
        }
        while (left > una + 1 && held[left - 1]) {
            left--;
        }
        while (right < END && held[right]) {
            right++;
        }
        assertThat(scoreboard.take(sack(first + left, first + right), first + END))
                .as(where)
                .isEqualTo(news);
    }

    private void acknowledge(int first, SplittableRandom random) {
        una = Math.min(END, una + MSS * random.nextInt(3));
        while (una < END && held[una]) {
            una++;
        }
        sentAgainTo = Math.max(sentAgainTo, una);
        scoreboard.acknowledged(first + una);
    }

    private void sendAgain(int first) {
        int next = scoreboard.nextLost(first + END, MSS) - first;
        if (next == END) {
            return;
        }
        sentAgainTo = Math.min(next + MSS, scoreboard.holeEnd(first + next, first + END) - first);
        scoreboard.sentAgain(first + next, first + sentAgainTo, first + END);
    }

    private void timeout(int first) {
        Arrays.fill(held, false);
        sentAgainTo = una;
        timedOutTo = END;
        scoreboard.timeout(first + END);
    }

    private void check(int first, String where) {
        int pipe = 0;
        int nextLost = END;
        for (int i = END - 1; i >= una; i--) {
            if (!held[i]) {
                pipe += (isLost(i) ? 0 : 1) + (i < sentAgainTo ? 1 : 0);
                nextLost = isLost(i) && i >= sentAgainTo ? i : nextLost;
            }
        }
        assertThat(scoreboard.pipe(first + END, MSS)).as(where).isEqualTo(pipe);
        assertThat(scoreboard.nextLost(first + END, MSS) - first).as(where).isEqualTo(nextLost);
        assertThat(scoreboard.isFirstLost(MSS)).as(where).isEqualTo(una < END && isLost(una));
    }

    /**
     * Three runs behind a number, or more than two segments, are held; or it was sent before a
     * timeout.
     */
    private boolean isLost(int number) {
        if (number < timedOutTo) {
            return true;
        }
        int runs = 0;
        int octets = 0;
        for (int i = number + 1; i < END; i++) {
            octets += held[i] ? 1 : 0;
            runs += held[i] && !held[i - 1] ? 1 : 0;
        }
        return runs >= 3 || octets > 2 * MSS;
    }
}
