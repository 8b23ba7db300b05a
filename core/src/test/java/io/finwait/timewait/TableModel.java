package io.finwait.timewait;

import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The table as one would write it without thinking of memory or time: a map of objects and a sorted
 * set of deadlines. The rules are written down a second time.
 */
final class TableModel {

    record Tuple(IpAddress local, IpAddress remote, int localPort, int remotePort) {

        FourTuple sockets() {
            return FourTuple.of(local, localPort, remote, remotePort);
        }
    }

    static final class Entry {
        final Tuple tuple;
        final long number;
        int sndNxt;
        int rcvNxt;
        int window;
        int scale;
        boolean timestamps;
        int tsRecent;
        boolean finWait2;
        boolean parked;
        boolean parkedByReuse;
        long twoMsl;
        long since;
        long deadline;
        long cap;
        boolean answered;
        long answeredAt;

        Entry(Tuple tuple, long number) {
            this.tuple = tuple;
            this.number = number;
        }
    }

    private static final long SECOND = 1_000_000_000L;

    final Map<Tuple, Entry> entries = new HashMap<>();
    // The clock wraps, so deadlines are compared by subtraction.
    final TreeSet<Entry> byDeadline =
            new TreeSet<>(
                    Comparator.<Entry>comparingLong(e -> e.deadline - epoch())
                            .thenComparingLong(e -> e.number));
    private final long epoch;
    private final boolean exactRst;
    private long numbers;

    TableModel(long epoch, boolean exactRst) {
        this.epoch = epoch;
        this.exactRst = exactRst;
    }

    private long epoch() {
        return epoch;
    }

    Entry enter(Tuple tuple, long twoMsl, long timeout, long now) {
        remove(tuple);
        Entry e = new Entry(tuple, numbers++);
        e.twoMsl = twoMsl;
        e.finWait2 = timeout > 0;
        e.since = now;
        e.deadline = now + (timeout > 0 ? timeout : twoMsl);
        e.cap = now + 8 * twoMsl;
        entries.put(tuple, e);
        byDeadline.add(e);
        return e;
    }

    Entry remove(Tuple tuple) {
        Entry e = entries.remove(tuple);
        if (e != null) {
            byDeadline.remove(e);
        }
        return e;
    }

    private void move(Entry e, long deadline) {
        byDeadline.remove(e);
        e.deadline = deadline;
        byDeadline.add(e);
    }

    boolean reuse(Tuple tuple, boolean timestamps, long now) {
        Entry e = entries.get(tuple);
        boolean granted =
                e != null
                        && !e.finWait2
                        && !e.parked
                        && e.timestamps
                        && timestamps
                        && now - (e.deadline - e.twoMsl) >= SECOND;
        if (granted) {
            e.parked = true;
            e.parkedByReuse = true;
        }
        return granted;
    }

    TimeWaitVerdict segment(
            Tuple tuple,
            int seq,
            int length,
            int flags,
            int ack,
            boolean hasTs,
            int tsVal,
            boolean listening,
            boolean listenerTs,
            long now) {
        Entry e = entries.get(tuple);
        if (e == null) {
            return TimeWaitVerdict.NOT_FOUND;
        }
        boolean fin = (flags & TcpHeader.FIN) != 0;
        boolean syn = (flags & TcpHeader.SYN) != 0;
        boolean rst = (flags & TcpHeader.RST) != 0;
        boolean acks = (flags & TcpHeader.ACK) != 0;
        boolean finAgain = fin && acks && seq + length == e.rcvNxt;
        if (e.parked) {
            boolean plainSyn = syn && !fin && !rst && !acks;
            if (!plainSyn && !(finAgain && !syn && !rst)) {
                return TimeWaitVerdict.PASS;
            }
        }
        // How far a number is ahead of RCV.NXT, as a person would reckon.
        int ahead = seq - e.rcvNxt;
        long window = (long) e.window << e.scale;
        if (rst) {
            if (!e.finWait2 && !exactRst) {
                return TimeWaitVerdict.DROP;
            }
            if (ahead == 0) {
                remove(tuple);
                return TimeWaitVerdict.CLOSED;
            }
            return ahead > 0 && ahead < window ? limited(e, now) : TimeWaitVerdict.DROP;
        }
        int newer = tsVal - e.tsRecent;
        boolean old = e.timestamps && hasTs && newer < 0;
        if (syn) {
            boolean plain = !acks && !fin && !e.finWait2 && listening;
            boolean enabled = hasTs && listenerTs;
            boolean isNew =
                    e.timestamps
                            ? !old && (ahead(seq, e.rcvNxt) || (enabled && newer > 0))
                            : enabled || ahead(seq, e.rcvNxt);
            return plain && isNew ? TimeWaitVerdict.REOPEN : limited(e, now);
        }
        if (!acks || (e.timestamps && !hasTs)) {
            return TimeWaitVerdict.DROP;
        }
        if (old) {
            return length > 0 ? TimeWaitVerdict.ACK : TimeWaitVerdict.DROP;
        }
        return e.finWait2
                ? finWait2(e, seq, length, fin, ack, tsVal, now)
                : timeWait(e, seq, length, finAgain, ack, tsVal, now);
    }

    private static boolean ahead(int a, int b) {
        return a - b > 0;
    }

    private TimeWaitVerdict timeWait(
            Entry e, int seq, int length, boolean finAgain, int ack, int tsVal, long now) {
        if (finAgain) {
            e.tsRecent = e.timestamps ? tsVal : e.tsRecent;
            long wanted = now + e.twoMsl;
            long later = wanted - e.cap > 0 ? e.cap : wanted;
            if (later - e.deadline > 0) {
                move(e, later);
            }
            return TimeWaitVerdict.ACK;
        }
        if (length > 0) {
            return TimeWaitVerdict.ACK;
        }
        int unsent = ack - e.sndNxt;
        if (seq == e.rcvNxt && unsent <= 0 && unsent >= -(1 << 30)) {
            e.tsRecent = e.timestamps ? tsVal : e.tsRecent;
            return TimeWaitVerdict.DROP;
        }
        return limited(e, now);
    }

    private TimeWaitVerdict finWait2(
            Entry e, int seq, int length, boolean fin, int ack, int tsVal, long now) {
        long window = Math.max(1, (long) e.window << e.scale);
        int first = seq - e.rcvNxt;
        int last = seq + Math.max(length, 1) - 1 - e.rcvNxt;
        boolean acceptable =
                (first >= 0 && first < (length == 0 ? window + 1 : window))
                        || (length > 0 && last >= 0 && last < window);
        if (!acceptable) {
            return length > 0 ? TimeWaitVerdict.ACK : limited(e, now);
        }
        int unsent = ack - e.sndNxt;
        if (unsent > 0 || unsent < -(1 << 30)) {
            return limited(e, now);
        }
        int text = length - (fin ? 1 : 0);
        if (text > 0 && ahead(seq + text, e.rcvNxt)) {
            remove(e.tuple);
            return TimeWaitVerdict.RESET;
        }
        if (fin && seq + text == e.rcvNxt) {
            e.rcvNxt++;
            e.tsRecent = e.timestamps ? tsVal : e.tsRecent;
            e.finWait2 = false;
            e.since = now;
            e.cap = now + 8 * e.twoMsl;
            move(e, now + e.twoMsl);
            return TimeWaitVerdict.ACK;
        }
        return length > 0 ? TimeWaitVerdict.ACK : TimeWaitVerdict.DROP;
    }

    private static TimeWaitVerdict limited(Entry e, long now) {
        if (e.answered && now - e.answeredAt < SECOND / 2) {
            return TimeWaitVerdict.DROP;
        }
        e.answered = true;
        e.answeredAt = now;
        return TimeWaitVerdict.CHALLENGE_ACK;
    }
}
