package io.finwait.tcp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/**
 * How connections of an endpoint end where the RFCs leave a choice. TIME-WAIT has a policy of its
 * own, {@link io.finwait.timewait.TimeWaitPolicy}.
 *
 * @param finWait2TimeoutNs how long an orphan stays in FIN-WAIT-2, in nanoseconds; 0 for ever (RFC
 *     9293); below 0 a CLOSE that would lead there resets instead. The time never runs while the
 *     user holds the handle
 * @param orphanRetries how often an orphan retransmits, or probes a closed window, before it is
 *     given up; only an acknowledged octet or FIN restarts the count, and a window that opens does
 *     not (CVE-2009-1926)
 * @param orphanTimeoutNs how long an orphan may take altogether until its FIN is acknowledged, in
 *     nanoseconds; 0 for ever. The peer must not decide how long an orphan lives
 * @param maxOrphans the largest number of connections without a user; with one more, the oldest and
 *     largest of them is reset, with 0 the one that is closed. An orphan in FIN-WAIT-2 is a record
 *     in the TIME-WAIT table: {@link Limits#finWait2Records()} and the caps of that table apply to
 *     it, and it is not counted here
 * @param resetOnUnreadData CLOSE with unread octets sends RST instead of FIN (RFC 9293 SHLD-3)
 * @param endOfStreamAfterReset what RECEIVE says when an RST came after a FIN that was not yet
 *     read. True: end-of-stream, and "Broken pipe" from SEND, as on Linux. False: "Connection reset
 *     by peer", as on BSD and macOS, but every time and not only once
 */
public record ClosePolicy(
        long finWait2TimeoutNs,
        int orphanRetries,
        long orphanTimeoutNs,
        int maxOrphans,
        boolean resetOnUnreadData,
        boolean endOfStreamAfterReset) {

    private static final long SECOND = 1_000_000_000L;

    /**
     * 60 s in FIN-WAIT-2, 15 retries and 15 minutes for orphans, of which there may be 65,536;
     * reset on unread data; resets are told.
     */
    public static final ClosePolicy DEFAULT =
            new ClosePolicy(60 * SECOND, 15, 900 * SECOND, 65_536, true, false);

    public ClosePolicy {
        if (orphanRetries < 0) {
            throw new IllegalArgumentException("orphanRetries " + orphanRetries + " is below 0");
        }
        if (orphanTimeoutNs < 0) {
            throw new IllegalArgumentException(
                    "orphanTimeoutNs " + orphanTimeoutNs + " is below 0; choose 0 for ever");
        }
        if (maxOrphans < 0) {
            throw new IllegalArgumentException("maxOrphans " + maxOrphans + " is below 0");
        }
    }

    /** The same with another time in FIN-WAIT-2; zero for ever. */
    public ClosePolicy withFinWait2Timeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "a time of "
                            + timeout
                            + " in FIN-WAIT-2 is negative; choose zero for ever, or"
                            + " withoutFinWait2()");
        }
        return withFinWait2TimeoutNs(NANOSECONDS.convert(timeout));
    }

    /** The same with CLOSE as an abort, where the peer has not closed: nobody waits for its FIN. */
    public ClosePolicy withoutFinWait2() {
        return withFinWait2TimeoutNs(-1);
    }

    private ClosePolicy withFinWait2TimeoutNs(long timeoutNs) {
        return new ClosePolicy(
                timeoutNs,
                orphanRetries,
                orphanTimeoutNs,
                maxOrphans,
                resetOnUnreadData,
                endOfStreamAfterReset);
    }

    /** The same with another number of retries for orphans. */
    public ClosePolicy withOrphanRetries(int retries) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                retries,
                orphanTimeoutNs,
                maxOrphans,
                resetOnUnreadData,
                endOfStreamAfterReset);
    }

    /** The same with another time that an orphan may take altogether; zero for ever. */
    public ClosePolicy withOrphanTimeout(Duration timeout) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                orphanRetries,
                NANOSECONDS.convert(timeout),
                maxOrphans,
                resetOnUnreadData,
                endOfStreamAfterReset);
    }

    /** The same with another largest number of orphans. */
    public ClosePolicy withMaxOrphans(int orphans) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                orphanRetries,
                orphanTimeoutNs,
                orphans,
                resetOnUnreadData,
                endOfStreamAfterReset);
    }

    /** The same with or without the reset on unread data. */
    public ClosePolicy withResetOnUnreadData(boolean reset) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                orphanRetries,
                orphanTimeoutNs,
                maxOrphans,
                reset,
                endOfStreamAfterReset);
    }

    /** The same with another answer of RECEIVE after FIN and RST. */
    public ClosePolicy withEndOfStreamAfterReset(boolean endOfStream) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                orphanRetries,
                orphanTimeoutNs,
                maxOrphans,
                resetOnUnreadData,
                endOfStream);
    }
}
