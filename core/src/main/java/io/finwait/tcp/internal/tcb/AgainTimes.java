package io.finwait.tcp.internal.tcb;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * What was sent again and when, in the order in which it was: a ring like {@link SentTimes}. An
 * entry stays until it is the oldest and has arrived, is acknowledged or is lost again.
 */
final class AgainTimes {

    /** Shared by all connections that have sent nothing again; it stays empty. */
    static final AgainTimes NOTHING = new AgainTimes();

    private static final int FIRST_PLACES = 4;

    private int[] begins = {};
    private int[] ends = {};
    private long[] times = {};
    private int head;
    private int count;

    /** This, or a new one if this is {@link #NOTHING}; call it before adding an entry. */
    AgainTimes orOfItsOwn() {
        return this == NOTHING ? new AgainTimes() : this;
    }

    void clear() {
        head = 0;
        count = 0;
    }

    int count() {
        return count;
    }

    void add(int begin, int end, long nowNs) {
        if (count > 0) {
            int last = place(count - 1);
            if (times[last] == nowNs && ends[last] == begin) {
                ends[last] = end;
                return;
            }
        }
        if (count == ends.length) {
            grow();
        }
        int at = place(count++);
        begins[at] = begin;
        ends[at] = end;
        times[at] = nowNs;
    }

    private int place(int entry) {
        return (head + entry) & (ends.length - 1);
    }

    private void grow() {
        int[] oldBegins = begins;
        int[] oldEnds = ends;
        long[] oldTimes = times;
        int places = Math.max(FIRST_PLACES, 2 * count);
        begins = Arrays.copyOf(oldBegins, places);
        ends = Arrays.copyOf(oldEnds, places);
        times = Arrays.copyOf(oldTimes, places);
        for (int i = 0; i < count; i++) {
            int from = (head + i) & (count - 1);
            begins[i] = oldBegins[from];
            ends[i] = oldEnds[from];
            times[i] = oldTimes[from];
        }
        head = 0;
    }

    void removeFirst() {
        head = place(1);
        count--;
    }

    /** The first entry goes, or as much of it as lies before a number. */
    void removeFirst(int to) {
        if (to == ends[head]) {
            removeFirst();
        } else {
            begins[head] = to;
        }
    }

    int begin(int entry) {
        return begins[place(entry)];
    }

    int end(int entry) {
        return ends[place(entry)];
    }

    long time(int entry) {
        return times[place(entry)];
    }

    void digest(int iss, long nowNs, LongConsumer to) {
        to.accept(count);
        for (int i = 0; i < count; i++) {
            to.accept(begin(i) - iss);
            to.accept(end(i) - iss);
            to.accept(nowNs - time(i));
        }
    }
}
