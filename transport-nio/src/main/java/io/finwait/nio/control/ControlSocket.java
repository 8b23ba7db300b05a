package io.finwait.nio.control;

import io.finwait.driver.Driver;
import io.finwait.nio.internal.AcceptLoop;
import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.internal.SocketFile;
import io.finwait.tcp.Endpoint;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatDetails;
import io.finwait.trace.NetstatStatistics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Lets a running stack be looked at from outside, by {@code finwait netstat} for instance: who
 * connects names a {@link View}, is sent a text of the moment, and that is all. A Unix domain
 * socket in a folder that only its owner may enter; nothing can be changed through it, unless
 * whoever opens it takes commands.
 *
 * <p>The request is the view's name in lower case and a newline, or {@code do}, a space, a command
 * and a newline; who sends nothing for a second, or
 * ends its output, is shown the connections. Some may look at a time; the next ones wait until one
 * of them has its text or has taken ten seconds.
 *
 * <pre>{@code
 * ControlSocket control = ControlSocket.open("my-server", driver);
 * }</pre>
 */
public final class ControlSocket implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final String NAME = "[A-Za-z0-9_-]{1,32}";

    private static final int MOST_ONLOOKERS = 16;
    private static final long PATIENCE_NS = 1_000_000_000L;
    private static final long LONGEST_NS = 10_000_000_000L;

    private final SocketFile file;
    private final AcceptLoop loop;

    private ControlSocket(SocketFile file, AcceptLoop loop) {
        this.file = file;
        this.loop = loop;
    }

    /**
     * Shows the connections of a driver.
     *
     * @param name of the stack, as people will see it: letters, digits, {@code -} and {@code _}
     * @throws IOException when the socket can't be made; the message says what to do
     */
    public static ControlSocket open(String name, Driver driver) throws IOException {
        return open(RunFolder.path(), name, view -> shown(driver, view));
    }

    /**
     * Shows any text, where connections are asked for; there is no other view of it.
     *
     * @param name of what is shown, as people will see it: letters, digits, {@code -} and {@code _}
     * @param text is asked each time somebody looks, on threads of this socket; lines ended by
     *     newlines
     * @throws IOException when the socket can't be made; the message says what to do
     */
    public static ControlSocket open(String name, Supplier<String> text) throws IOException {
        return open(RunFolder.path(), name, onlyConnections(text));
    }

    /**
     * Shows any text, and carries out commands: {@link RunningStack#command} sends them.
     *
     * @param name of what is shown, as people will see it: letters, digits, {@code -} and {@code _}
     * @param text as above
     * @param commands takes a command, a line without its newline, and returns the answer; says
     *     what is wrong with it by an {@link IllegalArgumentException}. Runs on threads of this
     *     socket, several at a time
     * @throws IOException when the socket can't be made; the message says what to do
     */
    public static ControlSocket open(
            String name, Supplier<String> text, UnaryOperator<String> commands) throws IOException {
        return open(RunFolder.path(), name, text, commands);
    }

    static ControlSocket open(
            Path folder, String name, Supplier<String> text, UnaryOperator<String> commands)
            throws IOException {
        Onlooker onlooker = new Onlooker(PATIENCE_NS, LONGEST_NS, commands);
        return open(folder, name, onlyConnections(text), onlooker);
    }

    static Function<View, String> onlyConnections(Supplier<String> text) {
        return view -> view == View.CONNECTIONS ? text.get() : "";
    }

    /** What is shown when the stack's thread is busy or waits in a callback. */
    static String shown(Driver driver, View view) {
        try {
            return driver.call(endpoint -> shown(endpoint, view))
                    .orTimeout(LONGEST_NS, TimeUnit.NANOSECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return "its thread is busy: no answer within ten seconds\n";
            }
            throw e;
        }
    }

    private static String shown(Endpoint endpoint, View view) {
        return switch (view) {
            case CONNECTIONS -> Netstat.render(Netstat.rows(endpoint));
            case TIMERS -> text(NetstatDetails.withTimers(endpoint));
            case INFO -> text(NetstatDetails.withInfo(endpoint));
            case STATISTICS -> NetstatStatistics.render(endpoint);
        };
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    static ControlSocket open(Path folder, String name, Function<View, String> text)
            throws IOException {
        return open(folder, name, text, new Onlooker(PATIENCE_NS, LONGEST_NS));
    }

    static ControlSocket open(
            Path folder, String name, Function<View, String> text, Onlooker onlooker)
            throws IOException {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a stack; write 1 to 32 letters, digits, - or _");
        }
        RunFolder.require(folder);
        String file = name + "." + ProcessHandle.current().pid() + "." + OPENED.incrementAndGet();
        Path path = folder.resolve(file);
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketFile bound;
        try {
            // A process of the same number may have left it behind, before this one began.
            bound = SocketFile.bind(listening, path);
        } catch (IOException e) {
            listening.close();
            throw new IOException(
                    "the control socket can't be made at '" + path + "': " + e.getMessage(), e);
        }
        Semaphore places = new Semaphore(MOST_ONLOOKERS);
        AcceptLoop loop =
                new AcceptLoop(
                        listening,
                        "the control socket " + path,
                        each -> {
                            places.acquireUninterruptibly();
                            look(each, () -> onlooker.show(each, text), places);
                        });
        LightThreads.start("control", loop::run);
        return new ControlSocket(bound, loop);
    }

    private static void look(SocketChannel each, Runnable show, Semaphore places) {
        boolean begun = false;
        try {
            LightThreads.start(
                    "control-look",
                    () -> {
                        try (each) {
                            show.run();
                        } catch (IOException e) {
                            LOG.debug("closing an onlooker's connection: {}", e.getMessage());
                        } finally {
                            places.release();
                        }
                    });
            begun = true;
        } finally {
            if (!begun) {
                places.release();
            }
        }
    }

    /** Removes the socket. A second call does nothing. */
    @Override
    public void close() {
        try {
            loop.close();
        } catch (IOException e) {
            LOG.debug("closing the control socket: {}", e.getMessage());
        }
        file.remove();
    }
}
