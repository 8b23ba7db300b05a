package io.finwait.examples.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.FutureTask;

/** An application at the kernel's end of a connection. */
final class KernelPeer implements Peer {

    private final KernelHost host;
    private final SocketChannel channel;
    private FutureTask<Boolean> connecting;

    KernelPeer(KernelHost host, SocketChannel channel) {
        this.host = host;
        this.channel = channel;
    }

    void connecting(FutureTask<Boolean> task) {
        connecting = task;
    }

    FutureTask<Boolean> connecting() {
        return connecting;
    }

    private interface Call {
        void run() throws IOException;
    }

    private void call(String name, Call call) {
        host.note(name);
        run(call);
        host.world().settle();
    }

    private static void run(Call call) {
        try {
            call.run();
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel refused: " + e.getMessage(), e);
        }
    }

    @Override
    public Outcome write(String text) {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        String call = "write(" + octets.remaining() + " octets)";
        // The segments leave before the call's thread reports back.
        long calledNs = host.world().nowNs();
        try {
            int taken = host.wait(() -> channel.write(octets));
            host.note(calledNs, call + ": " + taken + " taken");
            return Outcome.done(Integer.toString(taken));
        } catch (IOException e) {
            return failed(call, e);
        }
    }

    @Override
    public Outcome read(Duration deadline) {
        byte[] octets = new byte[65_536];
        try {
            int taken =
                    host.wait(
                            () -> {
                                channel.socket().setSoTimeout((int) deadline.toMillis());
                                return channel.socket().getInputStream().read(octets);
                            });
            if (taken < 0) {
                host.note("read(): end-of-stream");
                return new Outcome(Outcome.Kind.END_OF_STREAM, "");
            }
            host.note("read(): " + taken + " octets");
            byte[] text = Arrays.copyOf(octets, taken);
            return Outcome.done(new String(text, StandardCharsets.US_ASCII));
        } catch (SocketTimeoutException e) {
            host.note("read(): nothing came in " + deadline.toSeconds() + " s");
            return new Outcome(Outcome.Kind.TIMED_OUT, "");
        } catch (IOException e) {
            return failed("read()", e);
        }
    }

    /** The JDK has words of its own for the kernel's errors. */
    private Outcome failed(String call, IOException e) {
        String message =
                switch (e.getMessage()) {
                    case "Connection reset" -> "Connection reset by peer";
                    case null -> e.toString();
                    default -> e.getMessage();
                };
        host.note(call + ": error \"" + message + "\"");
        return Outcome.failed(message);
    }

    @Override
    public void shutdownOutput() {
        call("shutdown(output)", channel::shutdownOutput);
    }

    /** With linger it blocks, while time passes. */
    @Override
    public void close() {
        call(
                "close()",
                () ->
                        host.wait(
                                () -> {
                                    channel.close();
                                    return true;
                                }));
    }

    /** The kernel has no such call; linger 0 and close() do the same. */
    @Override
    public void abort() {
        linger(Duration.ZERO);
        close();
    }

    @Override
    public void linger(Duration time) {
        int seconds = (int) time.toSeconds();
        host.note("linger " + seconds + " s");
        run(() -> channel.setOption(StandardSocketOptions.SO_LINGER, seconds));
    }

    /** The kernel has no such call: half-close, and a thread that reads to the end and closes. */
    @Override
    public void closeGracefully(Duration deadline) {
        shutdownOutput();
        Thread.ofPlatform().daemon().name("finwait-kernel-reader").start(() -> drain(deadline));
    }

    private void drain(Duration deadline) {
        byte[] thrownAway = new byte[4096];
        try (channel) {
            channel.socket().setSoTimeout((int) deadline.toMillis());
            while (channel.socket().getInputStream().read(thrownAway) >= 0) {
                // The result is not needed.
            }
        } catch (IOException e) {
            // The same as its end: the connection is closed either way.
        }
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
    public int localPort() {
        try {
            return ((InetSocketAddress) channel.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException("the socket has no address", e);
        }
    }

    /** The scene is over. */
    void drop() {
        run(channel::close);
    }
}
