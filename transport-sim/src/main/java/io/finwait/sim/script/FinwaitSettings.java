package io.finwait.sim.script;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.context.InitialSequence;
import io.finwait.timewait.TimeWaitPolicy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;

/**
 * What a script can say about Finwait itself, {@code `sysctl finwait.rto_ms=1000`} in front of the
 * first event: the explorer's counterexamples need all of it. Without a setting the profile holds.
 */
final class FinwaitSettings {

    /** The settings that there are. */
    static final Set<String> NAMES =
            Set.of(
                    "plain",
                    "rto_ms",
                    "min_rto_ms",
                    "retries",
                    "connect_timeout_ms",
                    "challenge_interval_ms",
                    "orphan_retries",
                    "two_msl_ms",
                    "ecn",
                    "iss");

    private static final long MS = 1_000_000;

    private final Shell shell;

    FinwaitSettings(Shell shell) {
        this.shell = shell;
    }

    void apply(EndpointConfig.Builder builder) {
        if (has("plain")) {
            builder.plain();
        }
        if (has("ecn")) {
            builder.ecn(ecn(value("ecn")));
        }
        if (has("rto_ms")) {
            long rtoNs = number("rto_ms") * MS;
            builder.retransmissionTimeouts(
                    Duration.ofNanos(rtoNs), Duration.ofNanos(rtoNs), Duration.ofNanos(rtoNs));
        }
        if (has("min_rto_ms")) {
            builder.retransmissionTimeouts(
                    Duration.ofSeconds(1),
                    Duration.ofMillis(number("min_rto_ms")),
                    Duration.ofSeconds(60));
        }
        if (has("retries")) {
            builder.retransmissions(1, number("retries"));
        }
        if (has("connect_timeout_ms")) {
            builder.connectTimeout(Duration.ofNanos(number("connect_timeout_ms") * MS));
        }
        if (has("challenge_interval_ms")) {
            builder.challengeAckInterval(Duration.ofNanos(number("challenge_interval_ms") * MS));
        }
        if (has("orphan_retries")) {
            builder.closePolicy(ClosePolicy.DEFAULT.withOrphanRetries(number("orphan_retries")));
        }
        if (has("two_msl_ms")) {
            // No limit on answers, since a script lists every segment.
            builder.timeWaitPolicy(
                    TimeWaitPolicy.defaults()
                            .withTwoMsl(Duration.ofMillis(number("two_msl_ms")))
                            .withAnswerInterval(Duration.ZERO));
        }
    }

    /** The initial sequence numbers of connections in the order of opening. */
    void apply(InitialSequence initialSequence) {
        if (has("iss")) {
            String[] numbers = value("iss").split(",", -1);
            initialSequence.fix(
                    Arrays.stream(numbers).mapToInt(text -> parse("iss", text)).toArray());
        }
    }

    private static Ecn ecn(String text) {
        try {
            return Ecn.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedScriptException("finwait.ecn=" + text);
        }
    }

    private boolean has(String name) {
        return !value(name).isEmpty();
    }

    private String value(String name) {
        return shell.setting("finwait." + name, "");
    }

    private int number(String name) {
        return parse(name, value(name));
    }

    private static int parse(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UnsupportedScriptException("finwait." + name + "=" + text);
        }
    }
}
