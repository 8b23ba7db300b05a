package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.timewait.TableModel.Entry;
import io.finwait.timewait.TableModel.Tuple;
import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.timewait.TimeWaitPolicy.Reuse;
import io.finwait.timewait.TimeWaitPolicy.Rst;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run of random operations on the table and on {@link TableModel}. Sequence numbers, timestamps
 * and the clock wrap.
 */
final class ModelComparison {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1000 * MS;
    private static final IpAddress[] LOCALS = {
        IpAddress.parse("10.0.0.1"), IpAddress.parse("10.0.0.2"), IpAddress.parse("fd00::1")
    };

    private record Replaced(Entry entry, long atNs) {}

    private final SplittableRandom random;
    private final TableModel model;
    private final TimeWaitTable table;
    private final TupleBatch batch = new TupleBatch();
    private final Tuple[] asked = new Tuple[TupleBatch.CAPACITY];
    private final int ports;
    private final long seed;
    private final int operations;
    private long now;
    private TimeWaitEnding expected;
    private int endings;
    private long replaced;
    private long removed;

    /**
     * Entries whose place a newcomer took, and whose end has not been told: it may be told later.
     */
    private final Deque<Replaced> untold = new ArrayDeque<>();

    ModelComparison(long seed, int operations, boolean colliding) {
        this.seed = seed;
        this.operations = operations;
        random = new SplittableRandom(seed);
        ports = colliding ? 8 : 1 << (4 + random.nextInt(5));
        boolean exactRst = random.nextBoolean();
        // It wraps about in the middle of the run.
        now = Long.MAX_VALUE - operations / 2 * (10 * MS);
        model = new TableModel(now, exactRst);
        TimeWaitPolicy policy =
                TimeWaitPolicy.defaults()
                        .withTwoMsl(Duration.ofSeconds(60))
                        .withPathClass("far", high(9), Duration.ofMinutes(4))
                        .withPathClass("near", high(3), Duration.ofSeconds(3))
                        .withReuse(Reuse.ALL, Duration.ofSeconds(1))
                        .withRst(exactRst ? Rst.EXACT_MATCH : Rst.IGNORE)
                        .withMaxEntries(colliding ? 500 : 20_000, Overflow.EVICT_OLDEST);
        RandomSource source = RandomSource.seeded(seed);
        TupleHash hash = colliding ? new CollidingHash(source) : new TupleHash(source);
        table = new TimeWaitTable(policy, source, hash, this::ended);
    }

    private static AddressPredicate high(int lastOctet) {
        return (high, low) -> (low & 0xFF) == lastOctet;
    }

    /** Three hashes for all tuples. */
    private static final class CollidingHash extends TupleHash {
        CollidingHash(RandomSource random) {
            super(random);
        }

        @Override
        long of(long a, long b, long c) {
            return (super.of(a, b, c) & 1) * 0x7FFF_FFFF_FFFF_FFFFL;
        }
    }

    void run() {
        for (int i = 0; i < operations; i++) {
            try {
                operation();
                if (i % 10_000 == 0) {
                    listing();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", operation " + i + ": " + e, e);
            }
        }
        listing();
        assertAllTold();
        expected = TimeWaitEnding.EXPIRED;
        while (!model.entries.isEmpty()) {
            now += Math.max(0, table.nextDeadlineNs() - now);
            assertThat(table.expire(now, Integer.MAX_VALUE)).as("seed %s", seed).isPositive();
        }
        assertThat(table.size()).isZero();
        // A chunk of each kind may stay.
        assertThat(table.octets()).as("what an empty table holds").isLessThan(1 << 20);
    }

    private void operation() {
        // Time moves in whole ms, so that the limit's coarser clock can't matter.
        now += random.nextInt(40) * MS * random.nextInt(2);
        Tuple tuple = tuple();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> enter(tuple, 0);
            case 5 -> enter(tuple, (1 + random.nextInt(20)) * (7 * SECOND));
            case 6, 7, 8, 9 -> segment(tuple);
            case 10 -> parking(tuple);
            case 11 -> remove(tuple);
            case 12 -> lookups();
            case 13, 14 -> expire(1 + random.nextInt(50));
            default -> {
                if (random.nextInt(500) == 0) {
                    now += random.nextInt(1900) * SECOND;
                    expire(Integer.MAX_VALUE);
                }
            }
        }
        // Not after each: who looks at the table ends the waiting of newcomers.
        if (random.nextInt(32) == 0) {
            assertThat(table.size()).isEqualTo(model.entries.size());
            assertAllTold();
        }
        if (!model.entries.isEmpty() && random.nextInt(4) == 0) {
            assertThat(table.nextDeadlineNs()).isEqualTo(model.byDeadline.first().deadline);
        }
    }

    private void assertAllTold() {
        assertThat(untold).isEmpty();
        assertThat(table.counters().removed()).isEqualTo(replaced + removed);
    }

    private Tuple tuple() {
        IpAddress local = LOCALS[random.nextInt(3)];
        int host = random.nextInt(10);
        IpAddress remote =
                local.isV4() && random.nextInt(20) > 0
                        ? IpAddress.v4(0xC000_0200 + host)
                        : new IpAddress(0xFD00L << 48, host);
        return new Tuple(local, remote, 1 + random.nextInt(4), 65_535 - random.nextInt(ports));
    }

    /** What the table tells its observer must be what the model would have done. */
    private void ended(TimeWaitEntry e, TimeWaitEnding ending, long nowNs) {
        Tuple tuple = tuple(e);
        if (!untold.isEmpty() && untold.peek().entry().tuple.equals(tuple)) {
            Replaced replacement = untold.remove();
            assertThat(ending).isEqualTo(TimeWaitEnding.REMOVED);
            assertThat(nowNs).isEqualTo(replacement.atNs());
            same(e, replacement.entry());
            return;
        }
        assertThat(untold).noneMatch(other -> other.entry().tuple.equals(tuple));
        endings++;
        Entry gone = model.entries.get(tuple);
        if (ending == TimeWaitEnding.EXPIRED || ending == TimeWaitEnding.EVICTED) {
            assertThat(gone.deadline).isEqualTo(model.byDeadline.first().deadline);
            assertThat(e.deadlineNs()).isEqualTo(gone.deadline);
            model.remove(tuple);
        } else if (ending != TimeWaitEnding.RESET && ending != TimeWaitEnding.TEXT_AFTER_CLOSE) {
            assertThat(gone).isNotNull();
        }
        assertThat(ending).isEqualTo(ending == TimeWaitEnding.EVICTED ? ending : expected);
        if (ending == TimeWaitEnding.EXPIRED) {
            assertThat(gone.deadline - now).isLessThanOrEqualTo(0);
        }
        assertThat(nowNs).isEqualTo(now);
    }

    private static Tuple tuple(TimeWaitEntry e) {
        return new Tuple(
                new IpAddress(e.localHigh, e.localLow),
                new IpAddress(e.remoteHigh, e.remoteLow),
                e.localPort(),
                e.remotePort());
    }

    private void enter(Tuple t, long timeout) {
        int snd = random.nextInt();
        int rcv = random.nextInt(4) == 0 ? -random.nextInt(50) : random.nextInt();
        int scale = random.nextInt(15);
        int window = random.nextInt(8) == 0 ? 0 : random.nextInt(1 << 20);
        boolean ts = random.nextBoolean();
        int tsRecent = random.nextInt(3) == 0 ? Integer.MAX_VALUE - 3 : random.nextInt();
        // The end of the tuple's old entry is told now or later, but before all else about the
        // tuple.
        expected = TimeWaitEnding.EVICTED;
        Entry old = model.entries.get(t);
        if (old != null) {
            untold.add(new Replaced(old, now));
            replaced++;
        }
        assertThat(untold).hasSizeLessThanOrEqualTo(16);
        boolean taken;
        if (timeout == 0) {
            taken = table.enter(t.sockets(), snd, rcv, window, scale, ts, tsRecent, 0, now);
        } else {
            taken =
                    table.enterFinWait2(
                            t.sockets(), snd, rcv, window, scale, ts, tsRecent, 0, timeout, now);
        }
        assertThat(taken).isTrue();
        int last = (int) t.remote().low() & 0xFF;
        long twoMsl = (last == 9 ? 240 : last == 3 ? 3 : 60) * SECOND;
        Entry e = model.enter(t, twoMsl, timeout, now);
        e.sndNxt = snd;
        e.rcvNxt = rcv;
        e.window = Math.min(window >>> scale, 65_535);
        e.scale = scale;
        e.timestamps = ts;
        e.tsRecent = tsRecent;
    }

    private void segment(Tuple t) {
        Entry e = model.entries.get(t);
        int rcv = e == null ? 0 : e.rcvNxt;
        int snd = e == null ? 0 : e.sndNxt;
        int recent = e == null ? 0 : e.tsRecent;
        int flags = random.nextInt(8) < 6 ? 0x10 | random.nextInt(2) : random.nextInt(32);
        int text = random.nextInt(3) == 0 ? random.nextInt(20) : 0;
        int length = text + (flags & 1) + (flags >> 1 & 1);
        int seq =
                switch (random.nextInt(6)) {
                    case 0, 1 -> rcv - length;
                    case 2 -> rcv;
                    case 3 -> rcv + random.nextInt(40) - 20;
                    case 4 -> rcv + random.nextInt(1 << 20);
                    default -> random.nextInt();
                };
        int ack = random.nextInt(6) == 0 ? random.nextInt() : snd + random.nextInt(6) - 4;
        boolean hasTs = random.nextInt(4) > 0;
        int tsVal = recent + random.nextInt(8) - 3;
        boolean listening = random.nextInt(3) > 0;
        boolean listenerTs = random.nextBoolean();
        TimeWaitVerdict wanted =
                model.segment(t, seq, length, flags, ack, hasTs, tsVal, listening, listenerTs, now);
        expected =
                wanted == TimeWaitVerdict.RESET
                        ? TimeWaitEnding.TEXT_AFTER_CLOSE
                        : TimeWaitEnding.RESET;
        TimeWaitVerdict got =
                table.segment(
                        t.sockets(),
                        seq,
                        length,
                        flags,
                        ack,
                        hasTs,
                        tsVal,
                        listening,
                        listenerTs,
                        now);
        assertThat(got).isEqualTo(wanted);
        Entry after = model.entries.get(t);
        if (after != null) {
            same(table.entry(), after);
        }
    }

    private void parking(Tuple t) {
        Entry e = model.entries.get(t);
        long lh = t.local().high();
        long ll = t.local().low();
        long rh = t.remote().high();
        long rl = t.remote().low();
        boolean parked = e != null && e.parked;
        boolean got =
                switch (random.nextInt(4)) {
                    case 0 -> {
                        boolean done =
                                table.park(
                                        FourTuple.of(
                                                lh, ll, rh, rl, t.localPort(), t.remotePort()));
                        assertThat(done).isEqualTo(e != null && !e.finWait2);
                        if (done) {
                            e.parked = true;
                            e.parkedByReuse = false;
                        }
                        yield done;
                    }
                    case 1 -> {
                        boolean ts = random.nextBoolean();
                        boolean done =
                                table.reuse(
                                        FourTuple.of(lh, ll, rh, rl, t.localPort(), t.remotePort()),
                                        ts,
                                        now);
                        assertThat(done).isEqualTo(model.reuse(t, ts, now));
                        yield done;
                    }
                    case 2 -> {
                        boolean done =
                                table.returned(
                                        FourTuple.of(
                                                lh, ll, rh, rl, t.localPort(), t.remotePort()));
                        assertThat(done).isEqualTo(parked);
                        if (done) {
                            e.parked = false;
                        }
                        yield done;
                    }
                    default -> {
                        expected =
                                parked && e.parkedByReuse
                                        ? TimeWaitEnding.REUSED
                                        : TimeWaitEnding.REOPENED;
                        boolean done =
                                table.established(
                                        FourTuple.of(lh, ll, rh, rl, t.localPort(), t.remotePort()),
                                        now);
                        assertThat(done).isEqualTo(parked);
                        if (done) {
                            model.remove(t);
                        }
                        yield done;
                    }
                };
        if (got && model.entries.containsKey(t)) {
            same(table.entry(), e);
        }
    }

    private void remove(Tuple t) {
        expected = TimeWaitEnding.REMOVED;
        boolean done = table.remove(t.sockets(), now);
        assertThat(done).isEqualTo(model.remove(t) != null);
        removed += done ? 1 : 0;
    }

    private void lookups() {
        batch.clear();
        int wanted = 0;
        int count = random.nextInt(TupleBatch.CAPACITY + 1);
        for (int i = 0; i < count; i++) {
            asked[i] = tuple();
            Tuple t = asked[i];
            batch.add(t.sockets());
            wanted |= model.entries.containsKey(t) ? 1 << i : 0;
        }
        assertThat(table.find(batch)).isEqualTo(wanted);
    }

    private void expire(int limit) {
        expected = TimeWaitEnding.EXPIRED;
        endings = 0;
        int done = table.expire(now, limit);
        assertThat(done).isEqualTo(endings);
        boolean overdue = !model.entries.isEmpty() && model.byDeadline.first().deadline - now <= 0;
        assertThat(overdue && done < limit).as("overdue entries left").isFalse();
    }

    private void listing() {
        Set<Tuple> seen = new HashSet<>();
        long cursor = 0;
        while (cursor >= 0) {
            cursor =
                    table.list(
                            cursor,
                            100,
                            e -> {
                                assertThat(seen.add(tuple(e))).as("seen once").isTrue();
                                same(e, model.entries.get(tuple(e)));
                            });
        }
        assertThat(seen).isEqualTo(model.entries.keySet());
    }

    private static void same(TimeWaitEntry got, Entry wanted) {
        assertThat(got.sndNxt()).isEqualTo(wanted.sndNxt);
        assertThat(got.rcvNxt()).isEqualTo(wanted.rcvNxt);
        assertThat(got.window()).isEqualTo(wanted.window);
        assertThat(got.hasTimestamps()).isEqualTo(wanted.timestamps);
        assertThat(got.tsRecent()).isEqualTo(wanted.tsRecent);
        assertThat(got.isFinWait2()).isEqualTo(wanted.finWait2);
        assertThat(got.isParked()).isEqualTo(wanted.parked);
        assertThat(got.deadlineNs()).isEqualTo(wanted.deadline);
    }
}
