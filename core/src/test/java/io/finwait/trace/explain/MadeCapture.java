package io.finwait.trace.explain;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.wire.TcpHeader;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A capture made by hand: segments between a client and a server's port 80, a millisecond each. */
final class MadeCapture {

    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    private static final int IP = 20;
    private static final int TCP = 20;
    private static final int RAW_IP = 101;
    private static final int SERVER_PORT = 80;
    private static final int CLIENT = 0x0A00_0001;
    private static final int SERVER = 0x0A00_0002;
    private static final int WINDOW = 1_000;
    private static final int MS = 1_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int milliseconds;
    private byte[] last = {};

    MadeCapture() {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER);
        header.putInt(0xA1B2C3D4).putInt(0x0002_0004).putLong(0).putInt(65_535).putInt(RAW_IP);
        out.writeBytes(header.array());
    }

    /** The next segment; its text is zeros. */
    MadeCapture segment(int port, boolean fromClient, int flags, int seq, int ack, int text) {
        int length = IP + TCP + text;
        ByteBuffer b = ByteBuffer.allocate(PACKET_HEADER + length);
        int ms = milliseconds++;
        b.putInt(ms / 1_000).putInt(ms % 1_000 * MS).putInt(length).putInt(length);
        b.putShort((short) 0x4500).putShort((short) length).putInt(ms << 16);
        b.putInt(0x4006_0000).putInt(fromClient ? CLIENT : SERVER);
        b.putInt(fromClient ? SERVER : CLIENT);
        b.putShort((short) (fromClient ? port : SERVER_PORT));
        b.putShort((short) (fromClient ? SERVER_PORT : port));
        b.putInt(seq).putInt(ack).put((byte) (TCP << 2)).put((byte) flags);
        b.putShort((short) WINDOW);
        last = b.array();
        out.writeBytes(last);
        return this;
    }

    /** The last packet once more, with the same time: captured twice, and sent once. */
    MadeCapture captureAgain() {
        out.writeBytes(last);
        return this;
    }

    /** A segment without text between port 1234 and the server. */
    MadeCapture client(int flags, int seq, int ack) {
        return segment(1_234, true, flags, seq, ack, 0);
    }

    /** A segment of the server. */
    MadeCapture server(int flags, int seq, int ack) {
        return segment(1_234, false, flags, seq, ack, 0);
    }

    /** The three segments of a handshake. */
    MadeCapture opened() {
        return client(TcpHeader.SYN, 0, 0)
                .server(TcpHeader.SYN | TcpHeader.ACK, 0, 1)
                .client(TcpHeader.ACK, 1, 1);
    }

    CaptureReader reader() throws IOException {
        return CaptureReader.open(new ByteArrayInputStream(out.toByteArray()));
    }

    /** The story of its only connection. */
    ConnectionStory story() throws IOException {
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader = reader()) {
            explainer.read(reader, octets -> {});
        }
        return explainer.story(0);
    }
}
