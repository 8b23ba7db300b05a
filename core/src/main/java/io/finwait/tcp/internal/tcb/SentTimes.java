package io.finwait.tcp.internal.tcb;

import io.finwait.wire.Seq;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * When the numbers that are outstanding were sent for the first time (RFC 8985 §5.1). Numbers leave
 * in order, and so do times rise: what left in one duty cycle is one entry, in a ring that grows to
 * what a flight needs and is kept for later connections.
 */
final class SentTimes {

    private static final int FIRST_PLACES = 4;

    /**
     * More entries are never held. Of what is sent then the times count as the last one's: later
     * than they were, so that it is found lost later, and never too early.
     */
    private static final int MOST_ENTRIES = 1 << 14;

    // Without a place until something is sent: a silent end needs none.
    private int[] ends = {};
    private long[] times = {};
    private int head;
    private int count;

    void clear() {
        head = 0;
        count = 0;
    }

    int count() {
        return count;
    }

    /** Numbers up to, not including, {@code end} have left now. */
    void add(int end, long nowNs) {
        int last = place(count - 1);
        if (count > 0 && (times[last] == nowNs || count == MOST_ENTRIES)) {
            ends[last] = end;
            times[last] = nowNs;
            return;
        }
        if (count == ends.length) {
            grow();
        }
        int at = place(count++);
        ends[at] = end;
        times[at] = nowNs;
    }

    private int place(int entry) {
        return (head + entry) & (ends.length - 1);
    }

    private void grow() {
        int[] oldEnds = ends;
        long[] oldTimes = times;
        int places = Math.max(FIRST_PLACES, 2 * count);
        ends = Arrays.copyOf(oldEnds, places);
        times = Arrays.copyOf(oldTimes, places);
        for (int i = 0; i < count; i++) {
            int from = (head + i) & (count - 1);
            ends[i] = oldEnds[from];
            times[i] = oldTimes[from];
        }
        head = 0;
    }

    /**
     * Forgets what is acknowledged.
     *
     * @return when the number before {@code una} was sent; means nothing when there was no entry
     */
    long acknowledged(int una) {
        long time = 0;
        while (count > 0) {
            time = times[head];
            int behind = una - ends[head];
            if (behind >= 0) {
                head = place(1);
                count--;
            }
            if (behind <= 0) {
                break;
            }
        }
        return time;
    }

    /** The number behind the last one of an entry. */
    int end(int entry) {
        return ends[place(entry)];
    }

    long time(int entry) {
        return times[place(entry)];
    }

    /** The entry that has a number, or {@link #count()} when none has. */
    int entryOf(int number) {
        int low = 0;
        int high = count;
        if (count > 0 && Seq.gt(ends[head], number)) {
            return 0;
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.gt(end(middle), number)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    void digest(int iss, long nowNs, LongConsumer to) {
        to.accept(count);
        for (int i = 0; i < count; i++) {
            to.accept(end(i) - iss);
            to.accept(nowNs - time(i));
        }
    }
}
