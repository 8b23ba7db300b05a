package io.finwait.sim.net;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Grip;
import io.finwait.tcp.State;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Finds what a program should not leave behind when a test ends. */
final class Leftovers {

    private static final Duration LONGEST = Duration.ofHours(1);

    private final SimNet net;
    private final List<String> found = new ArrayList<>();

    Leftovers(SimNet net) {
        this.net = net;
    }

    void verify() {
        List<Thread> blocked = net.threads().finish(LONGEST);
        net.threads().throwFailure();
        net.settle();
        for (Thread each : blocked) {
            found.add("a thread still waits: " + stack(each));
        }
        for (NetHost each : net.hosts()) {
            if (each.hasBooted()) {
                net.onNetwork(() -> lookAt(each));
            }
        }
        if (!found.isEmpty()) {
            throw new AssertionError(
                    "the network is not left as it should be:\n    "
                            + String.join("\n    ", found));
        }
    }

    private static String stack(Thread thread) {
        StringBuilder text = new StringBuilder('"' + thread.getName() + '"');
        for (StackTraceElement each : thread.getStackTrace()) {
            text.append("\n        at ").append(each);
        }
        return text.toString();
    }

    private void lookAt(NetHost host) {
        for (Grip each : host.accepted().all()) {
            AsyncConnection connection = each.connection();
            String name =
                    host.name()
                            + " "
                            + connection.localAddress()
                            + ":"
                            + connection.localPort()
                            + " > "
                            + connection.remoteAddress()
                            + ":"
                            + connection.remotePort();
            State state = each.state();
            if (state == State.CLOSE_WAIT) {
                found.add(
                        "CLOSE_WAIT at "
                                + name
                                + ": the peer has closed, and the program has not; close the"
                                + " socket");
            }
            if (!each.isClosedByUser() && each.unread() > 0) {
                found.add(each.unread() + " octets unread at " + name);
            }
        }
    }
}
