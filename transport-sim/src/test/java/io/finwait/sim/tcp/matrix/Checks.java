package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.timewait.TimeWaitAges;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;

/** Checks what a row says under "seen": what the user, counters and timers tell afterwards. */
final class Checks {

    /** A semicolon outside of quotation marks. */
    private static final String SEMICOLON = ";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)";

    private final Bench bench;
    private final Steps steps;
    private final Map<Counter, Long> countersBefore;
    private final boolean nobodyLooks;

    /**
     * @param nobodyLooks true when the connection has no user, so that what a user would see is
     *     left out
     */
    Checks(Bench bench, Steps steps, Map<Counter, Long> countersBefore, boolean nobodyLooks) {
        this.bench = bench;
        this.steps = steps;
        this.countersBefore = countersBefore;
        this.nobodyLooks = nobodyLooks;
    }

    /** Checks statements separated by semicolons. */
    void hold(String statements) {
        for (String statement : statements.split(SEMICOLON, -1)) {
            if (!statement.isBlank()) {
                one(statement.strip());
            }
        }
    }

    private void one(String statement) {
        int blank = statement.indexOf(' ');
        String verb = blank < 0 ? statement : statement.substring(0, blank);
        String rest = blank < 0 ? "" : statement.substring(blank + 1);
        switch (verb) {
            case "gives", "fails" -> assertThat(steps.outcome()).isEqualTo(statement);
            case "send", "receive" -> call(statement);
            case "told", "not" -> told(verb, rest);
            case "reason" -> reason(rest);
            case "left" -> left(rest);
            case "unsent" ->
                    assertThat(bench.handle.unsent())
                            .as("octets unsent")
                            .isEqualTo(Long.parseLong(rest));
            case "counted" -> counted(Counter.valueOf(rest));
            case "timer" -> timer(rest);
            case "all" -> assertThat(runningTimers()).as("running timers").isEmpty();
            case "only" ->
                    assertThat(runningTimers()).as("running timers").isEqualTo(rest.substring(6));
            case "accept" -> {
                steps.call("accept");
                assertThat(steps.outcome()).isEqualTo(rest);
            }
            case "orphans" ->
                    assertThat(bench.endpoint.orphanCount())
                            .as("orphans")
                            .isEqualTo(Integer.parseInt(rest));
            case "api" -> api(rest);
            case "2MSL" -> {
                // Whether 2MSL was restarted is looked at for every row, see RowRun.
            }
            default -> state(statement);
        }
    }

    private void call(String statement) {
        if (nobodyLooks) {
            return;
        }
        int verdict = Math.max(statement.indexOf(" gives "), statement.indexOf(" fails "));
        steps.call(statement.substring(0, verdict));
        assertThat(steps.outcome()).as(statement).isEqualTo(statement.substring(verdict + 1));
    }

    private void told(String verb, String rest) {
        if (nobodyLooks) {
            return;
        }
        if (verb.equals("told")) {
            assertThat(bench.told).contains(rest);
        } else {
            assertThat(bench.told).doesNotContain(rest.substring("told ".length()));
        }
    }

    private void reason(String message) {
        CloseReason reason = bench.handle.closeReason();
        if (message.equals("none")) {
            assertThat(reason).isNull();
        } else {
            assertThat(reason).as("the close reason").isNotNull();
            assertThat(reason.message()).isEqualTo(message);
        }
    }

    private void left(String rest) {
        CloseReason.Ending ending = bench.handle.closeReason().ending();
        String[] words = rest.split(" ", -1);
        long found =
                switch (words[1]) {
                    case "unsent" -> ending.unsent();
                    case "unacknowledged" -> ending.unacknowledged();
                    case "unread" -> ending.unread();
                    default -> throw new IllegalArgumentException(rest);
                };
        assertThat(found).as(words[1]).isEqualTo(Long.parseLong(words[0]));
    }

    private void counted(Counter counter) {
        assertThat(bench.endpoint.counters().get(counter))
                .as("%s", counter)
                .isGreaterThan(countersBefore.getOrDefault(counter, 0L));
    }

    private void timer(String rest) {
        String[] words = rest.split(" ", -1);
        boolean runs =
                bench.isRecord()
                        ? words[0].equals("FIN_WAIT_2")
                        : tcb().timers().isRunning(Timer.valueOf(words[0]));
        assertThat(runs).as("%s runs", words[0]).isEqualTo(words[1].equals("runs"));
    }

    /**
     * All that run but the deadline of an orphan, which runs from CLOSE to the ACK of the FIN in
     * every row and is checked here for all of them.
     */
    private String runningTimers() {
        if (bench.isRecord()) {
            return "FIN_WAIT_2";
        }
        Tcb tcb = bench.tcb();
        StringBuilder running = new StringBuilder();
        if (tcb != null) {
            assertThat(tcb.timers().isRunning(Timer.ORPHAN))
                    .as("the deadline of an orphan")
                    .isEqualTo(tcb.isOrphan() && tcb.state() != State.FIN_WAIT_2);
        }
        for (Timer timer : Timer.values()) {
            if (timer != Timer.ORPHAN && tcb != null && tcb.timers().isRunning(timer)) {
                running.append(running.isEmpty() ? "" : " ").append(timer);
            }
        }
        return running.toString();
    }

    private Tcb tcb() {
        Tcb tcb = bench.tcb();
        assertThat(tcb).as("the TCB").isNotNull();
        return tcb;
    }

    /** The interface offers no such call, so nobody can make it: {@code Listener has no send}. */
    private static void api(String rest) {
        String[] words = rest.split(" ", -1);
        Class<?> type = words[0].equals("Listener") ? Listener.class : Connection.class;
        assertThat(Arrays.stream(type.getMethods()).map(Method::getName))
                .as("calls of %s", words[0])
                .doesNotContain(words[words.length - 1]);
    }

    private void state(String statement) {
        switch (statement) {
            case "no TCB" -> assertThat(bench.tcb()).isNull();
            case "no TIME-WAIT" -> {
                TimeWaitAges ages = new TimeWaitAges(1, 1, bench.nowNs());
                bench.endpoint.timeWait().list(0, Integer.MAX_VALUE, ages);
                assertThat(ages.total() - ages.finWait2()).as("in TIME-WAIT").isZero();
            }
            case "no handle" -> assertThat(bench.handle).isNull();
            case "no deadline" ->
                    assertThat(bench.endpoint.nextDeadlineNs())
                            .as("the next deadline")
                            .isEqualTo(Long.MAX_VALUE);
            case "nothing outstanding" -> {
                // A record is made when everything is acknowledged, and has no room for more.
                if (!bench.isRecord()) {
                    assertThat(tcb().snd().una).as("SND.UNA").isEqualTo(tcb().snd().nxt);
                }
            }
            case "nothing received" ->
                    assertThat(tcb().rcv().nxt).as("RCV.NXT").isEqualTo(tcb().rcv().irs + 1);
            case "FIN not queued" -> assertThat(tcb().snd().finQueued).as("FIN queued").isFalse();
            case "FIN not sent" -> assertThat(tcb().snd().finSent()).as("FIN sent").isFalse();
            case "not orphaned" -> assertThat(tcb().isOrphan()).as("orphan").isFalse();
            case "FIN received" ->
                    assertThat(bench.state().hasReceivedFin()).as("FIN received").isTrue();
            case "FIN not received" ->
                    assertThat(bench.state().hasReceivedFin()).as("FIN received").isFalse();
            default -> throw new IllegalArgumentException("'" + statement + "' is no statement");
        }
    }
}
