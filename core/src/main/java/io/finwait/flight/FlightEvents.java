package io.finwait.flight;

import io.finwait.wire.IpAddress;

/**
 * Events for JDK Flight Recorder, all in the category "Finwait":
 *
 * <table>
 * <caption>Events and their fields</caption>
 * <tr><th>event</th><th>fields beside the connection's</th></tr>
 * <tr><td>{@code io.finwait.StackStart}</td><td>addresses, transport, mtu, timeWait, sendBuffer,
 *     receiveBuffer</td></tr>
 * <tr><td>{@code io.finwait.StateChange}</td><td>from, to, trigger</td></tr>
 * <tr><td>{@code io.finwait.Close}</td><td>reason, by, path, unsent, unacknowledged, unread,
 * lifetime</td>
 *     </tr>
 * <tr><td>{@code io.finwait.Retransmission}</td><td>state, cause, octets, syn, fin,
 * timeouts</td></tr> <tr><td>{@code io.finwait.ResetReceived}</td><td>state</td></tr>
 * <tr><td>{@code io.finwait.ResetSent}</td><td>state</td></tr> <tr><td>{@code
 * io.finwait.TimeWaitEntered}</td><td>wait</td></tr> <tr><td>{@code
 * io.finwait.TimeWaitEnded}</td><td>reason, left</td></tr>
 * </table>
 *
 * <p>All but the first also have {@code local} and {@code foreign}, an address and a port each, and
 * {@code at}, the time of the endpoint's duty cycle: in a simulation that is virtual time, where
 * the recorder's own {@code startTime} tells when the JVM wrote it.
 *
 * <p>While nothing records an event, asking whether it is recorded costs a look at one flag and
 * allocates nothing; callers ask first, and make the text of an address only then. In a runtime
 * without the module {@code jdk.jfr} nothing is ever recorded. Safe from any thread.
 */
public final class FlightEvents {

    private static final boolean AVAILABLE = isThere("jdk.jfr.Event");

    private FlightEvents() {}

    /** Asks for the class: not every runtime has modules to ask for, Android for one. */
    private static boolean isThere(String name) {
        try {
            Class<?> unused = Class.forName(name, false, FlightEvents.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** An address and a port, as in {@code 10.0.0.1:80} or {@code [fd00::1]:80}. */
    public static String socket(long high, long low, int port) {
        String address = IpAddress.format(high, low);
        return IpAddress.isV4(high, low) ? address + ":" + port : "[" + address + "]:" + port;
    }

    /** True when starts of endpoints are recorded at this moment. */
    public static boolean recordsStarts() {
        return AVAILABLE && StackStartEvent.isRecorded();
    }

    /**
     * An endpoint was opened.
     *
     * @param addresses of it, separated by commas
     * @param transport what it calls itself
     * @param mtu the largest packet that the transport carries, in octets
     * @param timeWaitNs how long TIME-WAIT lasts, in nanoseconds
     * @param sendBuffer octets that a connection may queue at first
     * @param receiveBuffer octets that a connection may receive unread at first
     */
    public static void start(
            String addresses,
            String transport,
            int mtu,
            long timeWaitNs,
            int sendBuffer,
            int receiveBuffer) {
        if (AVAILABLE) {
            StackStartEvent.write(addresses, transport, mtu, timeWaitNs, sendBuffer, receiveBuffer);
        }
    }

    /** True when state changes are recorded at this moment. */
    public static boolean recordsStateChanges() {
        return AVAILABLE && StateChangeEvent.isRecorded();
    }

    /**
     * A connection has changed its state.
     *
     * @param atNs the endpoint's time, in nanoseconds
     * @param from the state's name before
     * @param to the state's name now
     * @param trigger what made it change, such as {@code CLOSE} or {@code FIN}
     */
    public static void stateChange(
            long atNs, String local, String foreign, String from, String to, String trigger) {
        if (AVAILABLE) {
            StateChangeEvent.write(atNs, local, foreign, from, to, trigger);
        }
    }

    /** True when ends of connections are recorded at this moment. */
    public static boolean recordsCloses() {
        return AVAILABLE && CloseEvent.isRecorded();
    }

    /**
     * A connection has ended.
     *
     * @param reason why it ended, in words
     * @param by who ended it: "this end", "the peer" or "both"
     * @param path the states in order
     * @param unsent octets that never left
     * @param unacknowledged octets that left and were never acknowledged
     * @param unread octets that arrived and were not read so far
     * @param lifetimeNs from the first segment to the end, in nanoseconds
     */
    public static void close(
            long atNs,
            String local,
            String foreign,
            String reason,
            String by,
            String path,
            long unsent,
            long unacknowledged,
            long unread,
            long lifetimeNs) {
        if (AVAILABLE) {
            CloseEvent event = new CloseEvent();
            event.reason = reason;
            event.by = by;
            event.path = path;
            event.unsent = unsent;
            event.unacknowledged = unacknowledged;
            event.unread = unread;
            event.lifetime = lifetimeNs;
            event.write(atNs, local, foreign);
        }
    }

    /** True when retransmissions are recorded at this moment. */
    public static boolean recordsRetransmissions() {
        return AVAILABLE && RetransmissionEvent.isRecorded();
    }

    /**
     * A segment was sent again.
     *
     * @param cause why, such as {@code TIMEOUT} or {@code FAST}
     * @param octets of text that were sent before
     * @param syn whether it is a SYN
     * @param fin whether it carries a FIN that was sent before
     * @param timeouts retransmission timeouts in a row
     */
    public static void retransmission(
            long atNs,
            String local,
            String foreign,
            String state,
            String cause,
            int octets,
            boolean syn,
            boolean fin,
            int timeouts) {
        if (AVAILABLE) {
            RetransmissionEvent event = new RetransmissionEvent();
            event.state = state;
            event.cause = cause;
            event.octets = octets;
            event.syn = syn;
            event.fin = fin;
            event.timeouts = timeouts;
            event.write(atNs, local, foreign);
        }
    }

    /** True when resets that arrive are recorded at this moment. */
    public static boolean recordsResetsReceived() {
        return AVAILABLE && ResetReceivedEvent.isRecorded();
    }

    /**
     * An acceptable RST has arrived.
     *
     * @param state of the connection before
     */
    public static void resetReceived(long atNs, String local, String foreign, String state) {
        if (AVAILABLE) {
            ResetReceivedEvent event = new ResetReceivedEvent();
            event.state = state;
            event.write(atNs, local, foreign);
        }
    }

    /** True when resets that leave are recorded at this moment. */
    public static boolean recordsResetsSent() {
        return AVAILABLE && ResetSentEvent.isRecorded();
    }

    /**
     * A RST has left.
     *
     * @param state of the connection, {@code CLOSED} where there is none
     */
    public static void resetSent(long atNs, String local, String foreign, String state) {
        if (AVAILABLE) {
            ResetSentEvent event = new ResetSentEvent();
            event.state = state;
            event.write(atNs, local, foreign);
        }
    }

    /** True when beginnings of TIME-WAIT are recorded at this moment. */
    public static boolean recordsTimeWaitsEntered() {
        return AVAILABLE && TimeWaitEnteredEvent.isRecorded();
    }

    /**
     * A pair of sockets is in TIME-WAIT.
     *
     * @param waitNs how long it will be, in nanoseconds
     */
    public static void timeWaitEntered(long atNs, String local, String foreign, long waitNs) {
        if (AVAILABLE) {
            TimeWaitEnteredEvent event = new TimeWaitEnteredEvent();
            event.waitTime = waitNs;
            event.write(atNs, local, foreign);
        }
    }

    /** True when ends of TIME-WAIT are recorded at this moment. */
    public static boolean recordsTimeWaitsEnded() {
        return AVAILABLE && TimeWaitEndedEvent.isRecorded();
    }

    /**
     * A pair of sockets has left TIME-WAIT.
     *
     * @param reason such as {@code EXPIRED} or {@code REOPENED}
     * @param leftNs how much of the wait was left, in nanoseconds
     */
    public static void timeWaitEnded(
            long atNs, String local, String foreign, String reason, long leftNs) {
        if (AVAILABLE) {
            TimeWaitEndedEvent event = new TimeWaitEndedEvent();
            event.reason = reason;
            event.left = leftNs;
            event.write(atNs, local, foreign);
        }
    }
}
