package io.finwait.nio.control;

import io.finwait.driver.Driver;
import io.finwait.nio.internal.AcceptLoop;
import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.internal.SocketFile;
import io.finwait.trace.Netstat;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Lets a running stack be looked at from outside, by {@code finwait netstat} for instance: who connects is
 * sent a text of the moment, and that is all. A Unix domain socket in a folder that only its owner may
 * enter; nothing can be changed through it.
 *
 * <pre>{@code
 * ControlSocket control = ControlSocket.open("my-server", driver);
 * }</pre>
 */
public final class ControlSocket implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final AtomicInteger OPENED = new AtomicInteger();
    private static final String NAME = "[A-Za-z0-9_-]{1,32}";

    private final SocketFile file;
    private final ServerSocketChannel listening;
    private final Supplier<String> text;

    private ControlSocket(SocketFile file, ServerSocketChannel listening, Supplier<String> text) {
        this.file = file;
        this.listening = listening;
        this.text = text;
    }

    /**
     * Shows the connections of a driver.
     *
     * @param name of the stack, as people will see it: letters, digits, {@code -} and {@code _}
     * @throws IOException when the socket can't be made; the message says what to do
     */
    public static ControlSocket open(String name, Driver driver) throws IOException {
        return open(name, () -> driver.call(e -> Netstat.render(Netstat.rows(e))).join());
    }

    /**
     * Shows any text.
     *
     * @param name of what is shown, as people will see it: letters, digits, {@code -} and {@code _}
     * @param text is asked each time somebody looks, on threads of this socket; lines ended by newlines
     * @throws IOException when the socket can't be made; the message says what to do
     */
    public static ControlSocket open(String name, Supplier<String> text) throws IOException {
        return open(RunFolder.path(), name, text);
    }

    static ControlSocket open(Path folder, String name, Supplier<String> text) throws IOException {
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
        ControlSocket control = new ControlSocket(bound, listening, text);
        AcceptLoop loop =
                new AcceptLoop(
                        listening,
                        "the control socket " + path,
                        each -> LightThreads.start("control-look", () -> control.show(each)));
        LightThreads.start("control", loop::run);
        return control;
    }

    private void show(SocketChannel onlooker) {
        try (onlooker) {
            ByteBuffer octets = ByteBuffer.wrap(text.get().getBytes(StandardCharsets.UTF_8));
            while (octets.hasRemaining()) {
                onlooker.write(octets);
            }
        } catch (IOException | CompletionException | IllegalStateException e) {
            // The onlooker has gone, or what is looked at is about to.
            LOG.debug("nothing was shown: {}", e.getMessage());
        }
    }

    /** Removes the socket. A second call does nothing. */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            LOG.debug("closing the control socket: {}", e.getMessage());
        }
        file.remove();
    }
}
