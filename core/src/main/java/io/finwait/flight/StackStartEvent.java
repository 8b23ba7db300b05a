package io.finwait.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An endpoint was opened. */
@Name("io.finwait.StackStart")
@Label("TCP stack start")
@Category({"Finwait", "TCP"})
@StackTrace(false)
final class StackStartEvent extends Event {

    /** Asked whether the event is recorded, so that none has to be made to find out. */
    private static final StackStartEvent PROBE = new StackStartEvent();

    @Label("Addresses")
    String addresses;

    @Label("Transport")
    String transport;

    @Label("MTU")
    @Description("The largest packet that the transport carries")
    @DataAmount
    int mtu;

    @Label("TIME-WAIT")
    @Description("How long TIME-WAIT lasts")
    @Timespan(Timespan.NANOSECONDS)
    long timeWait;

    @Label("Send Buffer")
    @Description("Octets that a connection may queue at first")
    @DataAmount
    int sendBuffer;

    @Label("Receive Buffer")
    @Description("Octets that a connection may receive unread at first")
    @DataAmount
    int receiveBuffer;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }

    static void write(
            String addresses,
            String transport,
            int mtu,
            long timeWaitNs,
            int sendBuffer,
            int receiveBuffer) {
        StackStartEvent event = new StackStartEvent();
        event.addresses = addresses;
        event.transport = transport;
        event.mtu = mtu;
        event.timeWait = timeWaitNs;
        event.sendBuffer = sendBuffer;
        event.receiveBuffer = receiveBuffer;
        event.commit();
    }
}
