package io.finwait.driver;

import io.finwait.wire.IpAddress;

import java.util.concurrent.CompletableFuture;

/**
 * A local port that a socket has been bound to ({@link Driver#bind}): no other socket gets it until
 * it is released. May be used from any thread.
 */
public final class Binding {

    private final Driver driver;
    private final IpAddress address;
    private final int port;
    private final boolean reuse;

    /** On the driver's thread. */
    private AsyncListener listener;

    Binding(Driver driver, IpAddress address, int port, boolean reuse) {
        this.driver = driver;
        this.address = address;
        this.port = port;
        this.reuse = reuse;
    }

    /** The address asked for, or null for all of the endpoint's. */
    public IpAddress address() {
        return address;
    }

    /** The port, 1 to 65,535. */
    public int port() {
        return port;
    }

    /**
     * Listens on the port.
     *
     * @param backlog connections that may wait to be accepted, at least 1
     * @return exceptionally with {@link java.net.BindException} when another socket listens there
     */
    public CompletableFuture<AsyncListener> listen(int backlog) {
        return driver.listen(this, backlog);
    }

    /**
     * Releases the port; a listener on it stays open until it is closed. A second call does
     * nothing.
     */
    public CompletableFuture<Void> release() {
        return driver.submit(
                answer -> {
                    driver.bindings().remove(this);
                    answer.complete(null);
                });
    }

    void listensWith(AsyncListener newListener) {
        listener = newListener;
    }

    boolean listens() {
        return listener != null;
    }

    /** True when the two can't exist together, by the rules of SO_REUSEADDR on Linux. */
    boolean conflictsWith(Binding other) {
        boolean bothAgree = reuse && other.reuse && !listens() && !other.listens();
        return port == other.port && meets(other.address) && !bothAgree;
    }

    /** True when a packet may be for both addresses; null stands for all. */
    boolean meets(IpAddress other) {
        return address == null || other == null || address.equals(other);
    }
}
