package io.finwait.trace;

import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;
import static io.finwait.wire.TcpHeader.RST;
import static io.finwait.wire.TcpHeader.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.SegmentLabel.Kind;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/** What a reader tells of one packet by what has passed before. */
class SegmentReaderTest {

    private static final int WINDOW = 65_535;
    private static final int IP = Ipv4.HEADER_LENGTH;

    private final SegmentReader reader = new SegmentReader();

    private SegmentLabel read(End from, ByteBuffer packet) {
        return reader.read(from, packet, 0, packet.capacity());
    }

    /** A SYN with a window scale, or without one where it is negative. */
    private static ByteBuffer syn(boolean client, int flags, int seq, int shift) {
        ByteBuffer text = Packets.tcp(4, client, flags, seq, 0, shift < 0 ? 0 : 4);
        if (shift >= 0) {
            int words = (TcpHeader.LENGTH + 4) / 4;
            text.putShort(IP + 12, (short) ((words << 12) | flags));
            text.put(IP + TcpHeader.LENGTH, new byte[] {3, 3, (byte) shift, 0});
        }
        return text;
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 3, 5", "0, 2, 0, 2", "3, -1, 0, 0", "-1, 5, 0, 0", "-1, -1, 0, 0"})
    void aWindowIsScaledWhereBothHaveOfferedIt(int ours, int theirs, int left, int right) {
        read(End.A, syn(true, SYN, 100, ours));
        assertThat(reader.fields().window()).as("of a SYN").isEqualTo(WINDOW);
        read(End.B, syn(false, SYN | ACK, 700, theirs));
        assertThat(reader.fields().window()).as("of a SYN").isEqualTo(WINDOW);
        read(End.A, Packets.fromClient(ACK, 101, 701, 0));
        assertThat(reader.fields().window()).isEqualTo((long) WINDOW << left);
        read(End.B, Packets.fromServer(ACK, 701, 101, 0));
        assertThat(reader.fields().window()).isEqualTo((long) WINDOW << right);
    }

    @Test
    void aWindowIsNotScaledWhereNoSynWasSeen() {
        read(End.A, Packets.fromClient(ACK, 101, 701, 5));
        assertThat(reader.fields().window()).isEqualTo(WINDOW);
        read(End.B, Packets.fromServer(ACK, 701, 106, 5));
        assertThat(reader.fields().window()).isEqualTo(WINDOW);
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0, RST",
        "2, 0, SYN",
        "18, 0, SYN",
        "17, 0, FIN",
        "17, 9, FIN",
        "16, 9, TEXT",
        "16, 0, ACK",
        "6, 0, RST"
    })
    void aSegmentIsOfTheKindThatMattersMost(int flags, int textLength, Kind kind) {
        assertThat(read(End.A, Packets.fromClient(flags, 100, 1, textLength)).kind())
                .isEqualTo(kind);
    }

    @Test
    void theLengthOfAFinIsOne() {
        assertThat(read(End.A, Packets.fromClient(FIN | ACK, 100, 1, 0)).text())
                .isEqualTo("FIN, ACK  seq 100 ack 1");
        assertThat(read(End.A, Packets.fromClient(FIN | ACK, 100, 1, 0)).text())
                .isEqualTo("FIN, ACK  seq 100 ack 1  again");
        assertThat(read(End.A, Packets.fromClient(RST, 100, 1, 0)).text())
                .isEqualTo("RST  seq 100");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 8, ICMP type 3 code 1",
        "1, 2, ICMP type 3 code 1",
        "1, 1, 'protocol 1, 1 octets'"
    })
    void aMessageOfIcmpIsReadAsFarAsItGoes(int protocol, int octets, String label) {
        assertThat(read(End.A, other(protocol, octets)).text()).isEqualTo(label);
        assertThat(reader.ends()).isEqualTo("10.0.0.1 > 10.0.0.2");
        assertThat(reader.fields()).isNull();
    }

    @Test
    void anotherProtocolIsNotTakenForIcmp() {
        assertThat(read(End.A, other(Protocol.UDP, 8)).text()).isEqualTo("protocol 17, 8 octets");
        assertThat(read(End.A, other(47, 8)).text()).isEqualTo("protocol 47, 8 octets");
    }

    private static ByteBuffer other(int protocol, int octets) {
        ByteBuffer b = ByteBuffer.allocate(IP + octets);
        Ipv4.write(b, 0, b.capacity(), 0, 7, 64, protocol, 0x0A00_0001, 0x0A00_0002);
        for (int i = 0; i < octets; i++) {
            b.put(IP + i, (byte) (i == 0 ? 3 : 1));
        }
        assertThat(Checksum.finish(Checksum.add(b, 0, IP, 0))).isZero();
        return b;
    }
}
