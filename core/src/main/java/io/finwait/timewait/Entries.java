package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

/** Adds and removes entries, in the store, the index, the counts and the timers. */
final class Entries {

    private static final int NIL = EntryStore.NIL;

    /** How many entries expiry looks ahead. */
    private static final int AHEAD = 16;

    private final TimeWaitPolicy policy;
    private final TimeWaitObserver observer;
    private final boolean observed;
    private final TimeWaitCounters counters;
    private final LocalAddresses locals = new LocalAddresses();
    private final EntryStore store = new EntryStore(locals);
    private final Lookup lookup;
    private final TupleIndex index;
    private final Newcomers newcomers;
    private final Deadlines deadlines;
    private final long[] twoMslNs;
    private final FairShares shares;
    private final TimeWaitEntry scratch = new TimeWaitEntry();

    /** The entries that are expected to expire next, and their hashes. */
    private final int[] aheadRefs = new int[AHEAD];

    private final long[] aheadHashes = new long[AHEAD];
    private int aheadNext;
    private int aheadEnd;

    /** Expiries until it is time to look ahead again. */
    private int aheadTurns;

    /** A place to read lines of memory into. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    private boolean started;
    private long latestNs;

    Entries(
            TimeWaitPolicy policy,
            RandomSource random,
            TupleHash hash,
            TimeWaitObserver observer,
            TimeWaitCounters counters) {
        this.policy = policy;
        this.observer = observer;
        observed = !observer.equals(TimeWaitObserver.NONE);
        this.counters = counters;
        index = new TupleIndex(store, hash);
        newcomers = new Newcomers(index, this::replace);
        lookup = new Lookup(store, locals, hash, index, newcomers);
        deadlines = new Deadlines(store, policy.restartCap());
        twoMslNs = new long[policy.pathClasses().size()];
        for (int i = 0; i < twoMslNs.length; i++) {
            twoMslNs[i] = policy.pathClasses().get(i).twoMslNs();
        }
        shares = policy.overflow() == Overflow.FAIR_PER_REMOTE ? new FairShares(random) : null;
    }

    Lookup lookup() {
        return lookup;
    }

    /** Puts all waiting newcomers into the index, so that the table looks as if none had waited. */
    void settle() {
        newcomers.settle();
    }

    int size() {
        settle();
        return store.size();
    }

    long octets() {
        return store.octets() + index.octets() + deadlines.octets() + locals.octets();
    }

    /** The current time: the latest that was given. */
    long clock(long nowNs) {
        if (!started) {
            started = true;
            latestNs = nowNs;
            store.floor(nowNs);
        } else if (nowNs - latestNs > 0) {
            latestNs = nowNs;
        }
        // Deadlines are kept modulo 2^41 ns: after so long a sleep the overdue ones go first.
        if (latestNs + TimeWaitTable.LONGEST_FIN_WAIT_2_NS - store.floor() > EntryStore.rangeNs()) {
            expire(Integer.MAX_VALUE);
        }
        return latestNs;
    }

    void load(int ref, TimeWaitEntry e) {
        store.read(ref, e);
        e.sinceNs = e.isFinWait2() ? e.deadlineNs : e.deadlineNs - twoMslNs[e.pathClass];
    }

    void update(int ref, TimeWaitEntry e) {
        store.update(ref, e);
    }

    /** The peer's FIN has arrived again: restarts 2MSL. */
    void restart(int ref, TimeWaitEntry e, long nowNs) {
        deadlines.restart(ref, nowNs, twoMslNs[e.pathClass]);
        load(ref, e);
    }

    /** The peer's FIN has arrived for an orphan in FIN-WAIT-2: begins TIME-WAIT. */
    void beginTimeWait(int ref, TimeWaitEntry e, long nowNs) {
        deadlines.stop(ref);
        deadlines.start(ref, nowNs, twoMslNs[e.pathClass]);
        load(ref, e);
        if (observed) {
            observer.timeWaitBegan(e, nowNs);
        }
    }

    /**
     * Takes in a newcomer, whose numbers are in {@code e}; it replaces an old entry of its tuple.
     *
     * @param timeoutNs how long it stays in FIN-WAIT-2
     * @return false when there is no room, and none to be made
     */
    boolean admit(TimeWaitEntry e, FourTuple tuple, long timeoutNs, long nowNs) {
        long remoteHigh = tuple.remoteHigh;
        long remoteLow = tuple.remoteLow;
        int local = locals.acquire(tuple.localHigh, tuple.localLow);
        lookup.key(local, remoteHigh, remoteLow, tuple.localPort, tuple.remotePort);
        lookup.settleFor(lookup.hashed);
        if (isFull(remoteHigh, remoteLow) && !makeRoom(remoteHigh, remoteLow, nowNs)) {
            locals.release(local);
            counters.refused++;
            return false;
        }
        e.pathClass = policy.pathClassOf(remoteHigh, remoteLow);
        int ref = store.allocate(lookup.wide);
        store.create(ref, lookup.key0, lookup.key1, lookup.key2, e);
        deadlines.start(ref, nowNs, e.isFinWait2() ? timeoutNs : twoMslNs[e.pathClass]);
        if (shares != null) {
            shares.add(remoteHigh, remoteLow);
        }
        counters.entered++;
        newcomers.add(lookup.hashed, ref, nowNs);
        return true;
    }

    private boolean isFull(long remoteHigh, long remoteLow) {
        int more =
                IpAddress.isV4(remoteHigh, remoteLow)
                        ? TimeWaitTable.IPV4_OCTETS
                        : TimeWaitTable.IPV6_OCTETS;
        long wide = store.wideSize();
        long octets =
                (store.size() - wide) * TimeWaitTable.IPV4_OCTETS
                        + wide * TimeWaitTable.IPV6_OCTETS;
        return store.size() >= policy.maxEntries() || octets + more > policy.maxOctets();
    }

    /** The old entry of a newcomer's tuple goes. */
    private void replace(int old, long enteredNs) {
        counters.removed++;
        end(old, TimeWaitEnding.REMOVED, enteredNs);
    }

    /**
     * Makes room for the tuple whose key {@link #lookup} has made. What newcomers take the place of
     * goes first, and is often enough.
     */
    private boolean makeRoom(long remoteHigh, long remoteLow, long nowNs) {
        settle();
        int old = lookup.find();
        if (old != NIL) {
            replace(old, nowNs);
        }
        while (isFull(remoteHigh, remoteLow)) {
            if (!evict(remoteHigh, remoteLow, nowNs)) {
                return false;
            }
        }
        return true;
    }

    /** Ends an entry before its time, if the policy finds one that may go. */
    private boolean evict(long remoteHigh, long remoteLow, long nowNs) {
        int first = deadlines.first();
        if (first == NIL) {
            return false;
        }
        int victim =
                switch (policy.overflow()) {
                    case REFUSE_NEW -> NIL;
                    case EVICT_OLDEST -> first;
                    case SHORTEN_FIRST -> hasStayed(first, nowNs) ? first : NIL;
                    case FAIR_PER_REMOTE ->
                            shares.victim(remoteHigh, remoteLow, first, store, scratch);
                };
        if (victim == NIL) {
            return false;
        }
        counters.evicted++;
        end(victim, TimeWaitEnding.EVICTED, nowNs);
        return true;
    }

    /** An orphan in FIN-WAIT-2 protects nobody from old segments: it may always go. */
    private boolean hasStayed(int ref, long nowNs) {
        load(ref, scratch);
        return scratch.isFinWait2() || nowNs - scratch.sinceNs >= policy.shortestNs();
    }

    /** Ends what is due at the time that {@link #clock} gave last, the earliest first. */
    int expire(int limit) {
        long now = latestNs;
        int done = 0;
        while (done < limit) {
            int ref = deadlines.first();
            if (ref == NIL || store.deadline(ref) - now > 0) {
                store.floor(now);
                return done;
            }
            if (aheadTurns == 0) {
                lookAhead(ref);
            }
            boolean expected = aheadNext < aheadEnd && ref == aheadRefs[aheadNext];
            long hashed = expected ? aheadHashes[aheadNext] : index.hashOf(ref);
            if (newcomers.mayHold(hashed)) {
                // A newcomer may be what is due, or have taken its place.
                settle();
                continue;
            }
            aheadNext += expected ? 1 : 0;
            aheadTurns--;
            store.floor(store.deadline(ref));
            counters.expired++;
            end(ref, hashed, TimeWaitEnding.EXPIRED, now);
            done++;
        }
        return done;
    }

    /**
     * Touches the lines of the index that this and the next expiries will need, all at once: the
     * processor waits for sixteen lines of memory hardly longer than for one.
     */
    private void lookAhead(int first) {
        int count = 0;
        for (int ref = first; ref != NIL && count < AHEAD; ref = deadlines.following(ref)) {
            aheadRefs[count] = ref;
            aheadHashes[count++] = index.hashOf(ref);
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += index.touch(aheadHashes[i]);
        }
        touched = sum;
        aheadNext = 0;
        aheadEnd = count;
        aheadTurns = count;
    }

    long nextDeadlineNs() {
        int ref = deadlines.first();
        if (ref != NIL && !newcomers.isEmpty() && newcomers.mayHold(index.hashOf(ref))) {
            settle();
            ref = deadlines.first();
        }
        return ref == NIL ? Long.MAX_VALUE : store.deadline(ref);
    }

    void end(int ref, TimeWaitEnding ending, long nowNs) {
        // Its slot may be another entry's when expiry comes.
        aheadEnd = 0;
        end(ref, index.hashOf(ref), ending, nowNs);
    }

    private void end(int ref, long hashOfRef, TimeWaitEnding ending, long nowNs) {
        if (observed || shares != null) {
            load(ref, scratch);
        }
        if (shares != null) {
            shares.remove(scratch.remoteHigh, scratch.remoteLow);
        }
        deadlines.stop(ref);
        index.remove(hashOfRef, ref);
        locals.release(store.localId(ref));
        store.free(ref);
        if (observed) {
            observer.ended(scratch, ending, nowNs);
        }
    }

    long list(long cursor, int limit, TimeWaitVisitor visitor) {
        settle();
        int ref = (int) cursor;
        for (int shown = 0; shown < limit; shown++) {
            ref = store.nextUsed(ref);
            if (ref == NIL) {
                return -1;
            }
            load(ref, scratch);
            visitor.visit(scratch);
            ref += 2;
        }
        return ref;
    }
}
