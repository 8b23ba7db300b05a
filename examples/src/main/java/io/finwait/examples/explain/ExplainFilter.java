package io.finwait.examples.explain;

import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Ending;
import io.finwait.trace.explain.SideStory;
import io.finwait.wire.IpAddress;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Which connections are meant: by how they ended, by an end, by number. */
public final class ExplainFilter {

    private static final String SLOW = "slow";

    private final Set<Ending> endings;
    private final boolean slow;
    private final String host;
    private final int port;
    private final int stream;

    /**
     * A filter of what a command line says.
     *
     * @param words endings such as {@code reset} or {@code half-closed}, and {@code slow}; empty
     *     for all
     * @param host an address in any spelling, or null for any
     * @param port a port, or 0 for any
     * @param stream a connection's number, or below 0 for any
     * @throws IllegalArgumentException for a word that is none, and a host that is no address
     */
    public ExplainFilter(List<String> words, String host, int port, int stream) {
        this.host = host == null ? null : spelled(IpAddress.parse(host));
        this.port = port;
        this.stream = stream;
        slow = words.contains(SLOW);
        endings = EnumSet.noneOf(Ending.class);
        for (String word : words) {
            if (!word.equals(SLOW)) {
                endings.add(ending(word));
            }
        }
    }

    private static String spelled(IpAddress address) {
        return IpAddress.format(address.high(), address.low());
    }

    /** The connection that is meant, or below 0 for any. */
    public int stream() {
        return stream;
    }

    private static Ending ending(String word) {
        String name = word.toUpperCase(Locale.ROOT).replace('-', '_');
        for (Ending each : Ending.values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is no ending; choose from " + words());
    }

    /** The words that there are. */
    public static String words() {
        return Arrays.stream(Ending.values())
                        .map(each -> each.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .collect(Collectors.joining(", "))
                + ", "
                + SLOW;
    }

    /** Whether a connection is one of those meant. */
    public boolean takes(ConnectionStory story) {
        boolean byWord =
                (endings.isEmpty() && !slow)
                        || endings.contains(story.ending())
                        || (slow && isSlow(story));
        return byWord
                && (stream < 0 || story.stream() == stream)
                && (has(story.opener()) || has(story.other()));
    }

    private static boolean isSlow(ConnectionStory story) {
        return story.opener().againSegments() + story.other().againSegments() > 0
                || story.opener().zeroWindows() + story.other().zeroWindows() > 0;
    }

    private boolean has(SideStory side) {
        if (host == null && port == 0) {
            return true;
        }
        int colon = side.address().lastIndexOf(':');
        String address = side.address().substring(0, colon).replace("[", "").replace("]", "");
        boolean byPort =
                port == 0 || side.address().substring(colon + 1).equals(Integer.toString(port));
        return byPort && (host == null || address.equals(host));
    }
}
