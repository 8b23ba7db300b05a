package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.trace.End;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.Packets;
import io.finwait.trace.SegmentLabel;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

class LadderTest {

    private static final int SYN = TcpHeader.SYN;
    private static final int ACK = TcpHeader.ACK;
    private static final int FIN = TcpHeader.FIN;
    private static final int RST = TcpHeader.RST;
    private static final int PSH = TcpHeader.PSH;

    private final Ladder ladder = new Ladder("client", "server");

    @Test
    void numbersAreRelativeToTheInitialOnes() {
        assertThat(client(SYN, 4_000_000_000L, 0, 0)).isEqualTo("SYN  seq 0");
        assertThat(server(SYN | ACK, 7, 4_000_000_001L, 0)).isEqualTo("SYN, ACK  seq 0 ack 1");
        assertThat(client(PSH | ACK, 4_000_000_001L, 8, 17))
                .isEqualTo("PSH, ACK  seq 1 ack 1  len 17");
        assertThat(server(RST, 8, 0, 0)).isEqualTo("RST  seq 1");
    }

    @Test
    void numbersWrapWithoutHarm() {
        client(SYN, 0xFFFF_FFFFL, 0, 0);
        assertThat(client(ACK | FIN, 5, 0, 0)).startsWith("FIN, ACK  seq 6");
    }

    @Test
    void withoutItsSynADirectionIsShownAsItIs() {
        assertThat(client(FIN | ACK, 4_000_000_000L, 9, 0))
                .isEqualTo("FIN, ACK  seq 4000000000 ack 9");
    }

    @Test
    void absoluteNumbersAreThoseOfTheHeader() {
        ladder.absoluteNumbers();
        assertThat(client(SYN, 100, 0, 0)).isEqualTo("SYN  seq 100");
        assertThat(client(ACK, 101, 1_001, 100)).isEqualTo("ACK  seq 101 ack 1001  len 100");
    }

    @Test
    void whatIsSentOnceMoreSaysSo() {
        client(SYN, 100, 0, 0);
        assertThat(client(SYN, 100, 0, 0)).isEqualTo("SYN  seq 0  again");
        assertThat(client(ACK, 101, 1, 0)).doesNotContain("again");
        assertThat(client(ACK, 101, 1, 0)).as("an ACK takes no number").doesNotContain("again");
        assertThat(client(ACK, 101, 1, 10)).doesNotContain("again");
        assertThat(client(ACK, 101, 1, 10)).endsWith("again");
        assertThat(server(ACK, 101, 1, 10)).as("another direction").doesNotContain("again");
        assertThat(client(SYN, 100, 0, 0)).as("a new connection").isEqualTo("SYN  seq 0");
        assertThat(client(ACK, 101, 1, 10)).doesNotContain("again");
    }

    @Test
    void theKindIsTheMostTellingControlBit() {
        assertThat(SegmentLabel.of(SYN | ACK, 0, 0, 0).kind()).isEqualTo(SegmentLabel.Kind.SYN);
        assertThat(SegmentLabel.of(FIN | PSH | ACK, 0, 0, 5).kind())
                .isEqualTo(SegmentLabel.Kind.FIN);
        assertThat(SegmentLabel.of(RST | ACK, 0, 0, 0).kind()).isEqualTo(SegmentLabel.Kind.RST);
        assertThat(SegmentLabel.of(PSH | ACK, 0, 0, 5).kind()).isEqualTo(SegmentLabel.Kind.TEXT);
        assertThat(SegmentLabel.of(ACK, 0, 0, 0).kind()).isEqualTo(SegmentLabel.Kind.ACK);
        assertThat(SegmentLabel.of(0, 3, 0, 0).text()).isEqualTo("no flags  seq 3");
    }

    @Test
    void noOctetsCanBreakIt() {
        for (int length = 0; length <= 44; length++) {
            ByteBuffer octets = ByteBuffer.allocate(44);
            octets.put(0, (byte) 0x45).put(9, (byte) 6);
            assertThat(ladder.sent(0, End.A, octets, 0, length).label().text())
                    .isEqualTo("malformed, " + length + " octets");
        }
    }

    @Test
    void aPacketCannotArriveBeforeItIsSent() {
        LadderPacket packet = ladder.sent(10, End.A, SegmentLabel.other("x"));
        assertThatThrownBy(() -> packet.arrives(9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't arrive at 9 ns");
        assertThat(packet.arrives(10).isLost()).isFalse();
        assertThat(packet.lost().isLost()).as("a copy was lost, this one came").isFalse();
    }

    @Test
    void stepsAreInTheOrderOfTimeAndThenOfTelling() {
        LadderPacket packet = ladder.sent(1_000, End.A, SegmentLabel.other("x"));
        packet.arrives(3_000);
        ladder.state(3_000, End.B, "CLOSE_WAIT");
        ladder.state(2_000, End.A, "FIN_WAIT_1");
        assertThat(ladder.steps().stream().map(each -> each.type() + " " + each.timeNs()))
                .containsExactly("LEAVE 0", "STATE 1000", "ARRIVE 2000", "STATE 2000");
    }

    @Test
    void timesMayWrap() {
        ladder.state(Long.MAX_VALUE, End.A, "CLOSED");
        ladder.state(Long.MAX_VALUE + 5, End.A, "SYN_SENT");
        assertThat(ladder.steps().stream().map(LadderStep::timeNs)).containsExactly(0L, 5L);
    }

    @Test
    void aTapDrawsWhatOneEndSees() {
        LadderTap tap = new LadderTap(ladder, End.B);
        ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
        ByteBuffer answer = Packets.fromServer(SYN | ACK, 300, 101, 0);
        tap.packet(5, PacketDirection.RECEIVED, syn, 0, syn.capacity());
        tap.packet(6, PacketDirection.SENT, answer, 0, answer.capacity());
        assertThat(new TextLadder().render(ladder))
                .isEqualTo(
                        """
                            time       client                                               server
                               0              |-- SYN  seq 0 ---------------------------->|
                            1 ns              |<----------------- SYN, ACK  seq 0 ack 1 --|
                        """);
    }

    private String client(int flags, long seq, long ack, int textLength) {
        return sent(End.A, Packets.fromClient(flags, (int) seq, (int) ack, textLength));
    }

    private String server(int flags, long seq, long ack, int textLength) {
        return sent(End.B, Packets.fromServer(flags, (int) seq, (int) ack, textLength));
    }

    private String sent(End from, ByteBuffer octets) {
        return ladder.sent(0, from, octets, 0, octets.capacity()).label().text();
    }
}
