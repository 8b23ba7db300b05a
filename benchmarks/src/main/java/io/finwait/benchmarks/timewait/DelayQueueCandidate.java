package io.finwait.benchmarks.timewait;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** ConcurrentHashMap and DelayQueue; a restarted entry is queued again when it surfaces. */
final class DelayQueueCandidate implements Candidate {

    private final Map<Key, Waiting> map = new ConcurrentHashMap<>();
    private final DelayQueue<Waiting> queue = new DelayQueue<>();
    private long now;

    private final class Waiting extends Held implements Delayed {

        private long queuedFor;

        Waiting(Key key, int i, long deadline) {
            super(key, i, deadline);
            queuedFor = deadline;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(queuedFor - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(queuedFor, ((Waiting) other).queuedFor);
        }
    }

    @Override
    public void enterAndExpire(int i, long nowNs) {
        now = nowNs;
        Key key = Key.of(i);
        Waiting entered = new Waiting(key, i, nowNs + TWO_MSL);
        map.put(key, entered);
        queue.add(entered);
        for (Waiting due = queue.poll(); due != null; due = queue.poll()) {
            if (due.deadline > nowNs) {
                due.queuedFor = due.deadline;
                queue.add(due);
            } else {
                map.remove(due.key);
            }
        }
    }

    @Override
    public boolean contains(int i) {
        return map.get(Key.of(i)) != null;
    }

    @Override
    public boolean restart(int i, long nowNs) {
        Held held = map.get(Key.of(i));
        if (held == null) {
            return false;
        }
        held.deadline = nowNs + TWO_MSL;
        return true;
    }

    @Override
    public int size() {
        return map.size();
    }
}
