package io.finwait.benchmarks.timewait;

import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.Object2ObjectHashMap;

import java.util.concurrent.TimeUnit;

/** Agrona's map and timer wheel; the wheel's numbers lead to the entries through a second map. */
final class AgronaCandidate implements Candidate {

    private static final int TICKS_PER_WHEEL = 512;
    private static final long TICK = 1L << 27;

    private final Object2ObjectHashMap<Key, Timed> map = new Object2ObjectHashMap<>();
    private final Long2ObjectHashMap<Timed> byTimer = new Long2ObjectHashMap<>();
    private final DeadlineTimerWheel wheel =
            new DeadlineTimerWheel(TimeUnit.NANOSECONDS, 0, TICK, TICKS_PER_WHEEL);

    private final DeadlineTimerWheel.TimerHandler handler = this::expired;

    private static final class Timed extends Held {

        private long timer;

        Timed(Key key, int i, long deadline) {
            super(key, i, deadline);
        }
    }

    @Override
    public void enterAndExpire(int i, long nowNs) {
        Key key = Key.of(i);
        Timed entered = new Timed(key, i, nowNs + TWO_MSL);
        map.put(key, entered);
        schedule(entered);
        // A poll looks through all of the current tick's timers, so one is made when a tick is
        // over.
        while (wheel.currentTickTime() <= nowNs) {
            wheel.poll(nowNs, handler, Integer.MAX_VALUE);
        }
    }

    private void schedule(Timed entry) {
        entry.timer = wheel.scheduleTimer(entry.deadline);
        byTimer.put(entry.timer, entry);
    }

    private boolean expired(TimeUnit unit, long nowNs, long timer) {
        map.remove(byTimer.remove(timer).key);
        return true;
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
        wheel.cancelTimer(entry.timer);
        byTimer.remove(entry.timer);
        entry.deadline = nowNs + TWO_MSL;
        schedule(entry);
        return true;
    }

    @Override
    public int size() {
        return map.size();
    }
}
