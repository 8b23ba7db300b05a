package io.finwait.flight;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A RST has left. */
@Name("io.finwait.ResetSent")
@Label("TCP reset sent")
final class ResetSentEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final ResetSentEvent PROBE = new ResetSentEvent();

    @Label("State")
    @Description("State of the connection, CLOSED where there is none")
    String state;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
