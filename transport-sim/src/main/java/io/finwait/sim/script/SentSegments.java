package io.finwait.sim.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What the socket under test has sent and nobody has expected so far, and the log of all segments
 * for the report of a failure.
 */
final class SentSegments {

    private final ScriptTransport transport;
    private final ScriptBinding binding;
    private final List<String> log = new ArrayList<>();
    private final ArrayDeque<Observed> unexpected = new ArrayDeque<>();

    SentSegments(ScriptTransport transport, ScriptBinding binding) {
        this.transport = transport;
        this.binding = binding;
    }

    /** Takes what the endpoint has sent from the transport. */
    void collect() {
        while (!transport.sent().isEmpty()) {
            Observed segment = Observed.of(transport.sent().poll());
            if (isOwn(segment)) {
                unexpected.add(segment);
            } else {
                note(segment, "  (not of the socket under test)");
            }
        }
    }

    /** What the socket under test of so far has sent is not the next one's. */
    void dropOfEarlierSockets() {
        unexpected.removeIf(
                segment -> {
                    boolean own = isOwn(segment);
                    if (!own) {
                        note(segment, "  (of an earlier socket)");
                    }
                    return !own;
                });
    }

    private boolean isOwn(Observed segment) {
        return binding.owns(segment.sourcePort(), segment.destinationPort());
    }

    /** The first segment that nobody has expected; null when there is none. */
    Observed peek() {
        return unexpected.peek();
    }

    /** Takes the first segment that nobody has expected; null when there is none. */
    Observed poll() {
        return unexpected.poll();
    }

    /**
     * Text expected as one segment may come as several consecutive ones: takes those that follow.
     *
     * @param wanted octets of text that are expected
     */
    Observed joined(Observed came, int wanted) {
        Observed whole = came;
        while (mayGrow(whole, wanted)) {
            whole = whole.join(unexpected.poll());
        }
        return whole;
    }

    private boolean mayGrow(Observed came, int wanted) {
        Observed next = unexpected.peek();
        return next != null
                && came.textLength() > 0
                && came.textLength() + next.textLength() <= wanted
                && next.textLength() > 0
                && next.seq() == came.seq() + came.textLength()
                && next.atNs() == came.atNs();
    }

    /** Logs what was injected. */
    void injected(long nowNs, String text) {
        log.add("%-9s %s".formatted(Printer.seconds(nowNs), text));
    }

    /** Logs a segment that was as expected. */
    void expected(Observed came) {
        note(came, "");
    }

    /** Logs what nobody has expected. */
    void noteTheRest() {
        unexpected.forEach(segment -> note(segment, "  (not expected so far)"));
    }

    private void note(Observed segment, String remark) {
        log.add(
                "%-9s %s%s"
                        .formatted(
                                Printer.seconds(segment.atNs()),
                                segment.describe(binding),
                                remark));
    }

    /** All segments, in order. */
    List<String> log() {
        return log;
    }
}
