package io.finwait.driver;

import io.finwait.spi.Transport;
import io.finwait.tcp.Endpoint;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * How a driver comes to its end. It knows the driver's connections and listeners, lets them end for
 * a while, and tells whoever is left; on the driver's thread.
 */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    private final Endpoint endpoint;
    private final Transport transport;
    private final Timekeeper time;
    private final Inbox inbox;
    private final Alarms alarms;
    private final Set<DrivenConnection> connections = new LinkedHashSet<>();
    private final Set<AsyncListener> listeners = new LinkedHashSet<>();
    private final CompletableFuture<DrainReport> stopped = new CompletableFuture<>();

    private Consumer<AsyncConnection> newcomers = connection -> {};
    private boolean draining;
    private long deadlineNs;
    private boolean timeIsOver;

    Drain(Endpoint endpoint, Transport transport, Timekeeper time, Inbox inbox, Alarms alarms) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.time = time;
        this.inbox = inbox;
        this.alarms = alarms;
    }

    /** Receives each connection before its user can do anything with it. */
    void newcomers(Consumer<AsyncConnection> listener) {
        newcomers = listener;
    }

    void add(DrivenConnection connection) {
        connections.add(connection);
        newcomers.accept(connection.user());
        if (draining) {
            connection.endGracefully(deadlineNs);
        }
    }

    void remove(DrivenConnection connection) {
        connections.remove(connection);
    }

    void add(AsyncListener listener) {
        listeners.add(listener);
    }

    void remove(AsyncListener listener) {
        listeners.remove(listener);
    }

    void closeListeners() {
        List.copyOf(listeners).forEach(AsyncListener::closeNow);
    }

    /** Refuses what opens something once the driver is stopping. */
    void requireNotBegun() {
        if (draining) {
            throw new IllegalStateException("the driver is stopping; start another one");
        }
    }

    /** Begins; a second time may only make the time shorter. */
    void begin(long drainNs) {
        long now = time.nowNs();
        if (drainNs <= 0) {
            timeIsOver = true;
        } else {
            alarms.at(now + drainNs, () -> timeIsOver = true);
        }
        if (!draining) {
            draining = true;
            deadlineNs = now + drainNs;
            closeListeners();
            List.copyOf(connections).forEach(each -> each.endGracefully(deadlineNs));
        }
    }

    boolean isDone() {
        return draining && (timeIsOver || endpoint.connectionCount() == 0);
    }

    /** Completed when the driver has stopped; from any thread. */
    CompletableFuture<DrainReport> stopped() {
        return stopped;
    }

    /** Whatever fails here, every waiting caller gets an answer. */
    void stop(Throwable failure) {
        Ending ending = new Ending(failure);
        ending.step("its connections can't be listed", () -> listLeftovers(ending));
        ending.step("the endpoint can't be closed", endpoint::close);
        // Orphans in FIN-WAIT-2 had records there as well; now they are among the leftovers only.
        ending.step(
                "TIME-WAIT can't be counted", () -> ending.timeWait = endpoint.timeWait().size());
        inbox.end();
        for (AsyncListener each : listeners.toArray(AsyncListener[]::new)) {
            ending.step("a listener can't be told", each::driverStopped);
        }
        for (DrivenConnection each : connections.toArray(DrivenConnection[]::new)) {
            ending.step("a connection can't be told", each::driverStopped);
        }
        inbox.refuseAll();
        ending.step("its transport can't be closed", transport::close);
        stopped.complete(new DrainReport(ending.leftovers, ending.timeWait, ending.failure));
    }

    private void listLeftovers(Ending ending) {
        endpoint.forEachConnection(each -> ending.leftovers.add(DrainReport.Leftover.of(each)));
    }

    /** Logs if memory allows; those who wait for answers must get them in any case. */
    static void log(String what, Throwable failure) {
        try {
            LOG.error(what, failure);
        } catch (Throwable nothingLeftToSayItWith) {
            // DrainReport.failure() tells it as well.
        }
    }

    /** Why the driver ended; the first failure counts. */
    private static final class Ending {

        private final List<DrainReport.Leftover> leftovers = new ArrayList<>();
        private int timeWait;
        private Throwable failure;

        Ending(Throwable failure) {
            this.failure = failure;
        }

        void step(String inVain, Runnable action) {
            try {
                action.run();
            } catch (Throwable e) {
                if (failure == null) {
                    failure = e;
                }
                log("the driver stops: " + inVain, e);
            }
        }
    }
}
