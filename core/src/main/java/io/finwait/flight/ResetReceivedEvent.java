package io.finwait.flight;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** An acceptable RST has arrived. */
@Name("io.finwait.ResetReceived")
@Label("TCP reset received")
final class ResetReceivedEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final ResetReceivedEvent PROBE = new ResetReceivedEvent();

    @Label("State")
    @Description("State of the connection before")
    String state;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
