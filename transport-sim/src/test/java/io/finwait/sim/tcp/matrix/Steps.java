package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.Connection;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Performs what a row says under "when": segments of the peer, calls of the user, time that passes.
 * The numbers of segments are those before the first step, or after "then" those of that moment.
 */
final class Steps {

    private static final Pattern CALL =
            Pattern.compile("(?<name>[a-zA-Z ]+?)(?: (?<amount>\\d+))?");

    private final Bench bench;
    private final Numbers numbers;
    private String outcome = "";

    Steps(Bench bench) {
        this.bench = bench;
        this.numbers = bench.numbers();
    }

    /**
     * What the last call gave: {@code gives 5}, {@code gives nothing}, {@code fails "Broken pipe"}.
     */
    String outcome() {
        return outcome;
    }

    /** The numbers as they stood before the first step; segments are written over them. */
    Numbers numbers() {
        return numbers;
    }

    /** Performs steps separated by semicolons; those joined by "&" share one duty cycle. */
    void perform(String steps) {
        for (String step : steps.split(";", -1)) {
            for (String part : step.split("&", -1)) {
                one(part.strip());
            }
            bench.work();
        }
    }

    private void one(String step) {
        if (step.startsWith("< icmp ")) {
            Icmp.inject(bench, step.substring(7), numbers);
        } else if (step.startsWith("< ")) {
            bench.inject(step.substring(2), numbers);
        } else if (step.startsWith("then < ")) {
            bench.inject(step.substring(7), bench.numbers());
        } else if (step.startsWith("timer ")) {
            fire(Timer.valueOf(step.substring(6)));
        } else if (step.startsWith("wait ")) {
            bench.pass(duration(step.substring(5)));
        } else {
            call(step);
        }
    }

    private static long duration(String text) {
        String[] words = text.split(" ", -1);
        return Long.parseLong(words[0])
                * switch (words[1]) {
                    case "ms" -> Bench.MS;
                    case "s" -> Bench.SECOND;
                    default -> throw new IllegalArgumentException(text + " is no time");
                };
    }

    /** Waits until a timer of the connection fires, which must run. */
    private void fire(Timer timer) {
        long deadline =
                bench.isRecord()
                        ? bench.endpoint.timeWait().nextDeadlineNs()
                        : bench.tcb().timers().deadline(timer);
        if (deadline == Timers.OFF) {
            throw new AssertionError(timer + " does not run");
        }
        bench.pass(deadline - bench.nowNs());
    }

    /** Calls a method of the user's and keeps what it gave. */
    void call(String text) {
        Matcher matcher = CALL.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no call");
        }
        String amount = matcher.group("amount");
        try {
            outcome =
                    "gives "
                            + result(
                                    matcher.group("name"),
                                    amount == null ? 0 : Integer.parseInt(amount));
        } catch (IOException | IllegalStateException e) {
            outcome = "fails \"" + e.getMessage() + "\"";
        }
    }

    private String result(String name, int amount) throws IOException {
        if (name.equals("close listener")) {
            bench.listener.close();
            return "ok";
        }
        if (name.equals("accept")) {
            return bench.accept() ? "a connection" : "nothing";
        }
        Connection handle = bench.handle;
        switch (name) {
            case "close" -> handle.close();
            case "shutdown output" -> handle.shutdownOutput();
            case "shutdown input" -> handle.shutdownInput();
            case "abort" -> handle.abort();
            case "close gracefully" ->
                    handle.closeGracefully(bench.nowNs() + amount * Bench.SECOND);
            case "linger" -> handle.linger(amount * Bench.SECOND);
            case "send" -> {
                return inWords(handle.send(ByteBuffer.allocate(amount)));
            }
            case "receive" -> {
                return inWords(handle.receive(ByteBuffer.allocate(amount)));
            }
            default -> throw new IllegalArgumentException("'" + name + "' is no call");
        }
        return "ok";
    }

    private static String inWords(int result) {
        return switch (result) {
            case 0 -> "nothing";
            case -1 -> "end of stream";
            default -> Integer.toString(result);
        };
    }
}
