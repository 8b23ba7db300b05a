package io.finwait.tcp.internal;

/**
 * Habits of other stacks, which test suites written for them expect. They serve these suites only, and
 * are therefore no part of {@link io.finwait.tcp.EndpointConfig}.
 *
 * @param synOptions in which order the options of a SYN stand
 * @param windowScale what our SYN offers; below 0: what the receive buffer asks for
 * @param insecureRst every RST in the window resets (RFC 793), not only the exact one
 * @param insecureSyn every SYN in the window resets (RFC 793), in TIME-WAIT too
 * @param dropSynFin SYN with FIN is dropped in LISTEN and SYN-SENT
 * @param finWithAck in FIN-WAIT-1 the ACK of the peer's FIN carries ours again
 * @param synAckIgnored a SYN with ACK is dropped in LISTEN, not reset
 * @param roundedWindow an open connection takes text up to its buffer rounded up to whole segments, also
 *     beyond what the window field can say
 * @param bareSegments segments without timestamps are taken although timestamps were agreed on
 * @param quickAcks how many segments of text at the beginning of a connection are acknowledged at once
 */
public record WireProfile(
        SynOptions synOptions,
        int windowScale,
        boolean insecureRst,
        boolean insecureSyn,
        boolean dropSynFin,
        boolean finWithAck,
        boolean synAckIgnored,
        boolean roundedWindow,
        boolean bareSegments,
        int quickAcks) {

    /** Finwait's own way. */
    public static final WireProfile NONE =
            new WireProfile(
                    SynOptions.ALIGNED, -1, false, false, false, false, false, false, false, 0);

    /** Linux 6. */
    public static final WireProfile LINUX =
            new WireProfile(
                    SynOptions.LINUX, -1, false, false, false, false, false, false, true, 16);

    /** FreeBSD 14 with its defaults. */
    public static final WireProfile FREEBSD =
            new WireProfile(SynOptions.FREEBSD, 6, false, false, false, true, true, true, false, 0);

    /** The same with the switches of FreeBSD's {@code net.inet.tcp}. */
    public WireProfile withSwitches(
            boolean withInsecureRst, boolean withInsecureSyn, boolean withDropSynFin) {
        return new WireProfile(
                synOptions,
                windowScale,
                withInsecureRst,
                withInsecureSyn,
                withDropSynFin,
                finWithAck,
                synAckIgnored,
                roundedWindow,
                bareSegments,
                quickAcks);
    }
}
