package io.finwait.flight;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** A pair of sockets is in TIME-WAIT. */
@Name("io.finwait.TimeWaitEntered")
@Label("TCP TIME-WAIT entered")
final class TimeWaitEnteredEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final TimeWaitEnteredEvent PROBE = new TimeWaitEnteredEvent();

    @Name("wait")
    @Label("Wait")
    @Description("How long it will be")
    @Timespan(Timespan.NANOSECONDS)
    long waitTime;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
