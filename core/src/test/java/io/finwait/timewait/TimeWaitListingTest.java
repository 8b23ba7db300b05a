package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Listings by cursor: filters, ages, and a table that goes on meanwhile. */
class TimeWaitListingTest {

    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress LOCAL = IpAddress.parse("10.0.0.1");

    private final TimeWaitTable table =
            new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1));

    private void enter(String remote, int localPort, int remotePort, long atNs) {
        IpAddress address = IpAddress.parse(remote);
        assertThat(
                        table.enter(
                                FourTuple.of(LOCAL, localPort, address, remotePort),
                                1,
                                2,
                                100,
                                0,
                                false,
                                0,
                                0,
                                atNs))
                .isTrue();
    }

    private List<Integer> remotePorts(TimeWaitFilter filter, int step, long nowNs) {
        List<Integer> found = new ArrayList<>();
        long cursor = 0;
        while (cursor >= 0) {
            cursor = table.list(cursor, step, filter, nowNs, e -> found.add(e.remotePort()));
        }
        return found;
    }

    private void enterThree() {
        enter("10.0.0.9", 80, 1001, 0);
        enter("10.0.1.9", 443, 1002, 10 * SECOND);
        enter("2001:db8::9", 443, 1003, 20 * SECOND);
    }

    @Test
    void filtersByAddressPortAndAge() {
        enterThree();
        long now = 30 * SECOND;
        TimeWaitFilter all = TimeWaitFilter.ALL;
        assertThat(remotePorts(all, 1, now)).containsExactlyInAnyOrder(1001, 1002, 1003);
        AddressPredicate net = AddressPredicate.within(IpAddress.parse("10.0.1.0"), 24);
        assertThat(remotePorts(all.withRemotes(net), 1, now)).containsExactly(1002);
        assertThat(remotePorts(all.withLocals(net), 1, now)).isEmpty();
        assertThat(remotePorts(all.withLocalPort(443), 2, now))
                .containsExactlyInAnyOrder(1002, 1003);
        assertThat(remotePorts(all.withRemotePort(1001), 2, now)).containsExactly(1001);
        TimeWaitFilter old = all.withAges(Duration.ofSeconds(20), Duration.ofSeconds(29));
        assertThat(remotePorts(old, 1, now)).containsExactly(1002);
        TimeWaitFilter oldest = all.withAges(Duration.ofSeconds(20), Duration.ofSeconds(30));
        assertThat(remotePorts(oldest, 1, now)).containsExactlyInAnyOrder(1001, 1002);
    }

    @Test
    void theLimitIsForEntriesLookedAt() {
        enterThree();
        TimeWaitFilter none = TimeWaitFilter.ALL.withLocalPort(1);
        long cursor = table.list(0, 2, none, 0, e -> assertThat(e).isNull());
        assertThat(cursor).as("one entry is left to look at").isPositive();
        assertThat(table.list(cursor, 2, none, 0, e -> assertThat(e).isNull())).isEqualTo(-1);
    }

    @Test
    void anEntryThatStaysIsSeenOnceWhileOthersComeAndGo() {
        for (int i = 0; i < 100; i++) {
            enter("10.0.0.9", 80, 2000 + i, i < 50 ? 0 : 30 * SECOND);
        }
        List<Integer> seen = new ArrayList<>();
        long cursor = 0;
        int come = 0;
        while (cursor >= 0) {
            cursor = table.list(cursor, 7, e -> seen.add(e.remotePort()));
            table.expire(60 * SECOND, 10);
            enter("10.0.0.8", 80, 5000 + come++, 61 * SECOND);
        }
        for (int port = 2050; port < 2100; port++) {
            assertThat(seen).containsOnlyOnce(port);
        }
    }

    @Test
    void agesAreCounted() {
        enterThree();
        TimeWaitAges ages = new TimeWaitAges(10 * SECOND, 3, 30 * SECOND);
        table.list(0, 10, ages);
        assertThat(ages.total()).isEqualTo(3);
        assertThat(ages.count(0)).isZero();
        assertThat(ages.count(1)).isEqualTo(1);
        assertThat(ages.count(2)).as("20 s, and what is older").isEqualTo(2);
        assertThat(ages.oldestNs()).isEqualTo(30 * SECOND);
        assertThat(ages.finWait2()).isZero();
    }

    @Test
    void anOrphanInFinWait2HasNoAge() {
        table.enterFinWait2(
                FourTuple.of(LOCAL.high(), LOCAL.low(), 0, LOCAL.low(), 80, 90),
                1,
                2,
                9,
                0,
                false,
                0,
                0,
                SECOND,
                0);
        TimeWaitAges ages = new TimeWaitAges(SECOND, 1, SECOND / 2);
        table.list(0, 10, ages);
        assertThat(ages.finWait2()).isEqualTo(1);
        assertThat(ages.count(0)).isZero();
    }

    @Test
    void wrongUseIsExplained() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWaitFilter.ALL.withLocalPort(70_000))
                .withMessageContaining("1 to 65535");
        assertThatIllegalArgumentException().isThrownBy(() -> new TimeWaitAges(0, 3, 0));
    }
}
