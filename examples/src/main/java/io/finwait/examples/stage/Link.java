package io.finwait.examples.stage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The transports of two hosts in one process that reach each other.
 *
 * @param client URI of the client's transport
 * @param server URI of the server's transport
 */
public record Link(String client, String server) {

    private static final Pattern DATAGRAMS =
            Pattern.compile("(.*udp://)([^?]+)(.*[?&]peer=)(?!first)([^&]+)(.*)");
    private static final Pattern ROLES = Pattern.compile("(.*[?&]role=)(client|server)(.*)");

    /**
     * The other end of a transport is what its URI says: with the two addresses of {@code udp://}
     * exchanged, the other role of {@code stream:} and {@code unix:}, and the same URI where the
     * two who open it meet.
     */
    public static Link of(String uri) {
        Matcher datagrams = DATAGRAMS.matcher(uri);
        if (datagrams.matches()) {
            String other =
                    datagrams.group(1)
                            + datagrams.group(4)
                            + datagrams.group(3)
                            + datagrams.group(2)
                            + datagrams.group(5);
            return new Link(uri, other);
        }
        Matcher roles = ROLES.matcher(uri);
        if (roles.matches()) {
            String other = roles.group(2).equals("client") ? "server" : "client";
            return new Link(uri, roles.group(1) + other + roles.group(3));
        }
        return new Link(uri, uri);
    }
}
