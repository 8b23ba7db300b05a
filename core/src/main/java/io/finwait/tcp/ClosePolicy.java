package io.finwait.tcp;

/**
 * How connections of an endpoint end where the RFCs leave a choice. TIME-WAIT has a policy of its own,
 * {@link io.finwait.timewait.TimeWaitPolicy}.
 *
 * @param finWait2TimeoutNs how long an orphan stays in FIN-WAIT-2, in nanoseconds; 0 for ever (RFC
 *     9293), below 0: not at all, a CLOSE that would lead there resets. Never runs while the user holds
 *     the handle
 * @param orphanRetries how often an orphan sends again, or probes a closed window, before it is given up
 * @param maxOrphans connections without a user at most; more are reset at CLOSE
 * @param resetOnUnreadData CLOSE with unread octets sends RST instead of FIN (RFC 9293 SHLD-3)
 * @param endOfStreamAfterReset what RECEIVE says when RST came after a FIN that was not yet read: true:
 *     end-of-stream, and "Broken pipe" from SEND, as on Linux; false: "Connection reset by peer" once, as
 *     on BSD and macOS
 */
public record ClosePolicy(
        long finWait2TimeoutNs,
        int orphanRetries,
        int maxOrphans,
        boolean resetOnUnreadData,
        boolean endOfStreamAfterReset) {

    private static final long SECOND = 1_000_000_000L;

    /** 60 s in FIN-WAIT-2, 8 retries, 65,536 orphans, reset on unread data, resets are told. */
    public static final ClosePolicy DEFAULT = new ClosePolicy(60 * SECOND, 8, 65_536, true, false);

    public ClosePolicy {
        if (orphanRetries < 0) {
            throw new IllegalArgumentException("orphanRetries " + orphanRetries + " is below 0");
        }
        if (maxOrphans < 0) {
            throw new IllegalArgumentException("maxOrphans " + maxOrphans + " is below 0");
        }
    }

    /** The same with another time in FIN-WAIT-2, in nanoseconds. */
    public ClosePolicy withFinWait2TimeoutNs(long timeoutNs) {
        return new ClosePolicy(
                timeoutNs, orphanRetries, maxOrphans, resetOnUnreadData, endOfStreamAfterReset);
    }

    /** The same with another number of retries of orphans. */
    public ClosePolicy withOrphanRetries(int retries) {
        return new ClosePolicy(
                finWait2TimeoutNs, retries, maxOrphans, resetOnUnreadData, endOfStreamAfterReset);
    }

    /** The same with another number of orphans. */
    public ClosePolicy withMaxOrphans(int orphans) {
        return new ClosePolicy(
                finWait2TimeoutNs,
                orphanRetries,
                orphans,
                resetOnUnreadData,
                endOfStreamAfterReset);
    }

    /** The same with or without the reset on unread data. */
    public ClosePolicy withResetOnUnreadData(boolean reset) {
        return new ClosePolicy(
                finWait2TimeoutNs, orphanRetries, maxOrphans, reset, endOfStreamAfterReset);
    }

    /** The same with another answer of RECEIVE after FIN and RST. */
    public ClosePolicy withEndOfStreamAfterReset(boolean endOfStream) {
        return new ClosePolicy(
                finWait2TimeoutNs, orphanRetries, maxOrphans, resetOnUnreadData, endOfStream);
    }
}
