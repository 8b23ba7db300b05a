package io.finwait.trace.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Where IP begins in frames of each kind; its first octet stands for the packet. */
class LinkLayerTest {

    private static final int AT = 3;

    @ParameterizedTest
    @CsvSource({
        "1,   000102030405 060708090a0b 0800 45, 14",
        "1,   000102030405 060708090a0b 86dd 60, 14",
        "1,   000102030405 060708090a0b 8100 0001 0800 45, 18",
        "1,   000102030405 060708090a0b 88a8 0001 8100 0002 86dd 60, 22",
        "1,   000102030405 060708090a0b 8847 00001000 00002100 45, 22",
        "1,   000102030405 060708090a0b 8864 110000010003 0021 45, 22",
        "1,   000102030405 060708090a0b 0806 45, -1",
        "1,   000102030405 060708090a0b 08, -1",
        "9,   ff03 0021 45, 4",
        "9,   ff03 0057 60, 4",
        "9,   0021 45, 2",
        "9,   0057 60, 2",
        "9,   ff03 c021 45, -1",
        "9,   ff03 00, -1",
        "9,   00, -1",
        "0,   02000000 45, 4",
        "108, 00000018 60, 4",
        "101, 45, 0",
        "12,  60, 0",
        "228, 55, -1",
        "113, 0000 0001 0006 000102030405 0000 0800 45, 16",
        "113, 0000 0001 0006 000102030405 0000 8100 0001 86dd 60, 20",
        "276, 86dd 0000 00000001 0001 00 06 0001020304050000 60, 20",
        "276, 86dd 0000 00000001 0001 00 06 00010203040500, -1",
        "147, 45, -1"
    })
    void ipBeginsBehindItsHeaders(int linkType, String frame, int offset) {
        byte[] octets = HexFormat.of().parseHex(frame.replace(" ", ""));
        ByteBuffer buffer = ByteBuffer.allocate(AT + octets.length).put(AT, octets);
        CapturedPacket packet = new CapturedPacket();
        packet.set(linkType, 0, 0, buffer, AT, octets.length, octets.length);
        assertThat(LinkLayer.ipOffset(packet)).isEqualTo(offset < 0 ? offset : AT + offset);
    }
}
