package io.finwait.driver;

import java.util.PriorityQueue;

/** What is to be done at a time on the endpoint's thread. */
final class Alarms {

    /** Something to do at a time; it may have become needless by then. */
    private record Alarm(long atNs, Runnable action) {}

    private final PriorityQueue<Alarm> queue =
            new PriorityQueue<>((a, b) -> Long.signum(a.atNs - b.atNs));

    void at(long timeNs, Runnable action) {
        queue.add(new Alarm(timeNs, action));
    }

    /** Does what is due; how much that was. */
    int ring(long nowNs) {
        int rung = 0;
        while (!queue.isEmpty() && queue.peek().atNs - nowNs <= 0) {
            queue.remove().action.run();
            rung++;
        }
        return rung;
    }

    /** The time of the next one, MAX_VALUE for none. */
    long nextNs() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().atNs;
    }
}
