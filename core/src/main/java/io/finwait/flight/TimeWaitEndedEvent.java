package io.finwait.flight;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** A pair of sockets has left TIME-WAIT. */
@Name("io.finwait.TimeWaitEnded")
@Label("TCP TIME-WAIT ended")
final class TimeWaitEndedEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final TimeWaitEndedEvent PROBE = new TimeWaitEndedEvent();

    @Label("Reason")
    @Description("Why: the names of io.finwait.timewait.TimeWaitEnding")
    String reason;

    @Label("Left")
    @Description("How much of the wait was left")
    @Timespan(Timespan.NANOSECONDS)
    long left;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
