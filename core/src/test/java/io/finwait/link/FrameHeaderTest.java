package io.finwait.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

/** Headers of frames with and without a tag, and the messages of ARP, octet by octet. */
class FrameHeaderTest {

    private static final long OURS = 0x0200_0000_0001L;
    private static final long PEER = 0x0200_0000_0002L;
    private static final int AT = 3;

    private final FrameHeader plain = new FrameHeader(OURS, 0);
    private final FrameHeader tagged = new FrameHeader(OURS, 7);

    private static ByteBuffer frame(long destination, long source, int... words) {
        ByteBuffer b = ByteBuffer.allocate(AT + 12 + 2 * words.length);
        MacAddress.write(b, AT, destination);
        MacAddress.write(b, AT + 6, source);
        for (int i = 0; i < words.length; i++) {
            b.putShort(AT + 12 + 2 * i, (short) words[i]);
        }
        return b;
    }

    private static int received(FrameHeader header, ByteBuffer frame) {
        return header.received(frame, AT, frame.capacity() - AT);
    }

    @Test
    void aHeaderIsReadAsItWasWritten() {
        for (FrameHeader header : new FrameHeader[] {plain, tagged}) {
            ByteBuffer b = ByteBuffer.allocate(AT + 30);
            header.write(b, AT, PEER, FrameHeader.IPV6);
            FrameHeader peers = new FrameHeader(PEER, header == plain ? 0 : 7);
            assertThat(peers.received(b, AT, 30)).isEqualTo(header.length());
            assertThat(FrameHeader.type(b, AT, header.length())).isEqualTo(FrameHeader.IPV6);
            assertThat(peers.isToUs(b, AT)).isTrue();
            assertThat(header.isToUs(b, AT)).isFalse();
            assertThat(MacAddress.read(b, AT + 6)).isEqualTo(OURS).isEqualTo(header.mac());
        }
        assertThat(plain.length()).isEqualTo(14);
        assertThat(tagged.length()).isEqualTo(18);
    }

    /** To us or a group, from one host that we are not. */
    @ParameterizedTest
    @CsvSource({
        "020000000001, 020000000002, 14", "ffffffffffff, 020000000002, 14",
        "01005e0000fb, 020000000002, 14", "020000000003, 020000000002, 0",
        "020000000001, 020000000001, 0", "ffffffffffff, 020000000001, 0",
        "020000000001, 030000000002, 0", "020000000001, 000000000000, 0"
    })
    void framesOfOthersAreNone(String destination, String source, int header) {
        long to = Long.parseLong(destination, 16);
        long from = Long.parseLong(source, 16);
        assertThat(received(plain, frame(to, from, FrameHeader.IPV4))).isEqualTo(header);
    }

    /** A tag with priority alone is as good as none; another VLAN's frame is none. */
    @ParameterizedTest
    @CsvSource({
        "0x0000, 18, 0",
        "0xE000, 18, 0",
        "0x0007, 0, 18",
        "0xF007, 0, 18",
        "0x0008, 0, 0",
        "0x0FFF, 0, 0"
    })
    void aTagNamesTheVlan(int tag, int withoutVlan, int withVlan) {
        ByteBuffer b = frame(OURS, PEER, 0x8100, tag, FrameHeader.ARP);
        assertThat(received(plain, b)).isEqualTo(withoutVlan);
        assertThat(received(tagged, b)).isEqualTo(withVlan);
        assertThat(received(tagged, frame(OURS, PEER, FrameHeader.ARP))).as("no tag").isZero();
        assertThat(FrameHeader.type(b, AT, 18)).isEqualTo(FrameHeader.ARP);
    }

    @Test
    void whatIsCutShortIsNone() {
        ByteBuffer b = frame(OURS, PEER, 0x8100, 7, FrameHeader.ARP);
        for (int length = 0; length < 18; length++) {
            assertThat(tagged.received(b, AT, length)).as("%d octets", length).isZero();
        }
        assertThat(tagged.received(b, AT, 18)).isEqualTo(18);
        ByteBuffer untagged = frame(OURS, PEER, FrameHeader.ARP);
        assertThat(plain.received(untagged, AT, 13)).isZero();
        assertThat(plain.received(untagged, AT, 14)).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(ints = {Arp.REQUEST, Arp.REPLY})
    void anArpMessageIsReadAsItWasWritten(int operation) {
        ByteBuffer b = ByteBuffer.allocate(AT + Arp.LENGTH);
        Arp.write(b, AT, operation, PEER, 0x0A000002, OURS, 0xC0000201);
        Arp arp = new Arp();
        assertThat(arp.parse(b, AT, Arp.LENGTH)).isTrue();
        assertThat(arp.isReply()).isEqualTo(operation == Arp.REPLY);
        assertThat(arp.senderMac()).isEqualTo(PEER);
        assertThat(arp.senderIp()).isEqualTo(0x0A000002);
        assertThat(arp.targetIp()).isEqualTo(0xC0000201);
        assertThat(MacAddress.read(b, AT + 18)).isEqualTo(OURS);
        assertThat(arp.parse(b, AT, Arp.LENGTH - 1)).isFalse();
        for (int octet = 0; octet < 6; octet++) {
            b.put(AT + octet, (byte) (b.get(AT + octet) ^ 4));
            assertThat(arp.parse(b, AT, Arp.LENGTH)).as("octet %d", octet).isFalse();
            b.put(AT + octet, (byte) (b.get(AT + octet) ^ 4));
        }
        b.putShort(AT + 6, (short) 3);
        assertThat(arp.parse(b, AT, Arp.LENGTH)).as("another operation").isFalse();
        b.putShort(AT + 6, (short) 0);
        assertThat(arp.parse(b, AT, Arp.LENGTH)).isFalse();
        b.putShort(AT + 6, (short) operation);
        MacAddress.write(b, AT + 8, MacAddress.BROADCAST);
        assertThat(arp.parse(b, AT, Arp.LENGTH)).as("of a group").isFalse();
    }
}
