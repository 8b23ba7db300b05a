package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.tcb.Scoreboard;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A TCB serves one connection after another: what the earlier one has left in any of its fields is
 * nothing to the next one. Each field is set to something else before, so that a new field is
 * either prepared for the next connection or named here with the reason.
 */
class ReusedTcbTest {

    /** A TCB that waits to be used stands in no queue, list or heap, and is CLOSED. */
    private static final Set<String> OF_THE_POOL =
            Set.of(
                    "PerSegment.ready",
                    "PerSegment.undated",
                    "PerSegment.heapIndex",
                    "PerSegment.state");

    /**
     * Read only while another field says so: challenged, keepaliveIdleNs, timing, pathMtu,
     * resetOwed, tailProbed, orphan, heapIndex, echoes; or not idle.
     */
    private static final Set<String> MEANS_NOTHING =
            Set.of(
                    "Tcb.lastChallengeNs",
                    "Tcb.keepaliveIntervalNs",
                    "Tcb.keepaliveProbes",
                    "Tcb.timedAtNs",
                    "Tcb.pathMtuUntilNs",
                    "Tcb.resetSeq",
                    "Tcb.orphanOctets",
                    "PerSegment.tailProbeEnd",
                    "PerSegment.heapDeadline",
                    "Rack.echoedTick",
                    "SendPhases.sinceNs");

    /** Set when the handshake is over, and not read before. */
    private static final Set<String> SET_WITH_THE_HANDSHAKE =
            Set.of(
                    "Tcb.lastSentNs",
                    "Tcb.pacedToNs",
                    "Tcb.synReceivedAtNs",
                    "Rcv.lastTextNs",
                    "Snd.mss",
                    "Snd.agreedMss",
                    "LossBasedControl.mss",
                    "LossBasedControl.cwnd",
                    "LossBasedControl.ssthresh",
                    "LossBasedControl.earlierCwnd",
                    "LossBasedControl.earlierSsthresh",
                    "NewReno.acknowledgedInAvoidance");

    private static List<Field> plainFields(Class<?> of) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> in = of; in != Object.class; in = in.getSuperclass()) {
            for (Field field : in.getDeclaredFields()) {
                Class<?> type = field.getType();
                boolean plain = type.isPrimitive() || type.isEnum() || type == String.class;
                if (plain && !Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    private static String name(Field field) {
        return field.getDeclaringClass().getSimpleName() + "." + field.getName();
    }

    private static List<Object> parts(Tcb tcb) {
        Scoreboard scoreboard = tcb.snd.scoreboard;
        return List.of(
                tcb,
                tcb.snd,
                tcb.snd.phases,
                tcb.rcv,
                tcb.loss,
                tcb.rtt,
                tcb.timers,
                tcb.congestion,
                scoreboard,
                scoreboard.rack());
    }

    private static Map<String, Object> fields(Tcb tcb) throws IllegalAccessException {
        Map<String, Object> all = new TreeMap<>();
        for (Object part : parts(tcb)) {
            for (Field field : plainFields(part.getClass())) {
                Object value = field.get(part);
                all.put(name(field), value == null ? "null" : value);
            }
        }
        return all;
    }

    private static void spoil(Tcb tcb) throws IllegalAccessException {
        for (Object part : parts(tcb)) {
            for (Field field : plainFields(part.getClass())) {
                boolean isFinal = Modifier.isFinal(field.getModifiers());
                if (!isFinal && !OF_THE_POOL.contains(name(field))) {
                    field.set(part, other(field.get(part), field.getType()));
                }
            }
        }
        tcb.rcv.reassembly = tcb.rcv.reassembly.orOfItsOwn();
        tcb.rcv.reassembly.add(1, 1_000_000, 4);
    }

    private static Object other(Object now, Class<?> type) {
        if (now instanceof Boolean is) {
            return !is;
        } else if (now instanceof Integer number) {
            return number + 123_456;
        } else if (now instanceof Long number) {
            return number + 123_456_789L;
        } else if (type == String.class) {
            return "an earlier one's";
        }
        Object[] all = type.getEnumConstants();
        return all[(((Enum<?>) now).ordinal() + 1) % all.length];
    }

    /** Two endpoints that differ in this alone: the TCB of one has served others. */
    private final Bench fresh = new Bench(config -> config.congestionControl(NewReno::new));

    private final Bench used = new Bench(config -> config.congestionControl(NewReno::new));

    private void leaveATcb() throws IllegalAccessException {
        Tcb tcb = used.endpoint.context.tcbPool.take();
        used.endpoint.context.tcbPool.give(tcb);
        used.cycle();
        assertThat(used.endpoint.context.tcbPool.free()).isEqualTo(1);
        spoil(tcb);
    }

    private static Tcb tcb(Bench bench) {
        return bench.endpoint.context.tcbs.snapshot()[0];
    }

    private void differ(Set<String> mayDiffer, String when) throws IllegalAccessException {
        assertThat(used.endpoint.context.tcbPool.free()).as("it is used").isZero();
        Map<String, Object> expected = fields(tcb(fresh));
        Map<String, Object> found = fields(tcb(used));
        Set<String> differing = new TreeSet<>();
        expected.forEach(
                (name, value) -> {
                    if (!value.equals(found.get(name)) && !mayDiffer.contains(name)) {
                        differing.add(name + " is " + found.get(name) + ", not " + value);
                    }
                });
        assertThat(differing).as("left of an earlier connection %s", when).isEmpty();
        assertThat(tcb(used).rcv.reassembly.count()).isZero();
    }

    private static Set<String> with(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPassiveOneBeginsAsTheFirst(boolean timestamps)
            throws IllegalAccessException, IOException {
        leaveATcb();
        for (Bench bench : List.of(fresh, used)) {
            bench.endpoint.listen(Bench.PORT, 4);
            Bench.Peer peer = bench.new Peer(40_000, timestamps);
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
        }
        differ(with(MEANS_NOTHING, SET_WITH_THE_HANDSHAKE), "in SYN-RECEIVED");
        for (Bench bench : List.of(fresh, used)) {
            Bench.Peer peer = bench.new Peer(40_000, timestamps);
            bench.now += 30 * MS;
            peer.segment(ACK, peer.seq + 1, bench.lastTo(40_000).seq() + 1, 10);
            bench.work();
        }
        assertThat(tcb(used).state).isEqualTo(State.ESTABLISHED);
        differ(MEANS_NOTHING, "in ESTABLISHED");
    }

    @Test
    void anActiveOneBeginsAsTheFirst() throws IllegalAccessException, IOException {
        leaveATcb();
        for (Bench bench : List.of(fresh, used)) {
            bench.endpoint.connect(Bench.HOST, 1_234, Bench.PEERS, 99);
            bench.work();
        }
        assertThat(tcb(used).state).isEqualTo(State.SYN_SENT);
        differ(with(MEANS_NOTHING, SET_WITH_THE_HANDSHAKE), "in SYN-SENT");
        for (Bench bench : List.of(fresh, used)) {
            Bench.Peer peer = bench.new Peer(99, true);
            peer.hostPort = 1_234;
            peer.sack = true;
            bench.now += 30 * MS;
            peer.segment(SYN | ACK, peer.seq, bench.lastTo(99).seq() + 1, 0);
            bench.work();
        }
        assertThat(tcb(used).state).isEqualTo(State.ESTABLISHED);
        differ(with(MEANS_NOTHING, Set.of("Tcb.synReceivedAtNs")), "in ESTABLISHED");
        for (Bench bench : List.of(fresh, used)) {
            assertThat(tcb(bench).snd.append(ByteBuffer.allocate(3_000), 3_000)).isEqualTo(3_000);
            bench.endpoint.context.wantsOutput(tcb(bench));
            bench.work();
            bench.pass(400 * MS);
        }
        differ(with(MEANS_NOTHING, Set.of("Tcb.synReceivedAtNs")), "after a tail loss probe");
    }
}
