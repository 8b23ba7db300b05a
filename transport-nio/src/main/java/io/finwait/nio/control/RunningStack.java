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
    private static final int LONGEST_COMMAND = 500;
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

    /**
     * Lets it carry out a command.
     *
     * @param line such as {@link io.finwait.nio.relay.Relay#command} takes, without a newline
     * @return its answer
     * @throws IllegalArgumentException when it does not know the command; says what to write
     * @throws IOException when it has ended, or does not answer within 15 seconds
     */
    public String command(String line) throws IOException {
        byte[] octets = line.getBytes(StandardCharsets.UTF_8);
        if (line.indexOf('\n') >= 0 || octets.length > LONGEST_COMMAND) {
            throw new IllegalArgumentException(
                    "a command is one line of at most " + LONGEST_COMMAND + " octets");
        }
        String answer = ask(Onlooker.DO + line, PATIENCE_NS);
        if (answer.startsWith(Onlooker.WRONG)) {
            throw new IllegalArgumentException(answer.substring(Onlooker.WRONG.length()).strip());
        }
        return answer;
    }

    String look(View view, long patienceNs) throws IOException {
        return ask(view.request(), patienceNs);
    }

    private String ask(String line, long patienceNs) throws IOException {
        long deadlineNs = System.nanoTime() + patienceNs;
        SocketChannel opened = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try (TimedChannel channel = new TimedChannel(opened)) {
            String request = line + "\n";
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
