package io.finwait.nio.gateway;

import io.finwait.wire.Unreachable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** CONNECT of HTTP/1.1 (RFC 9110 §9.3.6, RFC 9112 §3.2.3). */
final class HttpConnectHandshake implements Handshaking {

    private static final int LONGEST_HEAD = 16_384;

    private final Onward.HttpConnect route;
    private final StringBuilder head = new StringBuilder();
    private boolean done;

    HttpConnectHandshake(Onward.HttpConnect route) {
        this.route = route;
    }

    @Override
    public ByteBuffer begins() {
        String to = route.host() + ":" + route.port();
        String request = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n";
        return ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** As many as are sure to be missing, so that nothing behind the empty line is read. */
    @Override
    public int wants() {
        if (done) {
            return 0;
        }
        if (endsWith("\r\n\r")) {
            return 1;
        }
        if (endsWith("\r\n")) {
            return 2;
        }
        return endsWith("\r") ? 3 : 4;
    }

    private boolean endsWith(String end) {
        int from = head.length() - end.length();
        return from >= 0 && head.indexOf(end, from) == from;
    }

    @Override
    public ByteBuffer takes(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            head.append((char) (octets.get() & 0xFF));
        }
        if (head.length() > LONGEST_HEAD) {
            throw NotConnected.refused("the proxy's answer has no end");
        }
        if (endsWith("\r\n\r\n")) {
            done = true;
            judge();
        }
        return ByteBuffer.allocate(0);
    }

    private void judge() throws IOException {
        String line = head.substring(0, head.indexOf("\r\n"));
        String[] words = line.split(" ", 3);
        String status = words.length > 1 && words[0].startsWith("HTTP/1.") ? words[1] : "";
        if (status.length() == 3 && status.startsWith("2")) {
            return;
        }
        switch (status) {
            case "403", "407" -> throw NotConnected.unreachable(Unreachable.PROHIBITED, line);
            case "504" -> throw NotConnected.unreachable(Unreachable.HOST, line);
            default -> throw NotConnected.refused(line);
        }
    }
}
