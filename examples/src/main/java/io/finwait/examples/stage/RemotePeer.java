package io.finwait.examples.stage;

import java.time.Duration;

/** An application in the other process. */
final class RemotePeer implements Peer {

    private final RemoteHost host;
    private final int number;
    private final int localPort;

    RemotePeer(RemoteHost host, int number, int localPort) {
        this.host = host;
        this.number = number;
        this.localPort = localPort;
    }

    /** Under which the other process knows it. */
    int number() {
        return number;
    }

    @Override
    public Outcome write(String text) {
        return host.askOutcome("write", number, text);
    }

    @Override
    public Outcome read(Duration deadline) {
        return host.askOutcome("read", number, deadline.toNanos());
    }

    @Override
    public void shutdownOutput() {
        host.ask("shutdownOutput", number);
    }

    @Override
    public void close() {
        host.ask("close", number);
    }

    @Override
    public void closeGracefully(Duration deadline) {
        host.ask("closeGracefully", number, deadline.toNanos());
    }

    @Override
    public void abort() {
        host.ask("abort", number);
    }

    @Override
    public void linger(Duration time) {
        host.ask("linger", number, time.toNanos());
    }

    @Override
    public Outcome readAll(Duration deadline) {
        return host.askOutcome("readAll", number, deadline.toNanos());
    }

    @Override
    public int localPort() {
        return localPort;
    }
}
