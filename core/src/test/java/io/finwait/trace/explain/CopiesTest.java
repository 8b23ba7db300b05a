package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** A packet that a capture holds twice was sent once; the same text later was sent again. */
class CopiesTest {

    private static final int PORT = 1_234;
    private static final int TEXT = TcpHeader.PSH | TcpHeader.ACK;

    private final MadeCapture capture = new MadeCapture().opened();

    private MadeCapture text() {
        return capture.segment(PORT, true, TEXT, 1, 1, 100);
    }

    @Test
    void whatIsCapturedTwiceIsCountedOnce() throws IOException {
        text().captureAgain().server(TcpHeader.ACK, 1, 101);
        ConnectionStory story = capture.story();
        assertThat(story.remarks())
                .anySatisfy(each -> assertThat(each).contains("1 packet is in the capture twice"));
        assertThat(story.opener().againSegments()).isZero();
        assertThat(story.opener().textOctets()).isEqualTo(100);
    }

    @Test
    void whatIsSentTwiceIsARetransmission() throws IOException {
        text();
        text().server(TcpHeader.ACK, 1, 101);
        ConnectionStory story = capture.story();
        assertThat(story.remarks())
                .noneSatisfy(each -> assertThat(each).contains("in the capture twice"));
        assertThat(story.opener().againSegments()).isEqualTo(1);
    }

    /** Whoever acknowledges twice at once means it (RFC 5681 §3.2). */
    @Test
    void anAckAloneIsNeverACopy() throws IOException {
        text().server(TcpHeader.ACK, 1, 101).captureAgain();
        assertThat(capture.story().remarks())
                .noneSatisfy(each -> assertThat(each).contains("in the capture twice"));
    }
}
