package io.finwait.trace;

import io.finwait.wire.IpAddress;

/**
 * Events for JDK Flight Recorder: {@code io.finwait.StateChange} and {@code io.finwait.Close}.
 *
 * <pre>
 * java -XX:StartFlightRecording:filename=close.jfr ...
 * jfr print --events "io.finwait.*" close.jfr
 * </pre>
 *
 * <p>While nothing records them, a call costs a look at one flag and allocates nothing; names of
 * addresses are made only when an event is written. In a runtime without the module {@code jdk.jfr}
 * every call does nothing. Safe from any thread.
 */
public final class FlightEvents {

    private static final boolean AVAILABLE = isAvailable();

    private FlightEvents() {}

    /** True when state changes are recorded at this moment: callers may spare themselves the rest. */
    public static boolean recordsStateChanges() {
        return AVAILABLE && StateChangeEvent.isRecorded();
    }

    /** True when closes are recorded at this moment. */
    public static boolean recordsCloses() {
        return AVAILABLE && CloseEvent.isRecorded();
    }

    /**
     * A connection has changed its state.
     *
     * @param localHigh the end's address as in {@link IpAddress}, and so on
     * @param from the state's name before
     * @param to the state's name now
     * @param trigger what made it change, such as {@code CLOSE} or {@code FIN}
     */
    public static void stateChange(
            long localHigh,
            long localLow,
            int localPort,
            long foreignHigh,
            long foreignLow,
            int foreignPort,
            String from,
            String to,
            String trigger) {
        if (recordsStateChanges()) {
            StateChangeEvent.write(
                    endpoint(localHigh, localLow, localPort),
                    endpoint(foreignHigh, foreignLow, foreignPort),
                    from,
                    to,
                    trigger);
        }
    }

    /**
     * A connection has ended.
     *
     * @param localHigh the end's address as in {@link IpAddress}, and so on
     * @param reason why it ended, in words
     * @param unsent octets that never left
     * @param unacknowledged octets that left and were never acknowledged
     * @param unread octets that arrived and were never read
     * @param lifetimeNs from the first segment to the end, in nanoseconds
     */
    public static void close(
            long localHigh,
            long localLow,
            int localPort,
            long foreignHigh,
            long foreignLow,
            int foreignPort,
            String reason,
            long unsent,
            long unacknowledged,
            long unread,
            long lifetimeNs) {
        if (recordsCloses()) {
            CloseEvent.write(
                    endpoint(localHigh, localLow, localPort),
                    endpoint(foreignHigh, foreignLow, foreignPort),
                    reason,
                    unsent,
                    unacknowledged,
                    unread,
                    lifetimeNs);
        }
    }

    private static String endpoint(long high, long low, int port) {
        String address = IpAddress.format(high, low);
        return IpAddress.isV4(high, low) ? address + ":" + port : "[" + address + "]:" + port;
    }

    private static boolean isAvailable() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }
}
