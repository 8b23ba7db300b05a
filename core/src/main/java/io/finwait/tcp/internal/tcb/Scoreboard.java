package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

import java.util.function.LongConsumer;

/**
 * What of the numbers from SND.UNA to SND.NXT the peer holds, as far as its SACKs have told, what
 * of the rest is lost, and what of that is on its way again (RFC 6675 §4, RFC 8985). Nothing is
 * thrown away because of a SACK: the peer may still give up what it has reported (RFC 2018 §8).
 *
 * <p>What was sent for the first time is lost in the order in which it was sent, which is that of
 * the numbers: so one number says how far. Sums are kept as ranges come and go; an ACK costs what
 * it changes.
 */
public final class Scoreboard {

    /** DupThresh. */
    public static final int DUPLICATE_ACKS = 3;

    /** Numbers further back are compared with none. */
    private static final int FAR_BEHIND = 1 << 30;

    private SequenceRanges held = SequenceRanges.NOTHING;

    /** What was sent again and is, as far as is known, on its way. */
    private SequenceRanges again = SequenceRanges.NOTHING;

    private final SentTimes sent = new SentTimes();
    private AgainTimes sentAgain = AgainTimes.NOTHING;
    private final Rack rack = new Rack();

    private int una;

    /** What lies before it and is neither held nor on its way again is lost. */
    private int lostTo;

    /** How many numbers that are. */
    private int lost;

    /** Nothing before it is lost and waits to be sent again. */
    private int searched;

    /** The number behind the highest one ever sent again, or far behind SND.UNA. */
    private int everAgainTo;

    /** The peer has given up what it had reported. */
    private boolean reneged;

    /** Numbers that the ACK under way has reported. */
    private int deliveredNow;

    /** Some of them were never sent again, and were sent before the last timeout. */
    private boolean originalNow;

    /** SND.NXT at the last timeout. */
    private int timedOutTo;

    /** Begins a connection. */
    void reset(int iss) {
        una = iss;
        lostTo = iss;
        lost = 0;
        searched = iss;
        everAgainTo = iss - FAR_BEHIND;
        reneged = false;
        timedOutTo = iss - FAR_BEHIND;
        deliveredNow = 0;
        originalNow = false;
        held.clear();
        again.clear();
        sent.clear();
        sentAgain.clear();
        rack.reset(iss);
    }

    /** What is known of times. */
    public Rack rack() {
        return rack;
    }

    /** An acceptable ACK is about to be taken, see {@link Rack#ackArrives}. */
    public void ackArrives(long nowNs) {
        deliveredNow = 0;
        originalNow = false;
        rack.ackArrives(nowNs);
    }

    /** How many numbers the ACK under way has reported that none had before. */
    public int deliveredNow() {
        return deliveredNow;
    }

    /**
     * Whether some of them were never sent again, and were outstanding when a timeout had all
     * outstanding ones count as lost.
     */
    public boolean hasOriginal() {
        return originalNow;
    }

    // What is sent.

    /** Numbers from {@code from} up to, not including, {@code to} leave, with SND.NXT before it. */
    public void sent(int from, int to, int nxt, long nowNs) {
        if (Seq.gt(to, nxt)) {
            sent.add(to, nowNs);
        }
        if (Seq.lt(from, nxt)) {
            sentAgain(Seq.max(from, una), Seq.min(to, nxt), nowNs);
        }
    }

    private void sentAgain(int from, int to, long nowNs) {
        if (Seq.geq(from, to)) {
            return;
        }
        lost -= lostIn(from, to);
        again = again.orOfItsOwn();
        again.add(from, to, Integer.MAX_VALUE);
        for (int range = held.firstThatReaches(from + 1);
                range < held.count() && Seq.lt(held.left(range), to);
                range++) {
            again.remove(Seq.max(held.left(range), from), Seq.min(held.right(range), to));
        }
        sentAgain = sentAgain.orOfItsOwn();
        sentAgain.add(from, to, nowNs);
        everAgainTo = Seq.max(everAgainTo, to);
    }

    /** How many numbers of a range are lost. */
    private int lostIn(int from, int to) {
        int end = Seq.min(to, lostTo);
        return Seq.geq(from, end)
                ? 0
                : end - from - held.octetsIn(from, end) - again.octetsIn(from, end);
    }

    // What the peer reports.

    /** SND.UNA moves. */
    void acknowledged(int ack) {
        if (ack != una && !mayLose() && !hasLost()) {
            allIsWell(ack);
            return;
        }
        if (held.count() == 0) {
            delivered(una, ack);
        } else {
            int at = una;
            while (Seq.lt(at, ack)) {
                int left = held.nextLeft(at - 1, ack);
                int end = Seq.min(left, ack);
                if (Seq.lt(at, end)) {
                    delivered(at, end);
                }
                at = Seq.max(end, held.endOfRangeWith(end));
            }
            held.remove(una, ack);
        }
        rack.reported(ack);
        sent.acknowledged(ack);
        moveTo(ack);
        int kept = held.endOfRangeWith(ack);
        if (kept != ack) {
            // It asks for what it has reported.
            reneged = true;
            forget(ack, kept);
        }
        dropArrived();
    }

    /** The same where nothing is held, lost or on its way again, as for nearly every ACK. */
    private void allIsWell(int ack) {
        deliveredNow += ack - una;
        if (sent.count() > 0) {
            deliveredOnce(sent.acknowledged(ack), ack);
        }
        rack.reported(ack);
        moveTo(ack);
    }

    private void moveTo(int ack) {
        una = ack;
        lostTo = Seq.max(lostTo, ack);
        searched = Seq.max(searched, ack);
        everAgainTo = Seq.max(everAgainTo, ack - FAR_BEHIND);
        timedOutTo = Seq.max(timedOutTo, ack - FAR_BEHIND);
    }

    /** Numbers that are not held have arrived, or are acknowledged. */
    private void delivered(int from, int to) {
        if (from == to) {
            return;
        }
        deliveredNow += to - from;
        lost -= lostIn(from, to);
        int entry = sent.entryOf(to - 1);
        if (entry == sent.count()) {
            return;
        }
        if (again.count() == 0 || again.octetsIn(from, to) == 0) {
            deliveredOnce(sent.time(entry), to);
            return;
        }
        if (!again.has(to - 1, to)) {
            deliveredOnce(sent.time(entry), to);
        }
        rack.reported(to);
        for (int i = 0; i < sentAgain.count(); i++) {
            int begin = Seq.max(sentAgain.begin(i), from);
            int end = Seq.min(sentAgain.end(i), to);
            if (Seq.lt(begin, end) && again.remove(begin, end) > 0) {
                rack.delivered(sentAgain.time(i), end, true);
                if (again.octetsIn(from, to) == 0) {
                    break;
                }
            }
        }
        again.remove(from, to);
    }

    private void deliveredOnce(long sentAtNs, int to) {
        boolean maybeAgain = wasSentAgain(to - 1);
        if (!maybeAgain) {
            rack.reportedOnce(to);
            originalNow |= Seq.leq(to, timedOutTo);
        }
        rack.delivered(sentAtNs, to, maybeAgain);
    }

    /** The oldest of what was sent again that has arrived is forgotten. */
    private void dropArrived() {
        while (sentAgain.count() > 0 && again.octetsIn(sentAgain.begin(0), sentAgain.end(0)) == 0) {
            sentAgain.removeFirst();
        }
    }

    /**
     * Takes the blocks of a segment; what lies outside of what is outstanding, as the first block
     * of RFC 2883 does, is none of them.
     *
     * @return true when one reports a number that none had reported before
     */
    boolean take(TcpOptions options, int nxt) {
        boolean news = false;
        // The first block is the newest. Older ones come first here, as they did then.
        for (int i = options.sackBlocks() - 1; i >= 0; i--) {
            int left = options.sackLeft(i);
            int right = options.sackRight(i);
            boolean outstanding = Seq.gt(left, una) && Seq.lt(left, right) && Seq.leq(right, nxt);
            if (outstanding && !held.has(left, right)) {
                news |= hold(left, right);
            }
        }
        dropArrived();
        return news;
    }

    /** Notes a block; false when it is further away than there are places. */
    private boolean hold(int left, int right) {
        held = held.orOfItsOwn();
        if (held.count() >= SequenceRanges.MOST_RANGES && held.firstOverlap(left, right) < 0) {
            int furthest = held.count() - 1;
            if (Seq.gt(left, held.right(furthest))) {
                return false;
            }
            forget(held.left(furthest), held.right(furthest));
        }
        int at = left;
        while (Seq.lt(at, right)) {
            int begin = held.endOfRangeWith(at);
            if (Seq.lt(begin, right)) {
                int end = held.nextLeft(begin, right);
                delivered(begin, Seq.min(end, right));
                at = end;
            } else {
                at = begin;
            }
        }
        return held.add(left, right, Integer.MAX_VALUE);
    }

    /** A range is no longer held. */
    private void forget(int left, int right) {
        held.remove(left, right);
        lost += lostIn(left, right);
        searched = Seq.min(searched, left);
    }

    /** Octets of what is outstanding that the peer has reported. */
    public int heldOctets() {
        return held.octets();
    }

    /** Octets that were found lost and have not arrived since, even if they were sent again. */
    public int lostOctets() {
        return lostTo - una - held.octetsIn(una, lostTo);
    }

    /** Octets that were sent again and may still be on their way. */
    public int againOctets() {
        return again.octets();
    }

    /** True when no SACK has reported anything that is outstanding. */
    public boolean isEmpty() {
        return held.count() == 0;
    }

    /** False when neither a number nor one behind it was ever sent again. */
    public boolean wasSentAgain(int number) {
        return Seq.lt(number, everAgainTo);
    }

    // What is lost.

    /** Whether enough is held to be sure of a loss where nothing is overtaken (RFC 6675 §4). */
    public boolean isSure(int mss) {
        return held.count() >= DUPLICATE_ACKS || held.octets() > (DUPLICATE_ACKS - 1) * mss;
    }

    /** True while what was sent may be found lost by what is reported of later numbers. */
    public boolean mayLose() {
        return held.count() > 0 || sentAgain.count() > 0;
    }

    /** Whether something is lost and not on its way again. */
    public boolean hasLost() {
        return lost > 0;
    }

    /**
     * Finds what is lost by now (RFC 8985 §6.2, step 5).
     *
     * @return when the next one may be found lost, or {@link Timers#OFF}
     */
    public long detectLost(long nowNs, long reorderingWindowNs) {
        long next = Timers.OFF;
        int entry = sent.entryOf(lostTo);
        while (entry < sent.count()) {
            lostTo = Seq.max(lostTo, held.endOfRangeWith(lostTo));
            int end = sent.end(entry);
            long time = sent.time(entry);
            if (Seq.geq(lostTo, end)) {
                entry = sent.entryOf(lostTo);
                continue;
            }
            if (!rack.sentLaterThan(time, lostTo + 1)) {
                break;
            }
            long due = rack.lostAtNs(time, reorderingWindowNs);
            if (due - nowNs > 0) {
                next = due;
                break;
            }
            int to = rack.overtakenTo(time, end);
            declareLost(to);
            if (to != end) {
                break;
            }
            entry++;
        }
        return detectLostAgain(nowNs, reorderingWindowNs, next);
    }

    private long detectLostAgain(long nowNs, long reorderingWindowNs, long next) {
        dropArrived();
        while (sentAgain.count() > 0) {
            int begin = Seq.max(sentAgain.begin(0), una);
            int end = sentAgain.end(0);
            long time = sentAgain.time(0);
            if (again.endOfRangeWith(begin) == begin) {
                begin = again.nextLeft(begin, end);
            }
            if (!rack.sentLaterThan(time, begin + 1)) {
                return next;
            }
            long due = rack.lostAtNs(time, reorderingWindowNs);
            if (due - nowNs > 0) {
                return next == Timers.OFF || due - next < 0 ? due : next;
            }
            int to = rack.overtakenTo(time, end);
            again.remove(begin, to);
            lost += lostIn(begin, to);
            searched = Seq.min(searched, begin);
            sentAgain.removeFirst(to);
            dropArrived();
            if (to != end) {
                return next;
            }
        }
        return next;
    }

    /** What lies before a number and is neither held nor on its way again is lost. */
    public void declareLost(int to) {
        if (Seq.gt(to, lostTo)) {
            int from = lostTo;
            lostTo = to;
            lost += lostIn(from, to);
        }
    }

    /**
     * The retransmission timer has fired: all is lost that is not held, and nothing is on its way.
     * What the peer has reported it still holds, unless it was seen to give something up.
     */
    public void timeout(int nxt) {
        if (reneged) {
            held.clear();
            reneged = false;
        }
        again.clear();
        sentAgain.clear();
        timedOutTo = nxt;
        lostTo = nxt;
        lost = nxt - una - held.octets();
        searched = una;
    }

    /**
     * What was found lost was not: whatever was not sent again is on its way, until times tell
     * otherwise.
     */
    public void undoLost() {
        lostTo = una;
        lost = 0;
        searched = una;
    }

    /** The next lost number (rule 1 of NextSeg, RFC 6675 §4), or {@code nxt} when there is none. */
    public int nextLost(int nxt) {
        if (lost == 0) {
            return nxt;
        }
        int at = searched;
        while (Seq.lt(at, lostTo)) {
            int behind = again.endOfRangeWith(held.endOfRangeWith(at));
            if (behind == at) {
                searched = at;
                return at;
            }
            at = behind;
        }
        return nxt;
    }

    /** Where a hole ends: what is held or on its way again next, or {@code nxt}. */
    public int holeEnd(int from, int nxt) {
        int end = held.nextLeft(from, nxt);
        if (Seq.lt(from, lostTo)) {
            end = Seq.min(end, lostTo);
        }
        return again.endOfRangeWith(from) == from ? Seq.min(end, again.nextLeft(from, nxt)) : end;
    }

    /** Octets that are still on their way, as far as can be told: SetPipe of RFC 6675 §4. */
    public int pipe(int nxt) {
        return nxt - una - held.octets() - lost;
    }

    /** Tells all that decides, counted from {@code iss}, see {@code StateDigest}. */
    public void digest(int iss, long nowNs, LongConsumer to) {
        ranges(held, iss, to);
        ranges(again, iss, to);
        to.accept(lostTo - iss);
        to.accept(lost);
        to.accept(everAgainTo - iss);
        to.accept(timedOutTo - iss);
        to.accept(reneged ? 1 : 0);
        sent.digest(iss, nowNs, to);
        sentAgain.digest(iss, nowNs, to);
        rack.digest(iss, nowNs, to);
    }

    private static void ranges(SequenceRanges ranges, int iss, LongConsumer to) {
        to.accept(ranges.count());
        for (int i = 0; i < ranges.count(); i++) {
            to.accept(ranges.left(i) - iss);
            to.accept(ranges.right(i) - iss);
        }
    }
}
