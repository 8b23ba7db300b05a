package io.finwait.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Moves a network through virtual time. At one instant it runs, in this order and again and again
 * until nobody has anything left to do: packets that depart or arrive, actions in the order in
 * which they were scheduled, participants in the order in which they were added. Then it jumps to
 * the next deadline.
 */
final class SimDriver {

    /**
     * How many rounds one instant may take; after that a participant is reported that never comes
     * to rest.
     */
    static final int MOST_ROUNDS = 10_000;

    /** Why a run ended. */
    enum End {
        CONDITION,
        IDLE,
        LIMIT
    }

    private record Action(long timeNs, long order, Runnable run) implements Comparable<Action> {
        @Override
        public int compareTo(Action other) {
            return timeNs == other.timeNs
                    ? Long.compare(order, other.order)
                    : Long.compare(timeNs, other.timeNs);
        }
    }

    private record Named(String name, SimParticipant participant) {}

    private final Fabric fabric;
    private final long seed;
    private final PriorityQueue<Action> actions = new PriorityQueue<>();
    private final List<Named> participants = new ArrayList<>();
    private long nextOrder;
    private boolean running;

    SimDriver(Fabric fabric, long seed) {
        this.fabric = fabric;
        this.seed = seed;
    }

    void add(String name, SimParticipant participant) {
        participants.add(new Named(name, participant));
    }

    void remove(SimParticipant participant) {
        participants.removeIf(each -> each.participant.equals(participant));
    }

    void at(long timeNs, Runnable action) {
        if (timeNs < fabric.nowNs()) {
            throw new IllegalArgumentException(
                    "it is " + fabric.nowNs() + " ns already; " + timeNs + " ns has passed");
        }
        actions.add(new Action(timeNs, nextOrder++, action));
    }

    boolean running() {
        return running;
    }

    /** Runs until the condition holds at the end of an instant, nothing is left, or the limit. */
    End run(BooleanSupplier until, long limitNs) {
        if (running) {
            throw new IllegalStateException(
                    "the network is running already; schedule with at() from inside");
        }
        running = true;
        try {
            while (true) {
                settle();
                if (until.getAsBoolean()) {
                    return End.CONDITION;
                }
                long next = nextNs();
                if (next == Long.MAX_VALUE) {
                    return End.IDLE;
                }
                if (next > limitNs) {
                    return End.LIMIT;
                }
                fabric.nowNs(next);
            }
        } catch (RuntimeException | Error e) {
            e.addSuppressed(new SimulationContext(seed, fabric.nowNs()));
            throw e;
        } finally {
            running = false;
        }
    }

    /** Without participants: packets and actions up to a time, which it is afterwards. */
    void catchUp(long timeNs) {
        if (running || timeNs < fabric.nowNs()) {
            return;
        }
        running = true;
        try {
            int rounds = 0;
            while (true) {
                long next = Math.min(fabric.nextEventNs(), nextActionNs());
                if (next > timeNs) {
                    break;
                }
                if (next > fabric.nowNs()) {
                    fabric.nowNs(next);
                    rounds = 0;
                }
                fabric.work();
                runActions();
                if (++rounds > MOST_ROUNDS) {
                    throw restless("an action");
                }
            }
            fabric.nowNs(timeNs);
        } finally {
            running = false;
        }
    }

    /** Runs one round of what can be done at this instant; returns how much was done. */
    int round() {
        if (running) {
            return 0;
        }
        running = true;
        try {
            int done = fabric.work() + runActions();
            for (int i = 0; i < participants.size(); i++) {
                done += participants.get(i).participant.doWork(fabric.nowNs());
            }
            return done;
        } finally {
            running = false;
        }
    }

    /** Runs everything that can be done at this instant. */
    private void settle() {
        String lastAtWork = "a packet";
        for (int round = 0; round <= MOST_ROUNDS; round++) {
            int done = fabric.work();
            int acted = runActions();
            if (acted > 0) {
                lastAtWork = "an action";
            }
            done += acted;
            for (int i = 0; i < participants.size(); i++) {
                Named each = participants.get(i);
                int work = each.participant.doWork(fabric.nowNs());
                if (work != 0) {
                    lastAtWork = each.name;
                }
                done += work;
            }
            if (done == 0 && nextNs() > fabric.nowNs()) {
                return;
            }
        }
        throw restless(overdueOr(lastAtWork));
    }

    private String overdueOr(String lastAtWork) {
        for (Named each : participants) {
            long deadline = each.participant.nextDeadlineNs();
            if (deadline <= fabric.nowNs()) {
                return each.name + " (its deadline stays at " + deadline + " ns)";
            }
        }
        return lastAtWork;
    }

    private IllegalStateException restless(String who) {
        return new IllegalStateException(
                "at %d ns %s does not come to rest after %d rounds (seed %d)"
                        .formatted(fabric.nowNs(), who, MOST_ROUNDS, seed));
    }

    private int runActions() {
        int done = 0;
        while (nextActionNs() <= fabric.nowNs() && done < MOST_ROUNDS) {
            actions.remove().run.run();
            done++;
        }
        return done;
    }

    private long nextActionNs() {
        Action next = actions.peek();
        return next == null ? Long.MAX_VALUE : next.timeNs;
    }

    /** The earliest time at which something is left to do. */
    long nextNs() {
        long next = Math.min(fabric.nextEventNs(), nextActionNs());
        for (int i = 0; i < participants.size(); i++) {
            next = Math.min(next, participants.get(i).participant.nextDeadlineNs());
        }
        return next;
    }
}
