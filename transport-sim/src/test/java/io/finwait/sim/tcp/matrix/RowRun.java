package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs one row in one situation. */
final class RowRun {

    private final Row row;
    private final Given given;
    private final boolean v6;

    private RowRun(Row row, Given given, boolean v6) {
        this.row = row;
        this.given = given;
        this.v6 = v6;
    }

    /** Runs a row over IPv4 and over IPv6. */
    static void run(Row row, Given given) {
        new RowRun(row, given, false).go();
        new RowRun(row, given, true).go();
    }

    private void go() {
        Bench bench = Situation.of(row.state(), given, v6);
        Map<Counter, Long> counters = bench.endpoint.counters().nonZero();
        Steps steps = new Steps(bench);
        boolean nobodyLooks = given.has("orphan") && !Given.parse(row.given()).has("orphan");
        Checks checks = new Checks(bench, steps, counters, nobodyLooks);
        if (!row.hasEvent()) {
            checks.hold(row.seen());
            return;
        }
        long twoMslEnds = bench.endpoint.timeWait().nextDeadlineNs();
        if (!row.when().isEmpty()) {
            steps.perform(row.when());
        }
        List<Sent> sent = bench.takeSent();
        expectSent(bench, steps.numbers(), sent);
        assertThat(bench.state()).as("the state after").isEqualTo(row.after());
        if (bench.handle != null && !given.has("listening")) {
            assertThat(bench.handle.state()).as("the user's state").isEqualTo(row.after());
        }
        if (row.state() == State.TIME_WAIT && row.after() == State.TIME_WAIT) {
            expectRestart(twoMslEnds, bench.endpoint.timeWait().nextDeadlineNs());
        }
        checks.hold(row.seen());
        bench.work();
        bench.takeSent();
        if (row.when().startsWith("< ") && row.after() == row.state()) {
            again(bench, steps.numbers());
        }
    }

    private void expectRestart(long before, long after) {
        if (row.seen().contains("2MSL restarted")) {
            assertThat(after - before).as("2MSL is restarted").isPositive();
        } else {
            assertThat(after).as("2MSL is not restarted").isEqualTo(before);
        }
    }

    private void expectSent(Bench bench, Numbers numbers, List<Sent> sent) {
        List<Sent> expected = expected(bench, numbers.withIss(bench.numbers().iss()));
        boolean same = sent.size() == expected.size();
        for (int i = 0; same && i < sent.size(); i++) {
            same = sent.get(i).matches(expected.get(i));
        }
        if (!same) {
            fail(
                    "expected %s%n     but sent %s",
                    row.sent().isEmpty() ? "silence" : row.sent(), numbers.describe(sent));
        }
    }

    private List<Sent> expected(Bench bench, Numbers numbers) {
        List<Sent> expected = new ArrayList<>();
        for (String each : row.sent().split(";", -1)) {
            String text = each.strip();
            int times = 1;
            int x = text.lastIndexOf(" x ");
            if (x > 0) {
                times = Integer.parseInt(text.substring(x + 3));
                text = text.substring(0, x);
            }
            for (int i = 0; i < times && !text.isEmpty(); i++) {
                expected.add(expected(text, bench, numbers));
            }
        }
        return expected;
    }

    private static Sent expected(String text, Bench bench, Numbers numbers) {
        Sent cause = bench.lastInjected();
        return switch (text) {
            case "ACK", "chACK" -> numbers.segment(". nxt ack rn", Sent.ANY_WINDOW);
            case "RSTa" -> new Sent(TcpHeader.RST, cause.ack(), 0, 0, 0);
            case "RST0" -> new Sent(TcpHeader.RST | TcpHeader.ACK, 0, 0, cause.end(), 0);
            default -> numbers.segment(text, Sent.ANY_WINDOW);
        };
    }

    /**
     * The same segment once more: a challenge ACK is limited (requirement C23), an ACK that text or
     * FIN asked for is not (C24).
     */
    private void again(Bench bench, Numbers numbers) {
        if (row.sent().equals("chACK")) {
            bench.inject(row.when().substring(2), numbers);
            assertThat(numbers.describe(bench.takeSent()))
                    .as("a second challenge ACK at the same time")
                    .isEqualTo("silence");
        } else if (row.sent().equals("ACK")) {
            bench.inject(row.when().substring(2), numbers);
            List<Sent> answers = bench.takeSent();
            assertThat(answers).as("ACKs of the same text or FIN again").hasSize(1);
            assertThat(answers.get(0).ack()).isEqualTo(numbers.rn());
        }
    }
}
