package io.finwait.benchmarks.timewait;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JDK's map in order of insertion: with one 2MSL for all, that is the order of deadlines. */
final class LinkedHashMapCandidate implements Candidate {

    private final Map<Key, Held> map = new LinkedHashMap<>();

    @Override
    public void enterAndExpire(int i, long nowNs) {
        Key key = Key.of(i);
        map.put(key, new Held(key, i, nowNs + TWO_MSL));
        Iterator<Held> oldest = map.values().iterator();
        while (oldest.hasNext() && oldest.next().deadline - nowNs <= 0) {
            oldest.remove();
        }
    }

    @Override
    public boolean contains(int i) {
        return map.get(Key.of(i)) != null;
    }

    @Override
    public boolean restart(int i, long nowNs) {
        Held held = map.remove(Key.of(i));
        if (held == null) {
            return false;
        }
        held.deadline = nowNs + TWO_MSL;
        map.put(held.key, held);
        return true;
    }

    @Override
    public int size() {
        return map.size();
    }
}
