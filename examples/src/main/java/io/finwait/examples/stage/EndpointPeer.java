package io.finwait.examples.stage;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An application at one end of a connection of ours. */
final class EndpointPeer implements Peer, ConnectionObserver {

    private final EndpointHost host;
    private final Connection connection;

    EndpointPeer(EndpointHost host, Connection connection) {
        this.host = host;
        this.connection = connection;
        connection.observer(this);
    }

    Connection connection() {
        return connection;
    }

    private void call(String name, Runnable call) {
        host.wake();
        host.note(name);
        call.run();
        host.world().settle();
    }

    @Override
    public Outcome write(String text) {
        host.wake();
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        String call = "write(" + octets.remaining() + " octets)";
        try {
            int taken = connection.send(octets);
            host.note(call + ": " + taken + " taken");
            host.world().settle();
            return Outcome.done(Integer.toString(taken));
        } catch (IOException e) {
            host.note(call + ": error \"" + e.getMessage() + "\"");
            return Outcome.failed(e.getMessage());
        }
    }

    @Override
    public Outcome read(Duration deadline) {
        boolean ready = host.world().passUntil(connection::isReadable, deadline);
        host.wake();
        if (!ready) {
            host.note("read(): nothing came in " + deadline.toSeconds() + " s");
            return new Outcome(Outcome.Kind.TIMED_OUT, "");
        }
        ByteBuffer octets = ByteBuffer.allocate(65_536);
        try {
            int taken = connection.receive(octets);
            if (taken < 0) {
                host.note("read(): end-of-stream");
                return new Outcome(Outcome.Kind.END_OF_STREAM, "");
            }
            host.note("read(): " + taken + " octets");
            host.world().settle();
            return Outcome.done(new String(octets.array(), 0, taken, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            host.note("read(): error \"" + e.getMessage() + "\"");
            return Outcome.failed(e.getMessage());
        }
    }

    @Override
    public void shutdownOutput() {
        call("shutdown(output)", connection::shutdownOutput);
    }

    @Override
    public void close() {
        call("close()", connection::close);
    }

    @Override
    public void abort() {
        call("abort()", connection::abort);
    }

    @Override
    public void linger(Duration time) {
        host.wake();
        host.note("linger " + time.toSeconds() + " s");
        connection.linger(time.toNanos());
    }

    @Override
    public void closeGracefully(Duration deadline) {
        host.wake();
        host.note("closeGracefully(" + deadline.toSeconds() + " s)");
        connection.closeGracefully(host.world().nowNs() + deadline.toNanos());
        host.world().settle();
    }

    @Override
    public Outcome readAll(Duration deadline) {
        StringBuilder all = new StringBuilder();
        while (true) {
            Outcome outcome = read(deadline);
            if (outcome.kind() != Outcome.Kind.DONE) {
                return new Outcome(
                        outcome.kind(), outcome.isFailure() ? outcome.text() : all.toString());
            }
            all.append(outcome.text());
        }
    }

    @Override
    public void onLingerExpired(Connection c) {
        host.note("linger time is over: not acknowledged");
    }

    @Override
    public void onEnded(Connection c) {
        if (!(c.closeReason() instanceof CloseReason.Orderly)) {
            host.note("ended: " + c.closeReason().message());
        }
    }

    @Override
    public int localPort() {
        return connection.localPort();
    }
}
