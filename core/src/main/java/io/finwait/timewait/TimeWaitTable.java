package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

import java.util.Objects;

/**
 * A table of connections in TIME-WAIT, and of orphans in FIN-WAIT-2, with a few dozen octets for
 * each. Addresses are two longs as in {@link IpAddress}; ports are 1 to 65,535; {@code nowNs} is
 * the time of the caller's clock in ns, which must not run backwards (an earlier time counts as the
 * last one).
 *
 * <p>Entries stay until {@link #expire} removes them: call it before asking about the segments of a
 * batch. In the steady state nothing is allocated. The table is for one thread.
 */
public final class TimeWaitTable implements TimeWaitView {

    /**
     * Octets that an IPv4 entry counts for in {@link TimeWaitPolicy#maxOctets()}, with index and
     * timer.
     */
    public static final int IPV4_OCTETS = 48;

    /** Octets that an IPv6 entry counts for, with index and timer. */
    public static final int IPV6_OCTETS = 80;

    /** The longest timeout that {@link #enterFinWait2} accepts, in ns. */
    public static final long LONGEST_FIN_WAIT_2_NS = 240_000_000_000L;

    /**
     * A new incarnation's sequence numbers begin at least this far above the old ones (RFC 9293
     * §3.6.1).
     */
    private static final int ISS_STEP = 65_537;

    private static final int NIL = EntryStore.NIL;

    private final TimeWaitPolicy policy;
    private final TimeWaitCounters counters = new TimeWaitCounters();
    private final TimeWaitEntry entry = new TimeWaitEntry();
    private final FourTuple ofSegment = new FourTuple();
    private final Entries entries;
    private final Lookup lookup;
    private final SegmentRules rules;
    private final Parking parking;

    /**
     * An empty table without an observer.
     *
     * @param random gives the key of the hash
     */
    public TimeWaitTable(TimeWaitPolicy policy, RandomSource random) {
        this(policy, random, TimeWaitObserver.NONE);
    }

    /**
     * An empty table.
     *
     * @param random gives the key of the hash
     * @param observer learns how each entry ends
     */
    public TimeWaitTable(TimeWaitPolicy policy, RandomSource random, TimeWaitObserver observer) {
        this(policy, random, new TupleHash(random), observer);
    }

    /** With another hash, so that tests can make tuples collide. */
    TimeWaitTable(
            TimeWaitPolicy policy, RandomSource random, TupleHash hash, TimeWaitObserver observer) {
        this.policy = Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(observer, "observer");
        entries = new Entries(policy, random, hash, observer, counters);
        lookup = entries.lookup();
        rules = new SegmentRules(policy, counters, observer);
        parking = new Parking(policy, counters, entries, entry);
    }

    /**
     * Enters a connection into TIME-WAIT: its FIN is acknowledged, and the peer's FIN has arrived.
     *
     * @param rcvWnd RCV.WND in octets; answers carry it scaled
     * @param rcvWndScale 0 to 14
     * @param tsRecent TS.Recent, when timestamps are in use
     * @param tsRecentAgeNs how long ago TS.Recent was recorded
     * @return false when the table is full and its policy refuses newcomers: the connection is
     *     CLOSED
     */
    public boolean enter(
            FourTuple tuple,
            int sndNxt,
            int rcvNxt,
            int rcvWnd,
            int rcvWndScale,
            boolean timestamps,
            int tsRecent,
            long tsRecentAgeNs,
            long nowNs) {
        long now = entries.clock(nowNs);
        entry.sequences(sndNxt, rcvNxt, rcvWnd, rcvWndScale);
        entry.timestamps(timestamps, tsRecent, tsRecentAgeNs);
        entry.phase = TimeWaitEntry.WAITING;
        entry.answered = rules.neverAnswered(now);
        return entries.admit(entry, tuple, 0, now);
    }

    /**
     * Enters an orphan in FIN-WAIT-2: its FIN is acknowledged, the application has closed, but the
     * peer's FIN has not arrived. When that comes, the entry changes to TIME-WAIT.
     *
     * @param timeoutNs how long to wait for that FIN, 1 to {@link #LONGEST_FIN_WAIT_2_NS}
     * @return false when the table is full and its policy refuses newcomers: the connection is
     *     CLOSED
     */
    public boolean enterFinWait2(
            FourTuple tuple,
            int sndNxt,
            int rcvNxt,
            int rcvWnd,
            int rcvWndScale,
            boolean timestamps,
            int tsRecent,
            long tsRecentAgeNs,
            long timeoutNs,
            long nowNs) {
        if (timeoutNs < 1 || timeoutNs > LONGEST_FIN_WAIT_2_NS) {
            throw new IllegalArgumentException(
                    "a timeout of "
                            + timeoutNs
                            + " ns is out of range; choose 1 to "
                            + LONGEST_FIN_WAIT_2_NS);
        }
        long now = entries.clock(nowNs);
        entry.sequences(sndNxt, rcvNxt, rcvWnd, rcvWndScale);
        entry.timestamps(timestamps, tsRecent, tsRecentAgeNs);
        entry.phase = TimeWaitEntry.FIN_WAIT_2;
        entry.answered = rules.neverAnswered(now);
        return entries.admit(entry, tuple, timeoutNs, now);
    }

    /**
     * Asks what to do with a segment. On any verdict but {@link TimeWaitVerdict#NOT_FOUND}, {@link
     * #entry()} holds what an answer needs.
     *
     * @param seq SEG.SEQ
     * @param length SEG.LEN, SYN and FIN counted
     * @param flags the control bits of {@link io.finwait.wire.TcpHeader}
     * @param ack SEG.ACK
     * @param hasTs true when the segment has the timestamps option
     * @param tsVal SEG.TSval
     * @param listening true when a listener would take a SYN of this tuple
     * @param listenerTimestamps true when that listener uses timestamps
     */
    public TimeWaitVerdict segment(
            FourTuple tuple,
            int seq,
            int length,
            int flags,
            int ack,
            boolean hasTs,
            int tsVal,
            boolean listening,
            boolean listenerTimestamps,
            long nowNs) {
        int ref = lookup.find(tuple);
        if (ref == NIL) {
            return TimeWaitVerdict.NOT_FOUND;
        }
        long now = entries.clock(nowNs);
        entries.load(ref, entry);
        TimeWaitVerdict verdict =
                rules.judge(
                        entry,
                        seq,
                        length,
                        flags,
                        ack,
                        hasTs,
                        tsVal,
                        listening,
                        listenerTimestamps,
                        now);
        switch (rules.effect()) {
            case NONE -> entries.update(ref, entry);
            case RESTART -> {
                entries.update(ref, entry);
                entries.restart(ref, entry, now);
                counters.restarted++;
            }
            case BEGIN_TIME_WAIT -> {
                entries.update(ref, entry);
                entries.beginTimeWait(ref, entry, now);
            }
            case END ->
                    entries.end(
                            ref,
                            verdict == TimeWaitVerdict.RESET
                                    ? TimeWaitEnding.TEXT_AFTER_CLOSE
                                    : TimeWaitEnding.RESET,
                            now);
        }
        return verdict;
    }

    /** The same for a parsed segment; its source is the remote side. */
    public TimeWaitVerdict segment(
            Segment segment, boolean listening, boolean listenerTimestamps, long nowNs) {
        return segment(
                ofSegment.ofReceiver(segment),
                segment.seq(),
                segment.length(),
                segment.flags(),
                segment.ack(),
                segment.options().hasTimestamps(),
                segment.options().timestampValue(),
                listening,
                listenerTimestamps,
                nowNs);
    }

    /**
     * The entry that the last call found, parked or reused. If the call ended an entry, this is the
     * entry as it was.
     */
    public TimeWaitEntry entry() {
        return entry;
    }

    /**
     * The initial sequence number of a connection that takes over the tuple of {@link #entry()}:
     * greater than everything the old incarnation used (RFC 9293 §3.6.1).
     *
     * @param rfc6528 the number by RFC 6528; it is returned if it lies far enough ahead
     * @param oldSndNxt SND.NXT of the old incarnation
     * @param random random bits
     */
    public static int reopeningIss(int rfc6528, int oldSndNxt, long random) {
        return Seq.gt(rfc6528, oldSndNxt) ? rfc6528 : oldSndNxt + ISS_STEP + (int) (random >>> 48);
    }

    /**
     * Parks an entry for a new connection that an acceptable SYN has begun; its time runs on.
     *
     * @return false when there is none
     */
    public boolean park(FourTuple tuple) {
        return parking.park(lookup.find(tuple));
    }

    /**
     * Parks an entry for a connection that is opened from here, if the policy allows it. The
     * connection then takes an initial sequence number from {@link #reopeningIss} and inherits
     * TS.Recent. {@link TimeWaitPolicy#reuse()} must allow the addresses, both incarnations must
     * use timestamps, and {@link TimeWaitPolicy#reuseDelayNs()} must have passed; an orphan in
     * FIN-WAIT-2 and a parked entry can't be reused.
     *
     * @param timestamps true when the new connection will offer timestamps
     * @return true when the entry is parked; false when reuse is not allowed or there is no entry
     */
    public boolean reuse(FourTuple tuple, boolean timestamps, long nowNs) {
        int ref = lookup.find(tuple);
        return parking.reuse(ref, timestamps, nowNs);
    }

    /**
     * Removes a parked entry, because its new connection is established.
     *
     * @return false when there is no parked entry, because its time was over meanwhile
     */
    public boolean established(FourTuple tuple, long nowNs) {
        int ref = lookup.find(tuple);
        return parking.established(ref, nowNs);
    }

    /**
     * Returns a parked entry to TIME-WAIT with its old deadline, because its new connection has
     * failed (RFC 9293 §3.6.1 (2)).
     *
     * @return false when there is no parked entry, because its time was over meanwhile
     */
    public boolean returned(FourTuple tuple) {
        return parking.returned(lookup.find(tuple));
    }

    @Override
    public boolean contains(FourTuple tuple) {
        return lookup.find(tuple) != NIL;
    }

    /**
     * Looks up a whole batch, several times as fast as one tuple after another. The entries found
     * are then in the cache for {@link #segment}.
     *
     * @return bit i is set when the table has tuple i, parked or not
     */
    public int find(TupleBatch batch) {
        return lookup.find(batch);
    }

    @Override
    public TimeWaitEntry find(FourTuple tuple) {
        return read(tuple) ? entry : null;
    }

    /** Reads an entry into {@link #entry()}; false when there is none. */
    public boolean read(FourTuple tuple) {
        int ref = lookup.find(tuple);
        if (ref == NIL) {
            return false;
        }
        entries.load(ref, entry);
        return true;
    }

    /** Removes an entry; false when there is none. */
    public boolean remove(FourTuple tuple, long nowNs) {
        int ref = lookup.find(tuple);
        if (ref == NIL) {
            return false;
        }
        entries.load(ref, entry);
        counters.removed++;
        entries.end(ref, TimeWaitEnding.REMOVED, entries.clock(nowNs));
        return true;
    }

    /**
     * Removes entries whose deadline is at or before {@code nowNs}, in the order of their
     * deadlines.
     *
     * @param limit the most entries to remove in this call, which bounds its duration
     * @return how many were removed; fewer than the limit means that none is overdue
     */
    public int expire(long nowNs, int limit) {
        entries.clock(nowNs);
        return entries.expire(limit);
    }

    @Override
    public long nextDeadlineNs() {
        return entries.nextDeadlineNs();
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public long octets() {
        return entries.octets();
    }

    @Override
    public TimeWaitCounters counters() {
        entries.settle();
        return counters;
    }

    @Override
    public TimeWaitPolicy policy() {
        return policy;
    }

    @Override
    public long list(long cursor, int limit, TimeWaitVisitor visitor) {
        if (cursor < 0 || cursor > NIL) {
            throw new IllegalArgumentException(
                    "cursor " + cursor + " is none; begin with 0 and go on with what list gave");
        }
        return entries.list(cursor, limit, visitor);
    }

    @Override
    public long list(
            long cursor, int limit, TimeWaitFilter filter, long nowNs, TimeWaitVisitor visitor) {
        return list(
                cursor,
                limit,
                entry -> {
                    if (filter.matches(entry, nowNs)) {
                        visitor.visit(entry);
                    }
                });
    }
}
