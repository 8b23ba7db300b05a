package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.FinWait2Records;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.input.Expiry;
import io.finwait.tcp.internal.output.SegmentOutput;
import io.finwait.tcp.internal.tcb.Tcb;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * The work of {@code doWork}: first the users' calls since the last cycle, then arriving packets,
 * timers, and sending what is owed. An exception is contained where it happens.
 */
final class DutyCycle {

    private static final int MOST_TIMERS_A_CYCLE = 4096;
    private static final int COMMANDS = 1024;

    private final Context context;
    private final ActiveOpen activeOpen;
    private final CatchAllPort catchAll;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final FinWait2Records finWait2;
    private final PacketInput packets;
    private final Expiry expiry;
    private final SegmentOutput output;
    private final Notifications notifications;
    private final Containment containment;
    private final MpscAtomicArrayQueue<Runnable> commands = new MpscAtomicArrayQueue<>(COMMANDS);
    private boolean withoutRoom;

    DutyCycle(
            Context context,
            ActiveOpen activeOpen,
            CatchAllPort catchAll,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            FinWait2Records finWait2,
            PacketInput packets,
            Expiry expiry,
            SegmentOutput output,
            Notifications notifications,
            Containment containment) {
        this.context = context;
        this.activeOpen = activeOpen;
        this.catchAll = catchAll;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.finWait2 = finWait2;
        this.packets = packets;
        this.expiry = expiry;
        this.output = output;
        this.notifications = notifications;
        this.containment = containment;
    }

    /** Adds a command for the next cycle, from any thread; false when the queue is full. */
    boolean offer(Runnable command) {
        return commands.offer(command);
    }

    /** Runs one cycle; returns how much there was to do. */
    int run(long nowNs) {
        withoutRoom = false;
        long lastNs = context.clock.lastNs();
        context.clock.begin(nowNs);
        try {
            dateUsersCalls(lastNs);
            return run();
        } finally {
            context.clock.end();
        }
    }

    /** Gives the users' calls since the last cycle this cycle's time. */
    private void dateUsersCalls(long lastNs) {
        Tcb tcb;
        while ((tcb = context.clock.nextUndated()) != null) {
            if (tcb.opensWithNextCycle) {
                tcb.opensWithNextCycle = false;
                activeOpen.begins(tcb, lastNs);
            }
            if (tcb.rcv.readInRound > 0 && tcb.connection != null) {
                context.bufferGrowth.read(tcb, 0);
            }
            tcb.timers.date(context.nowNs());
            context.timersChanged(tcb);
        }
        context.clock.dateHandles();
    }

    private int run() {
        // The users' calls before this cycle come before the packets that it takes, and what they
        // send leaves first: a FIN must not be lost to the RST that answers text behind the CLOSE.
        int work = lifecycle.sendOwedResets();
        work += notifications.dispatch();
        work += runCommands();
        work += catchAll.answers.carryOut();
        work += sendWhatIsOwed();
        // No lent text may be left, even if a cycle ended in an error: the transport reuses its
        // buffers (rule R4 of Transport).
        keepLentText();
        work += packets.take();
        work += fireTimers();
        work += notifications.dispatch();
        work += catchAll.answers.carryOut();
        keepLentText();
        work += sendWhatIsOwed();
        // Tells observers of retransmissions.
        work += notifications.dispatch();
        context.tcbPool.endOfCycle(context.tcbs.size());
        countMemory();
        return work;
    }

    private void countMemory() {
        int tcbs = context.tcbs.size() + context.tcbPool.free();
        context.memory.count(tcbs, timeWaits.table().octets(), finWait2.size());
        context.memory.endOfCycle();
    }

    private int runCommands() {
        int ran = 0;
        Runnable command;
        while (ran < COMMANDS && (command = commands.poll()) != null) {
            try {
                command.run();
            } catch (Throwable failure) {
                containment.drop("a command given to execute()", failure);
            }
            ran++;
        }
        return ran;
    }

    private void keepLentText() {
        Throwable failure = context.lentText.keepAll();
        if (failure == null) {
            return;
        }
        for (Tcb tcb : context.tcbs.snapshot()) {
            if (tcb.rcv.buffer != null && tcb.rcv.buffer.isLost()) {
                containment.end(tcb, failure);
            }
        }
    }

    private int fireTimers() {
        int fired = catchAll.expire();
        Tcb due;
        while (fired < MOST_TIMERS_A_CYCLE && (due = context.nextDue()) != null) {
            try {
                fired += expiry.onTime(due);
            } catch (Throwable failure) {
                containment.end(due, failure);
                fired++;
            }
        }
        try {
            fired += timeWaits.expire(MOST_TIMERS_A_CYCLE);
        } catch (Throwable failure) {
            containment.drop("the end of a TIME-WAIT", failure);
        }
        return fired;
    }

    private int sendWhatIsOwed() {
        int sent = 0;
        Tcb tcb;
        while ((tcb = context.firstReady()) != null) {
            try {
                if (!output.poll(tcb)) {
                    withoutRoom = true;
                    return sent;
                }
                sent++;
                sentWhatItOwed(tcb);
            } catch (Throwable failure) {
                // Its turn comes once more, and it has ended by then.
                containment.end(tcb, failure);
            }
        }
        return sent;
    }

    private void sentWhatItOwed(Tcb tcb) {
        context.firstIsDone();
        if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
            if (!tcb.resetOwed) {
                context.tcbPool.leave(tcb);
            }
        } else if (tcb.orphan && tcb.state == State.FIN_WAIT_2) {
            finWait2.take(tcb);
        }
    }

    /**
     * When the next round is due, in ns; {@link Long#MAX_VALUE} when only a packet or a call
     * matters.
     */
    long nextDeadlineNs() {
        boolean atOnce =
                !commands.isEmpty()
                        || !context.clock.owesNothing()
                        || !lifecycle.owesNoReset()
                        || !notifications.isEmpty()
                        || !catchAll.answers.isEmpty()
                        || (context.firstReady() != null && !withoutRoom);
        return atOnce
                ? context.clock.lastNs()
                : earlier(
                        catchAll.nextDeadlineNs(),
                        earlier(context.earliestDeadlineNs(), timeWaits.table().nextDeadlineNs()));
    }

    /** The earlier of two deadlines; {@link Long#MAX_VALUE} stands for none. */
    static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b <= 0 ? a : b;
    }
}
