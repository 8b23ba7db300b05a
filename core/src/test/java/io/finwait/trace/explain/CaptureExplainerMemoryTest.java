package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/** What a large capture costs: octets for each connection, whatever it has carried. */
class CaptureExplainerMemoryTest {

    private static final int CONNECTIONS = 20_000;
    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    private static final int IP = 20;
    private static final int TCP = 20;
    private static final int RAW_IP = 101;
    private static final int CLIENT = 0x0A00_0001;
    private static final int SERVER = 0x0A00_0002;
    private static final int TEXT = 10;
    private static final int SEGMENTS = 9;
    private static final int PACKET = PACKET_HEADER + IP + TCP + TEXT;

    private final ByteBuffer file =
            ByteBuffer.allocate(FILE_HEADER + CONNECTIONS * SEGMENTS * PACKET);
    private int milliseconds;

    @Test
    void aConnectionTakesAboutOneAndAHalfKilobytes() throws IOException {
        file.putInt(0xA1B2C3D4).putInt(0x0002_0004).putLong(0).putInt(65_535).putInt(RAW_IP);
        for (int i = 0; i < CONNECTIONS; i++) {
            connection(10_000 + i);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader =
                CaptureReader.open(new ByteArrayInputStream(file.array(), 0, file.position()))) {
            long before = threads.getCurrentThreadAllocatedBytes();
            explainer.read(reader, octets -> {});
            long each = (threads.getCurrentThreadAllocatedBytes() - before) / CONNECTIONS;
            assertThat(each).as("octets allocated for each connection").isLessThan(1_750);
        }
        assertThat(explainer.connections()).isEqualTo(CONNECTIONS);
        assertThat(explainer.story(CONNECTIONS - 1).ending()).isEqualTo(Ending.ORDERLY);
    }

    private void connection(int port) {
        packet(port, true, TcpHeader.SYN, 0, 0, 0);
        packet(port, false, TcpHeader.SYN | TcpHeader.ACK, 0, 1, 0);
        packet(port, true, TcpHeader.ACK, 1, 1, 0);
        packet(port, true, TcpHeader.ACK, 1, 1, TEXT);
        packet(port, false, TcpHeader.ACK, 1, 1 + TEXT, TEXT);
        packet(port, true, TcpHeader.ACK | TcpHeader.FIN, 1 + TEXT, 1 + TEXT, 0);
        packet(port, false, TcpHeader.ACK, 1 + TEXT, 2 + TEXT, 0);
        packet(port, false, TcpHeader.ACK | TcpHeader.FIN, 1 + TEXT, 2 + TEXT, 0);
        packet(port, true, TcpHeader.ACK, 2 + TEXT, 2 + TEXT, 0);
    }

    private void packet(int port, boolean fromClient, int flags, int seq, int ack, int text) {
        int length = IP + TCP + text;
        int ms = milliseconds++;
        file.putInt(ms / 1_000).putInt(ms % 1_000 * 1_000).putInt(length).putInt(length);
        file.putShort((short) 0x4500).putShort((short) length).putInt(ms << 16);
        file.putInt(0x4006_0000).putInt(fromClient ? CLIENT : SERVER);
        file.putInt(fromClient ? SERVER : CLIENT);
        file.putShort((short) (fromClient ? port : 80)).putShort((short) (fromClient ? 80 : port));
        file.putInt(seq).putInt(ack).put((byte) (TCP << 2)).put((byte) flags);
        file.putShort((short) 1_000).putInt(0).put(new byte[text]);
    }
}
