package io.finwait.nio.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A stack of this user that has a {@link ControlSocket}, in this process or another one.
 *
 * @param name what it calls itself
 * @param pid of its process
 * @param socket its control socket
 */
public record RunningStack(String name, long pid, Path socket) {

    private static final long PATIENCE_NS = 15_000_000_000L;
    private static final int SOME = 65_536;
    private static final int MOST_OCTETS = 256 << 20;

    /**
     * Its connections at this moment.
     *
     * @throws IOException when it has ended, or does not answer
     */
    public String look() throws IOException {
        return look(View.CONNECTIONS);
    }

    /**
     * What it shows at this moment; empty when it has no such view.
     *
     * @throws IOException when it has ended, or does not answer within 15 seconds
     */
    public String look(View view) throws IOException {
        return look(view, PATIENCE_NS);
    }

    String look(View view, long patienceNs) throws IOException {
        long deadlineNs = System.nanoTime() + patienceNs;
        SocketChannel opened = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try (TimedChannel channel = new TimedChannel(opened)) {
            String request = view.request() + "\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)), deadlineNs);
            channel.shutdownOutput();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer some = ByteBuffer.allocate(SOME);
            while (channel.read(some, deadlineNs) >= 0) {
                all.write(some.array(), 0, some.position());
                some.clear();
                if (all.size() > MOST_OCTETS) {
                    throw new IOException("process " + pid + " shows more than can be read");
                }
            }
            return all.toString(StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "process " + pid + " does not answer; it is stopped, or too busy", e);
        }
    }
}
