package io.finwait.flight;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** A connection has ended. */
@Name("io.finwait.Close")
@Label("TCP close")
final class CloseEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final CloseEvent PROBE = new CloseEvent();

    @Label("Reason")
    String reason;

    @Label("Ended By")
    @Description("Who ended it: this end, the peer or both")
    String by;

    @Label("Path")
    @Description("The states that it was in, in order")
    String path;

    @Label("Unsent")
    @Description("Octets that never left")
    @DataAmount
    long unsent;

    @Label("Unacknowledged")
    @Description("Octets that left and were never acknowledged")
    @DataAmount
    long unacknowledged;

    @Label("Unread")
    @Description("Octets that arrived and were not read so far")
    @DataAmount
    long unread;

    @Label("Lifetime")
    @Timespan(Timespan.NANOSECONDS)
    long lifetime;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
