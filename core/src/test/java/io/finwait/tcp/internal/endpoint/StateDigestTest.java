package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.tcp.internal.loss.LossBasedControl;
import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.PerSegment;
import io.finwait.tcp.internal.tcb.Rack;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.RttEstimator;
import io.finwait.tcp.internal.tcb.Scoreboard;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Every field of what {@link StateDigest} goes over changes the digest, or is exempt here with the
 * reason. A new field is neither and fails. Fields are changed where they mean something: in a
 * connection on which every option, timer and probe is in use.
 */
class StateDigestTest {

    private static final String PART = "part: its own fields are gone over";
    private static final String WIDE = "how wide a window is does not matter, see StateDigest";
    private static final String CONSTANT = "constant in a connection's life";
    private static final String NAME = "who it is, and not what it does";
    private static final String SHOWN = "for those who look on";
    private static final String MEMORY = "a place in memory";
    private static final String RTO = "retransmission timeouts are constant, see StateDigest";

    private static final String USERS = "told to the user alone: no packet depends on it";
    private static final String OF_TIME_WAIT = "answers are not limited and no wait is long";
    private static final String CAPS = "decides at a cap of orphans, see StateDigest";
    private static final String[] NEIGHBOURS = {"older", "newer"};
    private static final Class<?> RECORD = record();

    private static final Map<String, String> EXEMPT = new TreeMap<>();

    private static void exempt(Class<?> in, String reason, String... fields) {
        for (String field : fields) {
            EXEMPT.put(in.getSimpleName() + "." + field, reason);
        }
    }

    static {
        exempt(PerSegment.class, PART, "snd", "rcv", "timers", "rtt", "loss");
        exempt(PerSegment.class, WIDE, "congestion");
        exempt(PerSegment.class, "null or not, and its own fields, are told", "connection");
        exempt(PerSegment.class, CONSTANT, "timestampOffset");
        exempt(PerSegment.class, "there or not is told; its words are for the user", "softError");
        exempt(PerSegment.class, "follows from the timers", "undated", "heapIndex", "heapDeadline");
        exempt(Tcb.class, NAME, "hash");
        exempt(Tcb.class, "null or not is told; the listener does not change", "listener");
        exempt(Tcb.class, "told in SYN-RECEIVED, where alone it decides", "passive");
        exempt(Tcb.class, "decides in SYN-SENT and SYN-RECEIVED, when it began", "openedAtNs");
        exempt(Tcb.class, "restarts cwnd after idleness: " + WIDE, "lastSentNs");
        exempt(Tcb.class, "spreads windows of many segments: " + WIDE, "pacedToNs");
        exempt(Tcb.class, CONSTANT, "windowScaling");
        exempt(Tcb.class, SHOWN, "againBecause");
        exempt(Snd.class, PART, "scoreboard");
        exempt(Snd.class, "all numbers are relative to it", "iss");
        exempt(Snd.class, WIDE, "maxWnd", "capacity", "grownBy", "acknowledged", "flightWhenSent");
        exempt(Snd.class, CONSTANT, "windowScale", "agreedMss");
        exempt(Snd.class, SHOWN, "octetsAgain", "segmentsAgain", "phases");
        exempt(Rcv.class, SHOWN, "received", "lastTextNs");
        exempt(Snd.class, "follows from SND.UNA and the buffer", "base", "textEnd", "finSeq");
        exempt(Snd.class, "its length is told", "buffer");
        exempt(Rcv.class, WIDE, "maxWnd", "capacity", "grownBy", "readInRound", "roundBeganNs");
        exempt(Rcv.class, CONSTANT, "windowScale");
        exempt(Rcv.class, "what is readable is told", "buffer");
        exempt(Rcv.class, "its ranges are told", "reassembly");
        exempt(LossState.class, WIDE, "inflation");
        exempt(LossState.class, WIDE, "prrFlight", "prrDelivered", "prrOut", "prrWindow");
        exempt(LossState.class, "of the ACK under way", "duplicateReported", "duplicateEnd");
        exempt(RttEstimator.class, RTO, "timeoutNs", "maxNs", "initialNs", "minNs", "rttvarNs");
        exempt(RttEstimator.class, "zero or not is told: " + RTO, "backoff", "probing");
        exempt(Scoreboard.class, "is SND.UNA", "una");
        exempt(Scoreboard.class, "its ranges are told", "held", "again");
        exempt(Scoreboard.class, PART, "sent", "sentAgain", "rack");
        exempt(Scoreboard.class, "where to begin looking", "searched");
        exempt(Scoreboard.class, "of the ACK under way", "deliveredNow", "originalNow");
        exempt(
                Rack.class,
                "of the ACK under way",
                "nowNs",
                "echoes",
                "echoedTick",
                "measuredNowNs",
                "highestBefore");
        exempt(Rack.class, "decides after minutes", "minRttSinceNs");
        exempt(Timers.class, MEMORY, "clock", "owner");
        exempt(Timers.class, "a bound, looked at for speed only", "notBefore");
        exempt(Timers.class, "each deadline is told, dated or not", "undated");
        exempt(Notified.class, MEMORY, "endpoint", "context", "tcb", "input", "toBeNotified");
        exempt(Notified.class, "the user's own", "observer");
        exempt(Notified.class, NAME, "incarnation");
        exempt(Tcb.class, "the order of the listener's queue is told", NEIGHBOURS);
        exempt(Tcb.class, CAPS, "orphanOctets");
        exempt(SequenceRanges.class, "follows from the ranges", "octets");
        exempt(SequenceRanges.class, MEMORY, "chosen");
        exempt(TcpConnection.class, USERS, "record", "attachment", "totals", "softError");
        exempt(TcpConnection.class, USERS, "endOfStream", "errorTold");
        exempt(TcpConnection.class, "is SND.NXT of the entry that it may end", "lastSndNxt");
        exempt(TcpConnection.class, "the entry in FIN-WAIT-2 is told", "isRecord");
        exempt(LossBasedControl.class, CONSTANT, "mss");
        exempt(LossBasedControl.class, WIDE, "cwnd", "ssthresh");
        exempt(LossBasedControl.class, WIDE, "earlierCwnd", "earlierSsthresh");
        exempt(NewReno.class, WIDE, "acknowledgedInAvoidance");
        exempt(TcpListener.class, MEMORY, "endpoint", "nextNotified", "toBeNotified");
        exempt(TcpListener.class, "of those of a port, at most one is at an address", "nextOfPort");
        exempt(TcpListener.class, "its length and order are told", "acceptQueue");
        exempt(TcpListener.class, PART, "handshakes");
        exempt(TcpListener.class, USERS, "onAcceptable");
        exempt(HandshakeQueue.class, MEMORY, "context");
        exempt(HandshakeQueue.class, "the order is told", "queue");
        exempt(TimeWaitEntry.class, OF_TIME_WAIT, "tsOutdated", "answered");
        exempt(TimeWaitEntry.class, "decided by the remote address", "pathClass");
        exempt(TimeWaitEntry.class, "2MSL before the deadline", "sinceNs");
        exempt(RECORD, NAME, "hash");
        exempt(RECORD, CAPS, NEIGHBOURS);
        exempt(RECORD, USERS, "handle");
        exempt(RECORD, WIDE, "oldestAck");
    }

    private final Bench bench = new Bench(config -> config.congestionControl(NewReno::new));
    private final Tcb tcb = connection();
    private final TcpListener listener = listener();

    private static Class<?> record() {
        try {
            return Class.forName("io.finwait.tcp.internal.close.FinWait2Record");
        } catch (ClassNotFoundException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private Tcb connection() {
        bench.endpoint.connect(Bench.PEERS, 99);
        bench.cycle();
        Tcb opened = bench.endpoint.context.tcbs.snapshot()[0];
        opened.state = State.ESTABLISHED;
        opened.rcv.synchronize(5_000);
        opened.snd.una = opened.snd.nxt;
        opened.sackPermitted = true;
        opened.rcv.timestamps = true;
        opened.rcv.duplicate(4_000, 4_100);
        opened.rcv.finHeld = true;
        opened.rcv.tsRecentAtNs = bench.now;
        opened.timing = true;
        opened.tailProbed = true;
        opened.resetOwed = true;
        opened.challenged = true;
        opened.lastChallengeNs = bench.now;
        opened.acceptDeferred = true;
        opened.loss.recovering = true;
        opened.reducedLately = true;
        opened.loss.undoOpen = true;
        opened.loss.undoStamped = true;
        opened.keepaliveIdleNs = 1;
        opened.pathMtu = 1_000;
        opened.rtt.sample(10 * Bench.MS);
        opened.snd.scoreboard.ackArrives(bench.now);
        opened.snd.scoreboard.sent(opened.snd.una, ++opened.snd.nxt, opened.snd.una, bench.now);
        opened.snd.acknowledge(opened.snd.nxt);
        opened.snd.scoreboard.rack().duplicateReported(0, 1);
        opened.rcv.reassembly = opened.rcv.reassembly.orOfItsOwn();
        opened.rcv.reassembly.add(6_000, 6_100, 4);
        opened.rcv.reassembly.add(7_000, 7_100, 4);
        return opened;
    }

    /** A listener with two handshakes under way, and an orphan of its in FIN-WAIT-2. */
    private TcpListener listener() {
        TcpListener listening = (TcpListener) bench.endpoint.listen(Bench.PORT, 4);
        Bench.Peer peer = bench.open(40_000, true);
        listening.accept().close();
        bench.work();
        peer.segment(Bench.ACK, peer.seq, peer.ack + 1, 0);
        for (int port = 40_001; port <= 40_002; port++) {
            bench.new Peer(port, false).segment(Bench.SYN, 1, 0, 0);
        }
        bench.work();
        assertThat(bench.endpoint.finWait2.size()).isEqualTo(1);
        assertThat(listening.synQueueLength()).isEqualTo(2);
        return listening;
    }

    private Object recordOfTheOrphan() {
        for (Object each : (Object[]) read("records", bench.endpoint.finWait2)) {
            if (each != null) {
                return each;
            }
        }
        throw new AssertionError("no record");
    }

    /** The same in the table, read out of it: what is changed there lasts until the next call. */
    private TimeWaitEntry entryOfTheOrphan() {
        TimeWaitTable table = bench.endpoint.timeWaits.table();
        assertThat(table.read((FourTuple) recordOfTheOrphan())).isTrue();
        return table.entry();
    }

    private List<Long> digestOfAnEntry(TimeWaitEntry entry) {
        List<Long> words = new ArrayList<>();
        StateDigest.entry(bench.endpoint, entry, 0, 0, words::add);
        return words;
    }

    private static Object read(String field, Object from) {
        try {
            Field found = from.getClass().getDeclaredField(field);
            found.setAccessible(true);
            return found.get(from);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private List<Long> digest() {
        List<Long> words = new ArrayList<>();
        StateDigest.of(bench.endpoint, 0, 0, words::add);
        StateDigest.listeners(bench.endpoint, words::add);
        return words;
    }

    @TestFactory
    Stream<DynamicTest> everyFieldIsDigestedOrExempt() {
        return Stream.of(
                        fields(PerSegment.class, tcb),
                        fields(Tcb.class, tcb),
                        fields(Snd.class, tcb.snd),
                        fields(Rcv.class, tcb.rcv),
                        fields(SequenceRanges.class, tcb.rcv.reassembly),
                        fields(LossState.class, tcb.loss),
                        fields(LossBasedControl.class, tcb.congestion),
                        fields(NewReno.class, tcb.congestion),
                        fields(RttEstimator.class, tcb.rtt),
                        fields(Scoreboard.class, tcb.snd.scoreboard),
                        fields(Rack.class, tcb.snd.scoreboard.rack()),
                        fields(Timers.class, tcb.timers),
                        fields(Notified.class, tcb.connection),
                        fields(TcpConnection.class, tcb.connection),
                        fields(TcpListener.class, listener),
                        fields(HandshakeQueue.class, read("handshakes", listener)),
                        fields(RECORD, recordOfTheOrphan()))
                .flatMap(each -> each);
    }

    @TestFactory
    Stream<DynamicTest> everyFieldOfAnEntryIsDigestedOrExempt() {
        TimeWaitEntry entry = entryOfTheOrphan();
        return fields(TimeWaitEntry.class, entry, () -> digestOfAnEntry(entry));
    }

    private Stream<DynamicTest> fields(Class<?> in, Object of) {
        return fields(in, of, this::digest);
    }

    private static Stream<DynamicTest> fields(Class<?> in, Object of, Supplier<List<Long>> digest) {
        return Stream.of(in.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(
                        field -> {
                            String name = in.getSimpleName() + "." + field.getName();
                            return DynamicTest.dynamicTest(
                                    name,
                                    () -> {
                                        if (!EXEMPT.containsKey(name)) {
                                            assertDigested(field, of, digest);
                                        }
                                    });
                        });
    }

    private static void assertDigested(Field field, Object of, Supplier<List<Long>> digest)
            throws IllegalAccessException {
        field.setAccessible(true);
        List<Long> before = digest.get();
        Consumer<Object> put =
                value -> {
                    try {
                        field.set(of, value);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                };
        Object old = field.get(of);
        boolean told = false;
        for (Iterator<Object> values = others(old, field).iterator(); !told && values.hasNext(); ) {
            put.accept(values.next());
            told = !digest.get().equals(before);
        }
        put.accept(old);
        assertThat(told).as("%s decides, and is not digested", field).isTrue();
    }

    /** Values that differ; some numbers only decide below a bound, or by being 0. */
    private static List<Object> others(Object old, Field field) {
        if (old instanceof Boolean is) {
            return List.of(!is);
        } else if (old instanceof Integer number) {
            return List.of(number + 1, number - 1, 0);
        } else if (old instanceof Long number) {
            return List.of(number + 1);
        } else if (old instanceof State) {
            return List.of(State.CLOSE_WAIT);
        } else if (old instanceof int[] numbers) {
            int[] changed = numbers.clone();
            changed[0] += 100;
            return List.of(changed);
        } else if (old instanceof long[] numbers) {
            long[] changed = numbers.clone();
            changed[Timer.RETRANSMISSION.ordinal()] += 77;
            return List.of(changed);
        } else if (field.getType() == IpAddress.class) {
            return List.of(Bench.PEERS);
        }
        throw new AssertionError(field + " is neither digested nor exempt");
    }

    /** A reason for a field that has gone would hide the next one of its name. */
    @Test
    void everyReasonIsForAFieldThatIsThere() {
        List<String> all = new ArrayList<>();
        for (Class<?> in :
                List.of(
                        PerSegment.class,
                        Tcb.class,
                        Snd.class,
                        Rcv.class,
                        LossState.class,
                        RttEstimator.class,
                        Scoreboard.class,
                        Rack.class,
                        Timers.class,
                        Notified.class,
                        SequenceRanges.class,
                        LossBasedControl.class,
                        NewReno.class,
                        TcpConnection.class,
                        TcpListener.class,
                        HandshakeQueue.class,
                        TimeWaitEntry.class,
                        RECORD)) {
            for (Field field : in.getDeclaredFields()) {
                all.add(in.getSimpleName() + "." + field.getName());
            }
        }
        assertThat(all).containsAll(EXEMPT.keySet());
    }
}
