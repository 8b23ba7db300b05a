package io.finwait.examples.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** One connection of a {@link FileServer}: a request, a response, and the end. */
final class FileExchange implements ConnectionObserver {

    private static final Logger LOG = LoggerFactory.getLogger(FileExchange.class);
    private static final int LONGEST_REQUEST = 8192;
    private static final int PIECE = 65_536;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** A time of the endpoint's clock; {@link FileServer#giveTime} sets it. */
    long deadlineNs;

    private final FileServer server;
    private final Connection connection;
    private ByteBuffer request = ByteBuffer.allocate(LONGEST_REQUEST);
    private ByteBuffer output;
    private ByteBuffer piece;
    private FileChannel file;
    private boolean headOnly;
    private boolean answered;
    private boolean complete;

    /** Octets that the connection has taken from us. */
    private long handedOver;

    /** How many of them the client's TCP had acknowledged when the deadline was last set. */
    private long deliveredBefore;

    FileExchange(FileServer server, Connection connection) {
        this.server = server;
        this.connection = connection;
    }

    /**
     * The client has had its time: to ask, to take what it asked for, or to close. What counts is
     * what it has acknowledged: what the send buffer holds is delivered to nobody.
     */
    void deadlinePassed() {
        long delivered = handedOver - connection.unacknowledged();
        long since = delivered - deliveredBefore;
        deliveredBefore = delivered;
        boolean allIsDelivered = complete && delivered == handedOver;
        if (!answered || since < (allIsDelivered ? 1 : server.leastOctets())) {
            connection.abort();
            return;
        }
        server.giveTime(this);
        if (allIsDelivered && server.closer() == FileServer.Closer.PEER) {
            connection.close();
        }
    }

    @Override
    public void onReadable(Connection c) {
        try {
            while (!connection.hasEnded()) {
                ByteBuffer into = answered ? ByteBuffer.allocate(LONGEST_REQUEST) : request;
                int taken = connection.receive(into);
                if (taken < 0) {
                    peerHasClosed();
                    return;
                }
                if (!answered && !take()) {
                    return;
                }
                if (taken == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            release();
        }
    }

    /** The client has closed: nothing more is to be waited for. */
    private void peerHasClosed() {
        if (!answered || complete) {
            connection.close();
        }
    }

    /** Answers when the request is there; false when the connection is left. */
    private boolean take() {
        String text = new String(request.array(), 0, request.position(), US_ASCII);
        if (!text.contains("\r\n\r\n") && !text.contains("\n\n")) {
            if (request.hasRemaining()) {
                return true;
            }
            refuse("431 Request Header Fields Too Large");
        } else {
            answer(text.lines().findFirst().orElse(""));
        }
        send();
        return !connection.hasEnded();
    }

    private void answer(String firstLine) {
        String[] words = firstLine.split(" ", -1);
        if (words.length < 2) {
            refuse("400 Bad Request");
        } else if (!words[0].equals("GET") && !words[0].equals("HEAD")) {
            refuse("405 Method Not Allowed\r\nAllow: GET, HEAD");
        } else {
            headOnly = words[0].equals("HEAD");
            Path found = ServedFiles.find(server.root(), words[1]);
            if (found == null) {
                refuse("404 Not Found");
            } else {
                open(found);
            }
        }
    }

    private void open(Path found) {
        try {
            file = FileChannel.open(found);
            piece = ByteBuffer.allocate(Math.clamp(file.size(), 1, PIECE));
            begin("200 OK", file.size());
            if (headOnly) {
                closeFile();
            }
        } catch (IOException e) {
            refuse("404 Not Found");
        }
    }

    private void refuse(String status) {
        byte[] body = (status.lines().findFirst().orElseThrow() + "\n").getBytes(US_ASCII);
        begin(status, body.length);
        if (headOnly) {
            return;
        }
        byte[] head = new byte[output.remaining()];
        output.get(head);
        output = ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
    }

    private void begin(String status, long length) {
        answered = true;
        String head =
                "HTTP/1.0 "
                        + status
                        + "\r\nServer: finwait\r\nConnection: close\r\nContent-Length: "
                        + length
                        + "\r\n\r\n";
        output = ByteBuffer.wrap(head.getBytes(US_ASCII));
        server.giveTime(this);
    }

    @Override
    public void onWritable(Connection c) {
        if (answered && !complete) {
            send();
        }
    }

    private void send() {
        try {
            while (fill()) {
                handedOver += connection.send(output);
                if (output.hasRemaining()) {
                    return;
                }
            }
            complete();
        } catch (IOException e) {
            LOG.debug("a response was cut off: {}", e.getMessage());
            connection.abort();
            release();
        }
    }

    /** False when everything has been handed over. */
    private boolean fill() throws IOException {
        if (output.hasRemaining()) {
            return true;
        }
        if (file == null) {
            return false;
        }
        output = piece;
        int read = file.read(output.clear());
        output.flip();
        return read > 0;
    }

    private void complete() {
        complete = true;
        release();
        if (server.closer() == FileServer.Closer.US) {
            connection.shutdownOutput();
        }
    }

    /**
     * Everything has been delivered: from now on there is only the client's FIN to wait for. Before
     * that the connection was not given up, for what nobody owns is dropped first where memory is
     * short.
     */
    @Override
    public void onCloseAcknowledged(Connection c) {
        server.waitsNoMore(this);
        connection.closeGracefully(server.deadlineNs());
    }

    @Override
    public void onEnded(Connection c) {
        server.waitsNoMore(this);
        release();
    }

    /**
     * A finished exchange waits for its deadline among thousands, so it must not hold its buffers.
     */
    private void release() {
        request = NOTHING;
        output = NOTHING;
        piece = NOTHING;
        closeFile();
    }

    private void closeFile() {
        try {
            if (file != null) {
                file.close();
                file = null;
            }
        } catch (IOException e) {
            LOG.warn("a file can't be closed: {}", e.getMessage());
        }
    }
}
