package io.finwait.timewait;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.Objects;

/**
 * Selects the entries of a listing. An age is the time since the wait began or was last restarted;
 * an orphan in FIN-WAIT-2, whose wait has not begun, has age 0.
 *
 * @param locals local addresses
 * @param remotes remote addresses
 * @param localPort local port, or 0 for any
 * @param remotePort remote port, or 0 for any
 * @param youngestNs the lowest age, in ns
 * @param oldestNs the highest age, in ns
 */
public record TimeWaitFilter(
        AddressPredicate locals,
        AddressPredicate remotes,
        int localPort,
        int remotePort,
        long youngestNs,
        long oldestNs) {

    /** Every entry. */
    public static final TimeWaitFilter ALL =
            new TimeWaitFilter(AddressPredicate.ANY, AddressPredicate.ANY, 0, 0, 0, Long.MAX_VALUE);

    public TimeWaitFilter {
        Objects.requireNonNull(locals, "locals");
        Objects.requireNonNull(remotes, "remotes");
        requirePort("local", localPort);
        requirePort("remote", remotePort);
    }

    private static void requirePort(String which, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    which + " port " + port + " is out of range; choose 1 to 65535, or 0 for any");
        }
    }

    /** The same filter with other local addresses. */
    public TimeWaitFilter withLocals(AddressPredicate changed) {
        return new TimeWaitFilter(changed, remotes, localPort, remotePort, youngestNs, oldestNs);
    }

    /** The same filter with other remote addresses. */
    public TimeWaitFilter withRemotes(AddressPredicate changed) {
        return new TimeWaitFilter(locals, changed, localPort, remotePort, youngestNs, oldestNs);
    }

    /** The same filter with another local port; 0 for any. */
    public TimeWaitFilter withLocalPort(int port) {
        return new TimeWaitFilter(locals, remotes, port, remotePort, youngestNs, oldestNs);
    }

    /** The same filter with another remote port; 0 for any. */
    public TimeWaitFilter withRemotePort(int port) {
        return new TimeWaitFilter(locals, remotes, localPort, port, youngestNs, oldestNs);
    }

    /** The same filter with other ages, both bounds included. */
    public TimeWaitFilter withAges(Duration youngest, Duration oldest) {
        return new TimeWaitFilter(
                locals,
                remotes,
                localPort,
                remotePort,
                NANOSECONDS.convert(youngest),
                NANOSECONDS.convert(oldest));
    }

    /**
     * True when an entry passes the filter.
     *
     * @param nowNs the caller's clock, as for {@link TimeWaitTable}
     */
    public boolean matches(TimeWaitEntry entry, long nowNs) {
        long age = entry.ageNs(nowNs);
        return (localPort == 0 || entry.localPort() == localPort)
                && (remotePort == 0 || entry.remotePort() == remotePort)
                && age >= youngestNs
                && age <= oldestNs
                && remotes.test(entry.remoteHigh, entry.remoteLow)
                && locals.test(entry.localHigh, entry.localLow);
    }
}
