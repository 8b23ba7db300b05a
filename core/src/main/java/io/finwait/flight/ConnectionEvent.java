package io.finwait.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An event of a connection, or of a pair of sockets. */
@Category({"Finwait", "TCP"})
@StackTrace(false)
abstract class ConnectionEvent extends Event {

    @Label("At")
    @Description("Time of the endpoint's duty cycle: virtual time in a simulation")
    @Timespan(Timespan.NANOSECONDS)
    long at;

    @Label("Local Address")
    String local;

    @Label("Foreign Address")
    String foreign;

    /** Sets the common fields and writes the event. */
    final void write(long atNs, String localSocket, String foreignSocket) {
        at = atNs;
        local = localSocket;
        foreign = foreignSocket;
        commit();
    }
}
