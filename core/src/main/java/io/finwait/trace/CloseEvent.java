package io.finwait.trace;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A connection has ended. */
@Name("io.finwait.Close")
@Label("TCP close")
@Category({"Finwait", "TCP"})
@StackTrace(false)
final class CloseEvent extends Event {

    private static final CloseEvent PROBE = new CloseEvent();

    @Label("Local Address")
    String local;

    @Label("Foreign Address")
    String foreign;

    @Label("Reason")
    String reason;

    @Label("Unsent")
    @Description("Octets that never left")
    @DataAmount
    long unsent;

    @Label("Unacknowledged")
    @Description("Octets that left and were never acknowledged")
    @DataAmount
    long unacknowledged;

    @Label("Unread")
    @Description("Octets that arrived and were never read")
    @DataAmount
    long unread;

    @Label("Lifetime")
    @Timespan(Timespan.NANOSECONDS)
    long lifetime;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }

    static void write(
            String local,
            String foreign,
            String reason,
            long unsent,
            long unacknowledged,
            long unread,
            long lifetimeNs) {
        CloseEvent event = new CloseEvent();
        event.local = local;
        event.foreign = foreign;
        event.reason = reason;
        event.unsent = unsent;
        event.unacknowledged = unacknowledged;
        event.unread = unread;
        event.lifetime = lifetimeNs;
        event.commit();
    }
}
