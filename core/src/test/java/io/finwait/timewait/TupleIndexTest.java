package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/** Growing, shrinking and forgetting of the index alone. */
class TupleIndexTest {

    private final LocalAddresses locals = new LocalAddresses();
    private final EntryStore store = new EntryStore(locals);
    private boolean colliding;
    private final TupleHash hash =
            new TupleHash(RandomSource.seeded(5)) {
                @Override
                long of(long a, long b, long c) {
                    return colliding ? super.of(a, b, c) >>> 40 : super.of(a, b, c);
                }
            };
    private final TupleIndex index = new TupleIndex(store, hash);
    private final Newcomers none = new Newcomers(index, (old, enteredNs) -> {});
    private final Lookup lookup = new Lookup(store, locals, hash, index, none);
    private final int local = locals.acquire(0, IpAddress.v4Low(1));

    @Test
    void finds_all_while_it_grows_and_shrinks_and_forgets_all() {
        Deque<Integer> refs = new ArrayDeque<>();
        for (int i = 0; i < 200_000; i++) {
            refs.add(add(i));
            if (i % 97 == 0) {
                assertAllFound(i - refs.size() + 1, i, i / 20 + 1);
            }
        }
        long largest = index.octets();
        for (int i = 0; i < 200_000; i++) {
            int ref = refs.remove();
            index.remove(index.hashOf(ref), ref);
            store.free(ref);
            if (i % 97 == 0) {
                assertAllFound(i + 1, 199_999, i / 20 + 1);
                lookup.key(local, 0, IpAddress.v4Low(i), 1, 2);
                assertThat(find()).isEqualTo(EntryStore.NIL);
            }
        }
        assertThat(index.octets()).isLessThan(largest / 50);
        // No bucket believes any more that somebody has passed it.
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.guess(random.nextLong())).isEqualTo(EntryStore.NIL);
        }
    }

    /** More than the 64 buckets in reach of their home hold, while the index grows and shrinks. */
    @Test
    void finds_those_that_find_no_bucket() {
        colliding = true;
        int many = 3_000;
        List<Integer> left = new ArrayList<>();
        Map<Integer, Integer> refs = new HashMap<>();
        for (int i = 0; i < many; i++) {
            refs.put(i, add(i));
            left.add(i);
        }
        assertAllFound(0, many - 1, 1);
        Collections.shuffle(left, new Random(7));
        while (!left.isEmpty()) {
            int last = left.size() - 1;
            int gone = left.get(last);
            left.subList(last, last + 1).clear();
            int ref = refs.remove(gone);
            index.remove(index.hashOf(ref), ref);
            store.free(ref);
            lookup.key(local, 0, IpAddress.v4Low(gone), 1, 2);
            assertThat(find()).as("entry %s is gone", gone).isEqualTo(EntryStore.NIL);
            if (left.size() % 100 == 0) {
                left.forEach(each -> assertAllFound(each, each, 1));
            }
        }
    }

    @Test
    void takes_less_than_8_octets_an_entry_at_every_size() {
        for (int i = 0; i < 500_000; i++) {
            add(i);
            if (i > 50_000 && i % 1000 == 0) {
                // One chunk of either generation may be partly empty.
                assertThat(index.octets() - (2 << 19)).as("at %s", i).isLessThan(8L * i);
            }
        }
    }

    private int add(int i) {
        lookup.key(local, 0, IpAddress.v4Low(i), 1, 2);
        int ref = store.allocate(lookup.wide);
        store.create(ref, lookup.key0, lookup.key1, lookup.key2, new TimeWaitEntry());
        index.add(lookup.hashed, ref);
        return ref;
    }

    private void assertAllFound(int from, int to, int step) {
        for (int i = from; i <= to; i += step) {
            lookup.key(local, 0, IpAddress.v4Low(i), 1, 2);
            assertThat(find()).as("entry %s of %s to %s", i, from, to).isNotEqualTo(EntryStore.NIL);
        }
    }

    private int find() {
        return lookup.find();
    }
}
