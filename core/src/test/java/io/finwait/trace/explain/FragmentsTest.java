package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** IP packets in fragments: what of their text the story counts. */
class FragmentsTest {

    private static final int RAW_IP = 101;
    private static final int IP = 20;
    private static final int V6 = 40;
    private static final int TCP = 20;
    private static final int UDP = 17;
    private static final int FRAGMENT_HEADER = 44;
    private static final int TEXT = 2_980;
    private static final int MORE = 0x2000;
    private static final int CLIENT = (int) IpAddress.parse("10.0.0.1").low();
    private static final int SERVER = (int) IpAddress.parse("10.0.0.2").low();

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private int seconds;

    FragmentsTest() {
        ByteBuffer header = ByteBuffer.allocate(24);
        header.putInt(0xA1B2C3D4).putInt(0x0002_0004).putLong(0).putInt(65_535).putInt(RAW_IP);
        file.writeBytes(header.array());
    }

    private void packet(byte[] octets) {
        ByteBuffer record = ByteBuffer.allocate(16 + octets.length);
        record.putInt(seconds).putInt(0).putInt(octets.length).putInt(octets.length).put(octets);
        file.writeBytes(record.array());
    }

    /** The client's segment with 2,980 octets of text and FIN: 3,000 octets of payload. */
    private static ByteBuffer segment() {
        ByteBuffer b = ByteBuffer.allocate(TCP + TEXT);
        b.putShort((short) 1_234).putShort((short) 80).putInt(1_000).putInt(2_000);
        b.put((byte) (TCP << 2)).put((byte) (TcpHeader.ACK | TcpHeader.FIN));
        b.putShort((short) 500);
        return b;
    }

    private void v4(int identification, int begin, int end) {
        ByteBuffer b = ByteBuffer.allocate(IP + end - begin);
        Ipv4.write(b, 0, b.capacity(), 0, identification, 64, Protocol.TCP, CLIENT, SERVER);
        boolean more = end < TCP + TEXT;
        b.putShort(6, (short) ((more ? MORE : 0) | begin / 8));
        b.put(IP, segment().array(), begin, end - begin);
        packet(b.array());
    }

    private void v6(int protocol, int begin, int end) {
        ByteBuffer b = ByteBuffer.allocate(V6 + 8 + end - begin);
        b.putInt(0x6000_0000).putShort((short) (8 + end - begin)).put((byte) FRAGMENT_HEADER);
        b.put((byte) 64).putLong(0xFDL << 56).putLong(1).putLong(0xFDL << 56).putLong(2);
        boolean more = end < TCP + TEXT;
        b.put((byte) protocol).put((byte) 0).putShort((short) (begin | (more ? 1 : 0)));
        b.putInt(99).put(segment().array(), begin, end - begin);
        packet(b.array());
    }

    private CaptureExplainer explained() throws IOException {
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader =
                CaptureReader.open(new ByteArrayInputStream(file.toByteArray()))) {
            explainer.read(reader, octets -> {});
        }
        return explainer;
    }

    /** The server acknowledges all, text and FIN. */
    private void acknowledged() {
        ByteBuffer b = ByteBuffer.allocate(IP + TCP);
        Ipv4.write(b, 0, b.capacity(), 0, 1, 64, Protocol.TCP, SERVER, CLIENT);
        b.position(IP);
        b.putShort((short) 80).putShort((short) 1_234).putInt(2_000).putInt(1_000 + TEXT + 1);
        b.put((byte) (TCP << 2)).put((byte) TcpHeader.ACK).putShort((short) 500);
        packet(b.array());
    }

    @Test
    void allTextCountsAndTheFinIsBehindIt() throws IOException {
        v4(7, 0, 1_480);
        v4(7, 1_480, 2_960);
        v4(7, 2_960, 3_000);
        acknowledged();
        CaptureExplainer explainer = explained();

        assertThat(explainer.fragments()).isZero();
        ConnectionStory story = explainer.story(0);
        assertThat(story.opener().textOctets()).isEqualTo(TEXT);
        assertThat(story.opener().missingOctets()).isZero();
        assertThat(story.opener().unacknowledgedOctets()).isZero();
        assertThat(story.opener().finNumber()).isEqualTo(3);
        assertThat(story.verdict()).contains("it is in CLOSE_WAIT");
        assertThat(story.remarks()).noneMatch(each -> each.contains("opener's checksum"));
    }

    @Test
    void overIpv6Too() throws IOException {
        v6(Protocol.TCP, 0, 1_480);
        v6(Protocol.TCP, 1_480, 3_000);
        CaptureExplainer explainer = explained();

        assertThat(explainer.fragments()).isZero();
        assertThat(explainer.story(0).opener().textOctets()).isEqualTo(TEXT);
        assertThat(explainer.story(0).opener().finNumber()).isEqualTo(2);
    }

    @Test
    void aFilterByPortLeavesTheFirstOnly() throws IOException {
        v4(7, 0, 1_480);
        v4(8, 0, 1_480);

        ConnectionStory story = explained().story(0);
        assertThat(story.opener().textOctets()).isEqualTo(1_480 - TCP);
        assertThat(story.remarks()).noneMatch(each -> each.contains("opener's checksum"));
    }

    @Test
    void withoutTheFirstTheyAreCountedOnly() throws IOException {
        v4(7, 1_480, 2_960);
        v4(7, 0, 1_480);
        v4(8, 2_960, 3_000);
        seconds = 31;
        v4(7, 2_960, 3_000);
        CaptureExplainer explainer = explained();

        assertThat(explainer.fragments()).isEqualTo(3);
        assertThat(explainer.story(0).opener().textOctets()).isEqualTo(1_480 - TCP);
    }

    @Test
    void thoseOfOtherProtocolsAreNoneOfOurs() throws IOException {
        v6(UDP, 0, 1_480);
        v6(UDP, 1_480, 3_000);

        assertThat(explained().fragments()).isZero();
        assertThat(explained().connections()).isZero();
    }

    @Test
    void noMoreThanABoundedNumberIsRemembered() throws IOException {
        v4(0, 0, 1_480);
        for (int i = 1; i <= 256; i++) {
            v4(i, 0, 1_480);
        }
        v4(0, 1_480, 2_960);
        v4(1, 1_480, 2_960);

        assertThat(explained().fragments()).isEqualTo(1);
    }
}
