package io.finwait.benchmarks.timewait;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Netty's wheel and a HashMap. The wheel has a thread and real time of its own, which virtual time
 * can't drive: its timeouts are set and cancelled as they would be, and a queue says which entry is
 * due. So no timeout ever fires; that favours this candidate.
 */
final class NettyCandidate implements Candidate {

    private final HashedWheelTimer timer = new HashedWheelTimer();
    private final Map<Key, Timed> map = new HashMap<>();
    private final Queue<Key> fired = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Timed> inOrder = new ArrayDeque<>();

    private static final class Timed extends Held {

        private final long entered;
        private Timeout timeout;

        Timed(Key key, int i, long deadline) {
            super(key, i, deadline);
            entered = deadline - TWO_MSL;
        }
    }

    @Override
    public void enterAndExpire(int i, long nowNs) {
        Key key = Key.of(i);
        Timed entered = new Timed(key, i, nowNs + TWO_MSL);
        schedule(entered);
        map.put(key, entered);
        inOrder.add(entered);
        while (inOrder.peek().entered + TWO_MSL - nowNs <= 0) {
            Timed due = inOrder.remove();
            due.timeout.cancel();
            map.remove(due.key);
        }
    }

    private void schedule(Timed entry) {
        Key key = entry.key;
        entry.timeout = timer.newTimeout(t -> fired.add(key), 1, TimeUnit.HOURS);
    }

    @Override
    public boolean contains(int i) {
        return map.get(Key.of(i)) != null;
    }

    @Override
    public boolean restart(int i, long nowNs) {
        Timed entry = map.get(Key.of(i));
        if (entry == null) {
            return false;
        }
        entry.timeout.cancel();
        entry.deadline = nowNs + TWO_MSL;
        schedule(entry);
        return true;
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public void close() {
        timer.stop();
    }
}
