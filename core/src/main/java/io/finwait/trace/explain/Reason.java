package io.finwait.trace.explain;

import java.util.List;

/**
 * A cause and what speaks for it.
 *
 * @param cause what has happened
 * @param evidence a sentence that a person can check
 * @param packets the numbers of the packets that it rests on
 */
public record Reason(Cause cause, String evidence, List<Long> packets) {

    /** Keeps a copy of the list. */
    public Reason {
        packets = List.copyOf(packets);
    }

    static Reason of(Cause cause, String evidence, long... packets) {
        List<Long> numbers = new java.util.ArrayList<>(packets.length);
        for (long each : packets) {
            if (each > 0) {
                numbers.add(each);
            }
        }
        return new Reason(cause, evidence, numbers);
    }
}
