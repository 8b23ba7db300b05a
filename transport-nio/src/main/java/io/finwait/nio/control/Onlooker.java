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
import java.util.function.UnaryOperator;

/**
 * One who looks: sends the name of a {@link View} or a command, and a newline, or nothing, and is
 * sent a text. Whoever says nothing for a second, or sends more than a line, or does not read, is
 * waited for no longer.
 */
final class Onlooker {

    private static final Logger LOG = LoggerFactory.getLogger(Onlooker.class);

    /** Octets of a line, its end included. */
    static final int LONGEST_REQUEST = 512;

    /** Stands before a command in a request. */
    static final String DO = "do ";

    /** Stands before the sentence that says why a command is not carried out. */
    static final String WRONG = "wrong: ";

    static final UnaryOperator<String> NO_COMMANDS =
            command -> {
                throw new IllegalArgumentException("it can be looked at, and takes no commands");
            };

    private final long patienceNs;
    private final long longestNs;
    private final UnaryOperator<String> commands;

    /** One who may only look. */
    Onlooker(long patienceNs, long longestNs) {
        this(patienceNs, longestNs, NO_COMMANDS);
    }

    /**
     * @param patienceNs how long one may say nothing
     * @param longestNs how long one may take to read the text
     * @param commands carries out commands
     */
    Onlooker(long patienceNs, long longestNs, UnaryOperator<String> commands) {
        this.patienceNs = patienceNs;
        this.longestNs = longestNs;
        this.commands = commands;
    }

    void show(SocketChannel taken, Function<View, String> text) {
        try (TimedChannel channel = new TimedChannel(taken)) {
            String shown = answer(request(channel), text);
            ByteBuffer octets = ByteBuffer.wrap(shown.getBytes(StandardCharsets.UTF_8));
            channel.write(octets, System.nanoTime() + longestNs);
        } catch (IOException | CompletionException | IllegalStateException e) {
            // The onlooker has gone, or the stack is about to end.
            LOG.debug("nothing was shown: {}", e.getMessage());
        }
    }

    private String answer(String request, Function<View, String> text) {
        if (request.startsWith(DO)) {
            try {
                return commands.apply(request.substring(DO.length()));
            } catch (IllegalArgumentException e) {
                return WRONG + e.getMessage() + "\n";
            }
        }
        View view = View.of(request);
        return view == null ? "no such view\n" : text.apply(view);
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
