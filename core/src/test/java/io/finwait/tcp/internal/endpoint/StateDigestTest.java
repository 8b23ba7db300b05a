package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
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

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
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
        exempt(Tcb.class, CONSTANT, "windowScaling");
        exempt(Tcb.class, SHOWN, "againBecause");
        exempt(Snd.class, PART, "scoreboard");
        exempt(Snd.class, "all numbers are relative to it", "iss");
        exempt(Snd.class, WIDE, "maxWnd", "capacity", "grownBy", "acknowledged", "flightWhenSent");
        exempt(Snd.class, CONSTANT, "windowScale", "agreedMss");
        exempt(Snd.class, SHOWN, "octetsAgain", "segmentsAgain");
        exempt(Rcv.class, SHOWN, "received");
        exempt(Snd.class, "follows from SND.UNA and the buffer", "base", "textEnd", "finSeq");
        exempt(Snd.class, "its length is told", "buffer");
        exempt(Rcv.class, WIDE, "maxWnd", "capacity", "grownBy", "readInRound", "roundBeganNs");
        exempt(Rcv.class, CONSTANT, "windowScale");
        exempt(Rcv.class, "what is readable is told", "buffer");
        exempt(Rcv.class, "its ranges are told", "reassembly");
        exempt(LossState.class, WIDE, "inflation");
        exempt(LossState.class, "of the ACK under way", "duplicateReported", "duplicateEnd");
        exempt(RttEstimator.class, RTO, "timeoutNs", "maxNs", "initialNs", "minNs", "variationNs");
        exempt(RttEstimator.class, "zero or not is told: " + RTO, "backoff", "probing");
        exempt(Scoreboard.class, "is SND.UNA", "una");
        exempt(Scoreboard.class, "its ranges are told", "held", "again");
        exempt(Scoreboard.class, PART, "sent", "sentAgain", "rack");
        exempt(Scoreboard.class, "where to begin looking", "searched");
        exempt(Rack.class, "of the ACK under way", "nowNs", "echoedTick");
        exempt(Rack.class, "decides after minutes", "minRttSinceNs");
        exempt(Timers.class, MEMORY, "clock", "owner");
        exempt(Timers.class, "a bound, looked at for speed only", "notBefore");
        exempt(Timers.class, "each deadline is told, dated or not", "undated");
        exempt(Notified.class, MEMORY, "endpoint", "context", "tcb", "input", "toBeNotified");
        exempt(Notified.class, "the user's own", "observer");
        exempt(Notified.class, NAME, "incarnation");
    }

    private final Bench bench = new Bench();
    private final Tcb tcb = connection();

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
        opened.keepaliveIdleNs = 1;
        opened.pathMtu = 1_000;
        opened.rtt.sample(10 * Bench.MS);
        opened.snd.scoreboard.rack().ackArrives(bench.now, Long.MAX_VALUE);
        opened.snd.scoreboard.sent(opened.snd.una, ++opened.snd.nxt, opened.snd.una, bench.now);
        opened.snd.acknowledge(opened.snd.nxt);
        opened.snd.scoreboard.rack().duplicateReported(0, 1);
        return opened;
    }

    private List<Long> digest() {
        List<Long> words = new ArrayList<>();
        StateDigest.of(bench.endpoint, words::add);
        return words;
    }

    @TestFactory
    Stream<DynamicTest> everyFieldIsDigestedOrExempt() {
        return Stream.of(
                        fields(PerSegment.class, tcb),
                        fields(Tcb.class, tcb),
                        fields(Snd.class, tcb.snd),
                        fields(Rcv.class, tcb.rcv),
                        fields(LossState.class, tcb.loss),
                        fields(RttEstimator.class, tcb.rtt),
                        fields(Scoreboard.class, tcb.snd.scoreboard),
                        fields(Rack.class, tcb.snd.scoreboard.rack()),
                        fields(Timers.class, tcb.timers),
                        fields(Notified.class, tcb.connection))
                .flatMap(each -> each);
    }

    private Stream<DynamicTest> fields(Class<?> in, Object of) {
        return Stream.of(in.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(
                        field -> {
                            String name = in.getSimpleName() + "." + field.getName();
                            return DynamicTest.dynamicTest(
                                    name,
                                    () -> {
                                        if (!EXEMPT.containsKey(name)) {
                                            assertDigested(field, of);
                                        }
                                    });
                        });
    }

    private void assertDigested(Field field, Object of) throws IllegalAccessException {
        field.setAccessible(true);
        List<Long> before = digest();
        Consumer<Object> put =
                value -> {
                    try {
                        field.set(of, value);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                };
        Object old = field.get(of);
        if (old instanceof Boolean is) {
            put.accept(!is);
        } else if (old instanceof Integer number) {
            put.accept(number + 1);
            if (digest().equals(before)) {
                // Some only decide below a bound.
                put.accept(number - 1);
            }
        } else if (old instanceof Long number) {
            put.accept(number + 1);
        } else if (old instanceof State) {
            put.accept(State.CLOSE_WAIT);
        } else if (old instanceof long[]) {
            tcb.timers.startAt(Timer.RETRANSMISSION, bench.now + 77);
        } else {
            throw new AssertionError(field + " is neither digested nor exempt");
        }
        List<Long> after = digest();
        if (!(old instanceof long[])) {
            put.accept(old);
        }
        assertThat(after).as("%s decides, and is not digested", field).isNotEqualTo(before);
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
                        Notified.class)) {
            for (Field field : in.getDeclaredFields()) {
                all.add(in.getSimpleName() + "." + field.getName());
            }
        }
        assertThat(all).containsAll(EXEMPT.keySet());
    }
}
