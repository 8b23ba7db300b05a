package io.finwait.driver;

import java.util.PriorityQueue;

/** Actions that the endpoint's thread performs at given times. */
final class Alarms {

    /** An action and its time; the action checks whether it is still needed. */
    private record Alarm(long atNs, Runnable action) {}

    private final PriorityQueue<Alarm> queue =
            new PriorityQueue<>((a, b) -> Long.signum(a.atNs - b.atNs));

    void at(long timeNs, Runnable action) {
        queue.add(new Alarm(timeNs, action));
    }

    /** Performs the actions that are due; returns how many. */
    int ring(long nowNs) {
        int rung = 0;
        while (!queue.isEmpty() && queue.peek().atNs - nowNs <= 0) {
            queue.remove().action.run();
            rung++;
        }
        return rung;
    }

    /** The time of the next action; {@link Long#MAX_VALUE} when there is none. */
    long nextNs() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().atNs;
    }
}
