package io.finwait.flight;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A segment was sent again, wholly or in part. */
@Name("io.finwait.Retransmission")
@Label("TCP retransmission")
final class RetransmissionEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final RetransmissionEvent PROBE = new RetransmissionEvent();

    @Label("State")
    String state;

    @Label("Cause")
    @Description("Why: the names of io.finwait.tcp.Retransmission")
    String cause;

    @Label("Octets")
    @Description("Octets of text that were sent before")
    @DataAmount
    int octets;

    @Label("SYN")
    boolean syn;

    @Label("FIN")
    @Description("It carries a FIN that was sent before")
    boolean fin;

    @Label("Timeouts")
    @Description("Retransmission timeouts in a row")
    int timeouts;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
