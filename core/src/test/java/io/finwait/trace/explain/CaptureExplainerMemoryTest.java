package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * What a large capture costs: octets for each connection, whatever it has carried; and that its
 * connections are told apart.
 */
class CaptureExplainerMemoryTest {

    private static final int CONNECTIONS = 20_000;
    private static final int FIRST_PORT = 10_000;
    private static final int TEXT = 10;

    @Test
    void aConnectionTakesAboutOneAndAHalfKilobytes() throws IOException {
        MadeCapture capture = new MadeCapture();
        for (int i = 0; i < CONNECTIONS; i++) {
            connection(capture, FIRST_PORT + i);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader = capture.reader()) {
            long before = threads.getCurrentThreadAllocatedBytes();
            explainer.read(reader, octets -> {});
            long each = (threads.getCurrentThreadAllocatedBytes() - before) / CONNECTIONS;
            assertThat(each).as("octets allocated for each connection").isLessThan(1_750);
        }
        assertThat(explainer.connections()).isEqualTo(CONNECTIONS);
        assertThat(explainer.story(CONNECTIONS - 1).ending()).isEqualTo(Ending.ORDERLY);
    }

    @Test
    void thousandsThatAreOpenAtOnceAreToldApart() throws IOException {
        int open = 5_000;
        MadeCapture capture = new MadeCapture();
        for (int i = 0; i < open; i++) {
            capture.segment(FIRST_PORT + i, true, TcpHeader.SYN, 0, 0, 0);
        }
        for (int i = 0; i < open; i++) {
            behindTheSyn(capture, FIRST_PORT + i);
        }
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader = capture.reader()) {
            explainer.read(reader, octets -> {});
        }
        assertThat(explainer.connections()).isEqualTo(open);
        for (int i = 0; i < open; i++) {
            assertThat(explainer.story(i).ending()).as("%d", i).isEqualTo(Ending.ORDERLY);
        }
    }

    private static void connection(MadeCapture to, int port) {
        to.segment(port, true, TcpHeader.SYN, 0, 0, 0);
        behindTheSyn(to, port);
    }

    private static void behindTheSyn(MadeCapture to, int port) {
        int end = 1 + TEXT;
        int fin = TcpHeader.ACK | TcpHeader.FIN;
        to.segment(port, false, TcpHeader.SYN | TcpHeader.ACK, 0, 1, 0);
        to.segment(port, true, TcpHeader.ACK, 1, 1, 0);
        to.segment(port, true, TcpHeader.ACK, 1, 1, TEXT);
        to.segment(port, false, TcpHeader.ACK, 1, end, TEXT);
        to.segment(port, true, fin, end, end, 0);
        to.segment(port, false, TcpHeader.ACK, end, end + 1, 0);
        to.segment(port, false, fin, end, end + 1, 0);
        to.segment(port, true, TcpHeader.ACK, end + 1, end + 1, 0);
    }
}
