package io.finwait.flight;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A connection has changed its state. */
@Name("io.finwait.StateChange")
@Label("TCP state change")
final class StateChangeEvent extends ConnectionEvent {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final StateChangeEvent PROBE = new StateChangeEvent();

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

    static void write(
            long atNs, String local, String foreign, String from, String to, String trigger) {
        StateChangeEvent event = new StateChangeEvent();
        event.from = from;
        event.to = to;
        event.trigger = trigger;
        event.write(atNs, local, foreign);
    }
}
