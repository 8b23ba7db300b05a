package io.finwait.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A connection has changed its state. */
@Name("io.finwait.StateChange")
@Label("TCP state change")
@Category({"Finwait", "TCP"})
@StackTrace(false)
final class StateChangeEvent extends Event {

    /** Asked whether the event is on, so that no event has to be made to find out. */
    private static final StateChangeEvent PROBE = new StateChangeEvent();

    @Label("Local Address")
    String local;

    @Label("Foreign Address")
    String foreign;

    @Label("From")
    String from;

    @Label("To")
    String to;

    @Label("Trigger")
    @Description("The call, segment or timer that changed the state")
    String trigger;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }

    static void write(String local, String foreign, String from, String to, String trigger) {
        StateChangeEvent event = new StateChangeEvent();
        event.local = local;
        event.foreign = foreign;
        event.from = from;
        event.to = to;
        event.trigger = trigger;
        event.commit();
    }
}
