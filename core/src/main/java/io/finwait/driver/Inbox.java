package io.finwait.driver;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The way from other threads into a driver: commands with an answer, and connections whose users
 * have done something. Whoever brings something wakes the driver if it waits.
 */
final class Inbox {

    private static final int COMMANDS = 1024;
    private static final long FULL_PAUSE_NS = 50_000;
    private static final int MOST_AT_ONCE = 64;

    private final Timekeeper time;
    private final WakeUp wakeUp;
    private final MpscAtomicArrayQueue<Command<?>> commands = new MpscAtomicArrayQueue<>(COMMANDS);
    private final Signals signals = new Signals();

    /**
     * Inbox made by callbacks, which wait for the next cycle. Otherwise a callback that reads and
     * chains itself to the answer would deepen the stack with each read.
     */
    private final Queue<Command<?>> putOff = new ArrayDeque<>();

    private int atOnce;
    private volatile boolean ended;

    /** The driver's own thread, or the one that gives it turns; null before the first turn. */
    private volatile Thread thread;

    /**
     * @param rouse ends the driver's wait, now or when it begins
     */
    Inbox(Timekeeper time, Runnable rouse) {
        this.time = time;
        wakeUp = new WakeUp(rouse, this::isEmpty);
    }

    /** Says on which thread the driver works from now on. */
    void servedBy(Thread driversThread) {
        thread = driversThread;
    }

    boolean isDriverThread() {
        return Thread.currentThread() == thread;
    }

    /** Runs an action on the driver's thread: at once when this is it. */
    <T> CompletableFuture<T> submit(Consumer<Answer<T>> action) {
        Answer<T> answer = new Answer<>();
        Command<T> command = new Command<>(action, answer);
        if (isDriverThread()) {
            runOrPutOff(command);
            return answer;
        }
        while (!ended && !commands.offer(command)) {
            wakeUp.now();
            time.park(this, FULL_PAUSE_NS);
        }
        // Either the driver sees the command after it has set this, or it is seen here.
        if (ended) {
            command.refuse();
        } else {
            wakeUp.brought();
        }
        return answer;
    }

    /** A connection's user has done something; from any thread. */
    void signal(RingConnection connection) {
        signals.add(connection);
        wakeUp.brought();
    }

    // On the driver's thread.

    private void runOrPutOff(Command<?> command) {
        if (ended) {
            command.refuse();
        } else if (atOnce == MOST_AT_ONCE || !putOff.isEmpty()) {
            putOff.add(command);
        } else {
            atOnce++;
            command.run();
        }
    }

    /** Does something in the next cycle, when what is owed now has been sent. */
    void nextCycle(Runnable action) {
        putOff.add(
                new Command<>(
                        answer -> {
                            action.run();
                            answer.complete(null);
                        },
                        new Answer<>()));
    }

    /** Serves what has been brought; returns how much that was. */
    int serve() {
        atOnce = 0;
        int ran = 0;
        for (int i = putOff.size(); i > 0; i--) {
            putOff.remove().run();
            ran++;
        }
        Command<?> command;
        while (ran < COMMANDS && (command = commands.poll()) != null) {
            command.run();
            ran++;
        }
        return ran + signals.take();
    }

    private boolean isEmpty() {
        return commands.isEmpty() && putOff.isEmpty() && signals.isEmpty();
    }

    /** Whether the driver may wait: what is brought from now on wakes it. */
    boolean mayWait() {
        return wakeUp.mayWait();
    }

    void waitIsOver() {
        wakeUp.waitIsOver();
    }

    /** The driver has ended: each call from now on is refused. */
    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Refuses what has been brought, after {@link #end}. */
    void refuseAll() {
        putOff.forEach(Command::refuse);
        for (Command<?> each = commands.poll(); each != null; each = commands.poll()) {
            each.refuse();
        }
    }
}
