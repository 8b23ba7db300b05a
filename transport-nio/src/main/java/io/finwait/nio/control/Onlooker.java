package io.finwait.nio.control;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * One who looks: sends the name of a {@link View} and a newline, or nothing, and is sent a text.
 * Whoever says nothing for a second, or sends more than a name, or does not read, is waited for no
 * longer.
 */
final class Onlooker {

    private static final Logger LOG = LoggerFactory.getLogger(Onlooker.class);
    private static final int LONGEST_REQUEST = 32;

    private final long patienceNs;
    private final long longestNs;

    /**
     * @param patienceNs how long one may say nothing
     * @param longestNs how long one may take to read the text
     */
    Onlooker(long patienceNs, long longestNs) {
        this.patienceNs = patienceNs;
        this.longestNs = longestNs;
    }

    void show(SocketChannel taken, Function<View, String> text) {
        try (TimedChannel channel = new TimedChannel(taken)) {
            View view = View.of(request(channel));
            String shown = view == null ? "no such view\n" : text.apply(view);
            ByteBuffer octets = ByteBuffer.wrap(shown.getBytes(StandardCharsets.UTF_8));
            channel.write(octets, System.nanoTime() + longestNs);
        } catch (IOException | CompletionException | IllegalStateException e) {
            // The onlooker has gone, or the stack is about to end.
            LOG.debug("nothing was shown: {}", e.getMessage());
        }
    }

    /** The first line, or as much of it as has come in time. */
    private String request(TimedChannel channel) throws IOException {
        long deadlineNs = System.nanoTime() + patienceNs;
        ByteBuffer line = ByteBuffer.allocate(LONGEST_REQUEST);
        boolean ended = false;
        while (!ended && line.hasRemaining()) {
            int from = line.position();
            try {
                ended = channel.read(line, deadlineNs) < 0;
            } catch (SocketTimeoutException silent) {
                ended = true;
            }
            for (int i = from; i < line.position(); i++) {
                if (line.get(i) == '\n') {
                    line.position(i);
                    ended = true;
                    break;
                }
            }
        }
        return StandardCharsets.UTF_8.decode(line.flip()).toString().trim();
    }
}
