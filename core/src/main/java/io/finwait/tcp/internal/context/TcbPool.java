package io.finwait.tcp.internal.context;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * TCBs and receive buffers of ended connections, for reuse by later ones: in the steady state
 * nothing is allocated.
 */
public final class TcbPool {

    /** So many TCBs and buffers are kept for later even if much fewer are in use. */
    private static final int ALWAYS_KEPT = 1024;

    private final EndpointConfig config;
    private final Clock clock;
    private final BlockPool blocks;
    private final LentText lentText;
    private final Supplier<CongestionControl> newCongestionControl;
    private final ArrayDeque<Tcb> free = new ArrayDeque<>();
    private final ArrayDeque<Tcb> leaving = new ArrayDeque<>();
    private final ArrayDeque<ReceiveBuffer> freeBuffers = new ArrayDeque<>();
    private int kept = ALWAYS_KEPT;

    TcbPool(
            EndpointConfig config,
            Clock clock,
            BlockPool blocks,
            LentText lentText,
            Supplier<CongestionControl> newCongestionControl) {
        this.config = config;
        this.clock = clock;
        this.blocks = blocks;
        this.lentText = lentText;
        this.newCongestionControl = newCongestionControl;
    }

    /** A TCB, prepared with the endpoint's settings. */
    public Tcb take() {
        Tcb tcb = free.poll();
        if (tcb == null) {
            tcb = new Tcb(newControl());
            tcb.timers.belongTo(tcb, clock);
        }
        long lastNs = clock.lastNs();
        tcb.reset();
        tcb.rcv.reset(config.receiveBufferOctets());
        tcb.rcv.roundBeganNs = lastNs;
        tcb.snd.capacity = config.sendBufferOctets();
        tcb.snd.grownBy = 0;
        if (tcb.snd.buffer == null) {
            tcb.snd.buffer = new SendBuffer(blocks);
        }
        if (tcb.rcv.buffer == null) {
            ReceiveBuffer buffer = freeBuffers.poll();
            tcb.rcv.buffer = buffer != null ? buffer : new ReceiveBuffer(blocks, lentText);
        }
        tcb.rtt.reset(config.initialRtoNs(), config.minRtoNs(), config.maxRtoNs());
        tcb.nagle = config.nagle();
        tcb.userTimeoutNs = config.userTimeoutNs();
        tcb.openedAtNs = lastNs;
        tcb.lastHeardNs = lastNs;
        return tcb;
    }

    private CongestionControl newControl() {
        return Objects.requireNonNull(
                newCongestionControl.get(),
                "EndpointConfig.congestionControl returned null; make one for each connection");
    }

    /** Takes back the TCB of a connection that has ended; a handle keeps the receive buffer. */
    public void give(Tcb tcb) {
        if (tcb.connection != null) {
            tcb.rcv.buffer = null;
        }
        tcb.connection = null;
        if (!tcb.ready && !tcb.resetOwed) {
            leave(tcb);
        }
    }

    /** The TCB may be used again once the duty cycle is over. */
    public void leave(Tcb tcb) {
        leaving.push(tcb);
    }

    /**
     * The duty cycle is over: nothing refers to an ended TCB any more. As many are kept as are in
     * use, and of those beyond it one goes for each that comes back.
     */
    public void endOfCycle(int inUse) {
        kept = Math.max(ALWAYS_KEPT, inUse);
        while (!leaving.isEmpty()) {
            Tcb tcb = leaving.poll();
            if (free.size() < kept) {
                free.push(tcb);
            } else if (free.size() > kept) {
                free.poll();
            }
        }
    }

    /** How many TCBs are kept for later. */
    public int free() {
        return free.size();
    }

    /** Takes back the receive buffer of a released handle. */
    public void give(ReceiveBuffer buffer) {
        if (freeBuffers.size() < kept) {
            freeBuffers.push(buffer);
        } else if (freeBuffers.size() > kept) {
            freeBuffers.poll();
        }
    }
}
