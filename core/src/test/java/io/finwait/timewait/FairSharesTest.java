package io.finwait.timewait;

import static io.finwait.timewait.TimeWaitFixture.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

/** Who goes for a newcomer, where each host has a share. */
class FairSharesTest {

    private static final long NEWCOMER = IpAddress.v4Low(0x0A00_0001);
    private static final long GREEDY = IpAddress.v4Low(0x0A00_0002);
    private static final long MODEST = IpAddress.v4Low(0x0A00_0003);

    private final LocalAddresses locals = new LocalAddresses();
    private final EntryStore store = new EntryStore(locals);
    private final FairShares shares = new FairShares(RandomSource.seeded(4));
    private final TimeWaitEntry scratch = new TimeWaitEntry();
    private final int local = locals.acquire(0, IpAddress.v4Low(1));
    private int port = 1;

    private int entry(long remote, long deadlineNs) {
        int ref = store.allocate(false);
        store.create(ref, remote << 32 | port++ << 16 | 443, local, 0, new TimeWaitEntry());
        store.deadline(ref, deadlineNs);
        shares.add(0, remote);
        return ref;
    }

    private int victim(int first) {
        return shares.victim(0, NEWCOMER, first, store, scratch);
    }

    @Test
    void who_has_more_than_all_that_are_looked_at_gets_no_more() {
        int first = entry(MODEST, SECOND);
        shares.add(0, NEWCOMER);
        shares.add(0, NEWCOMER);
        assertThat(victim(first)).isEqualTo(EntryStore.NIL);
        shares.remove(0, NEWCOMER);
        assertThat(victim(first)).as("as many as the other").isEqualTo(first);
    }

    @Test
    void an_entry_goes_of_who_has_most_though_others_end_sooner() {
        int first = entry(MODEST, SECOND);
        int later = entry(GREEDY, 3 * SECOND);
        int sooner = entry(GREEDY, 2 * SECOND);
        assertThat(victim(first)).isIn(later, sooner);
    }

    /** Of a host with two entries, of which both are drawn, the one that ends first. */
    @Test
    void of_entries_of_one_host_the_one_goes_that_ends_first() {
        int later = entry(GREEDY, 3 * SECOND);
        int sooner = entry(GREEDY, 2 * SECOND);
        assertThat(victim(later)).isEqualTo(sooner);
        assertThat(victim(sooner)).isEqualTo(sooner);
    }

    @Test
    void deadlines_are_compared_across_the_wrap_of_the_clock() {
        store.floor(Long.MAX_VALUE - SECOND);
        int sooner = entry(GREEDY, Long.MAX_VALUE - 1);
        int later = entry(GREEDY, Long.MIN_VALUE + SECOND);
        assertThat(victim(later)).isEqualTo(sooner);
        assertThat(victim(sooner)).isEqualTo(sooner);
    }

    /** A host of IPv6 is its first 64 bits, one of IPv4 its address. */
    @Test
    void hosts_are_told_apart_by_what_they_cannot_choose() {
        int first = entry(MODEST, SECOND);
        shares.add(1, 1);
        shares.add(1, 2);
        assertThat(shares.victim(1, 3, first, store, scratch)).isEqualTo(EntryStore.NIL);
        assertThat(shares.victim(2, 3, first, store, scratch)).isEqualTo(first);
        shares.remove(1, 9);
        assertThat(shares.victim(1, 3, first, store, scratch)).isEqualTo(first);
    }
}
