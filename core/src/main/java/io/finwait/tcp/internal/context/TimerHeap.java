package io.finwait.tcp.internal.context;

import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timers;

import java.util.Arrays;

/**
 * The TCBs whose timers run, ordered by deadline. Nearly every retransmission timer is restarted
 * before it fires; so a TCB whose deadline has become later keeps its place until it comes to the
 * top, and is moved only then.
 */
public final class TimerHeap {

    private Tcb[] heap = new Tcb[16];
    private int size;

    /** Notes the earliest deadline of a TCB's timers. */
    public void place(Tcb tcb) {
        long notBefore = tcb.timers.notBefore();
        boolean standsWell =
                notBefore == Timers.OFF
                        || (tcb.heapIndex >= 0 && notBefore - tcb.heapDeadline >= 0);
        if (standsWell) {
            return;
        }
        long deadline = tcb.timers.earliest();
        if (tcb.heapIndex < 0) {
            if (deadline == Timers.OFF) {
                return;
            }
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            tcb.heapDeadline = deadline;
            heap[size] = tcb;
            tcb.heapIndex = size++;
            up(tcb.heapIndex);
        } else if (deadline != Timers.OFF && deadline - tcb.heapDeadline < 0) {
            tcb.heapDeadline = deadline;
            up(tcb.heapIndex);
        }
    }

    public void remove(Tcb tcb) {
        int index = tcb.heapIndex;
        if (index < 0) {
            return;
        }
        tcb.heapIndex = -1;
        Tcb last = heap[--size];
        heap[size] = null;
        if (last != tcb) {
            heap[index] = last;
            last.heapIndex = index;
            up(index);
            down(last.heapIndex);
        }
    }

    /** The earliest deadline of all timers, or {@link Timers#OFF}. */
    public long earliest() {
        while (size > 0) {
            Tcb top = heap[0];
            long deadline = top.timers.earliest();
            if (deadline == top.heapDeadline) {
                return deadline;
            }
            if (deadline == Timers.OFF) {
                remove(top);
            } else {
                moveTop(deadline);
            }
        }
        return Timers.OFF;
    }

    private void moveTop(long deadline) {
        heap[0].heapDeadline = deadline;
        down(0);
    }

    /**
     * A TCB that has a timer due, or null. Unlike {@link #earliest} it leaves alone all TCBs whose
     * place is in the future: while segments arrive, most of their timers are restarted anyway.
     */
    public Tcb due(long nowNs) {
        while (size > 0 && heap[0].heapDeadline - nowNs <= 0) {
            Tcb top = heap[0];
            long deadline = top.timers.earliest();
            if (deadline == top.heapDeadline) {
                return top;
            }
            if (deadline == Timers.OFF) {
                remove(top);
            } else {
                moveTop(deadline);
            }
        }
        return null;
    }

    private void up(int start) {
        int index = start;
        Tcb tcb = heap[index];
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            if (tcb.heapDeadline - heap[parent].heapDeadline >= 0) {
                break;
            }
            heap[index] = heap[parent];
            heap[index].heapIndex = index;
            index = parent;
        }
        heap[index] = tcb;
        tcb.heapIndex = index;
    }

    private void down(int start) {
        int index = start;
        Tcb tcb = heap[index];
        while (true) {
            int child = 2 * index + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && heap[child + 1].heapDeadline - heap[child].heapDeadline < 0) {
                child++;
            }
            if (heap[child].heapDeadline - tcb.heapDeadline >= 0) {
                break;
            }
            heap[index] = heap[child];
            heap[index].heapIndex = index;
            index = child;
        }
        heap[index] = tcb;
        tcb.heapIndex = index;
    }
}
