package io.finwait.benchmarks.timewait;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.time.Duration;

/** Caffeine with expiry after write, on virtual time and on the caller's thread. */
final class CaffeineCandidate implements Candidate {

    private long now;
    private final Cache<Key, Held> cache =
            Caffeine.newBuilder()
                    .expireAfterWrite(Duration.ofNanos(TWO_MSL))
                    .ticker(() -> now)
                    .executor(Runnable::run)
                    .build();

    @Override
    public void enterAndExpire(int i, long nowNs) {
        now = nowNs;
        Key key = Key.of(i);
        cache.put(key, new Held(key, i, nowNs + TWO_MSL));
        cache.cleanUp();
    }

    @Override
    public boolean contains(int i) {
        return cache.getIfPresent(Key.of(i)) != null;
    }

    @Override
    public boolean restart(int i, long nowNs) {
        now = nowNs;
        Held held = cache.getIfPresent(Key.of(i));
        if (held == null) {
            return false;
        }
        held.deadline = nowNs + TWO_MSL;
        cache.put(held.key, held);
        return true;
    }

    @Override
    public int size() {
        return (int) cache.estimatedSize();
    }
}
