package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.NetstatRow;
import io.finwait.trace.Packets;
import io.finwait.trace.SegmentLabel;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ladders of well-known exchanges, told by hand: what renderers are tested with. */
final class Stories {

    static final int SYN = TcpHeader.SYN;
    static final int ACK = TcpHeader.ACK;
    static final int FIN = TcpHeader.FIN;
    static final int RST = TcpHeader.RST;
    static final int PSH = TcpHeader.PSH;

    static final long DELAY = Duration.ofMillis(20).toNanos();
    static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    final Ladder ladder = new Ladder("client", "server");
    long now;

    private Stories() {}

    static Map<String, Ladder> all() {
        Map<String, Ladder> all = new LinkedHashMap<>();
        all.put("four-way close", fourWayClose());
        all.put("simultaneous close", simultaneousClose());
        all.put("lost last ACK", lostLastAck());
        all.put("delayed duplicate", delayedDuplicate());
        all.put("held segment", heldSegment());
        all.put("reset", reset());
        all.put("everything", everything());
        return all;
    }

    private void state(End end, String state) {
        ladder.state(now, end, state);
    }

    private LadderPacket sends(End from, int flags, int seq, int ack, int textLength) {
        ByteBuffer octets =
                from == End.A
                        ? Packets.fromClient(flags, seq, ack, textLength)
                        : Packets.fromServer(flags, seq, ack, textLength);
        return ladder.sent(now, from, octets, 0, octets.capacity());
    }

    private void passes(End from, int flags, int seq, int ack, int textLength) {
        LadderPacket packet = sends(from, flags, seq, ack, textLength);
        now += DELAY;
        packet.arrives(now);
    }

    private void opens(int clientIss, int serverIss) {
        ladder.note(now, End.A, "connect()");
        state(End.A, "SYN_SENT");
        passes(End.A, SYN, clientIss, 0, 0);
        state(End.B, "SYN_RECEIVED");
        passes(End.B, SYN | ACK, serverIss, clientIss + 1, 0);
        state(End.A, "ESTABLISHED");
        passes(End.A, ACK, clientIss + 1, serverIss + 1, 0);
        state(End.B, "ESTABLISHED");
    }

    static Ladder fourWayClose() {
        Stories s = new Stories();
        s.ladder.title("The four-way close");
        s.state(End.A, "CLOSED");
        s.state(End.B, "LISTEN");
        s.opens(100, 300);
        s.now += 2 * SECOND;
        s.ladder.note(s.now, End.A, "close()");
        s.state(End.A, "FIN_WAIT_1");
        s.passes(End.A, FIN | ACK, 101, 301, 0);
        s.state(End.B, "CLOSE_WAIT");
        s.passes(End.B, ACK, 301, 102, 0);
        s.state(End.A, "FIN_WAIT_2");
        s.now += 30 * SECOND;
        s.ladder.netstat(
                s.now,
                "server$ netstat -tan",
                List.of(
                        NetstatRow.listener(IpAddress.parse("0.0.0.0"), 80, 0, 128),
                        new NetstatRow(0, 0, SERVER, 80, CLIENT, 40_000, "CLOSE_WAIT")));
        s.ladder.note(s.now, End.B, "close()");
        s.state(End.B, "LAST_ACK");
        s.passes(End.B, FIN | ACK, 301, 102, 0);
        s.state(End.A, "TIME_WAIT");
        s.passes(End.A, ACK, 102, 302, 0);
        s.state(End.B, "CLOSED");
        s.now += 60 * SECOND;
        s.ladder.note(s.now, "2MSL has passed");
        s.state(End.A, "CLOSED");
        return s.ladder;
    }

    static Ladder simultaneousClose() {
        Stories s = new Stories();
        s.state(End.A, "ESTABLISHED");
        s.state(End.B, "ESTABLISHED");
        s.ladder.note(s.now, End.A, "close()");
        s.state(End.A, "FIN_WAIT_1");
        LadderPacket finOfA = s.sends(End.A, FIN | ACK, 1, 1, 0);
        s.ladder.note(s.now, End.B, "close()");
        s.state(End.B, "FIN_WAIT_1");
        LadderPacket finOfB = s.sends(End.B, FIN | ACK, 1, 1, 0);
        s.now += DELAY;
        finOfA.arrives(s.now);
        s.state(End.B, "CLOSING");
        LadderPacket ackOfB = s.sends(End.B, ACK, 2, 2, 0);
        finOfB.arrives(s.now);
        s.state(End.A, "CLOSING");
        LadderPacket ackOfA = s.sends(End.A, ACK, 2, 2, 0);
        s.now += DELAY;
        ackOfB.arrives(s.now);
        s.state(End.A, "TIME_WAIT");
        ackOfA.arrives(s.now);
        s.state(End.B, "TIME_WAIT");
        return s.ladder;
    }

    static Ladder lostLastAck() {
        Stories s = new Stories();
        s.ladder.title("The last ACK is lost");
        s.state(End.A, "FIN_WAIT_2");
        s.state(End.B, "CLOSE_WAIT");
        s.ladder.note(s.now, End.B, "close()");
        s.state(End.B, "LAST_ACK");
        s.passes(End.B, FIN | ACK, 1, 2, 0);
        s.state(End.A, "TIME_WAIT");
        s.sends(End.A, ACK, 2, 2, 0).lost();
        s.now += SECOND - DELAY;
        s.ladder.note(s.now, End.B, "no ACK within 1 s: send the FIN again");
        s.passes(End.B, FIN | ACK, 1, 2, 0);
        s.ladder.note(s.now, End.A, "2MSL begins anew");
        s.passes(End.A, ACK, 2, 2, 0);
        s.state(End.B, "CLOSED");
        s.now += 60 * SECOND;
        s.state(End.A, "CLOSED");
        return s.ladder;
    }

    /** A segment of the old connection reaches the new one, which takes its octets. */
    static Ladder delayedDuplicate() {
        Stories s = new Stories();
        s.ladder.absoluteNumbers().title("A delayed duplicate, and no TIME-WAIT to stop it");
        s.state(End.A, "ESTABLISHED");
        s.state(End.B, "ESTABLISHED");
        LadderPacket one = s.sends(End.A, ACK, 101, 1001, 100);
        LadderPacket two = s.sends(End.A, ACK, 201, 1001, 100);
        LadderPacket three = s.sends(End.A, PSH | ACK, 301, 1001, 100);
        s.now += DELAY;
        one.arrives(s.now);
        two.arrives(s.now);
        three.arrives(s.now);
        s.passes(End.B, ACK, 1001, 401, 0);
        s.ladder.note(s.now, End.A, "close()");
        s.state(End.A, "FIN_WAIT_1");
        s.passes(End.A, FIN | ACK, 401, 1001, 0);
        s.state(End.B, "CLOSE_WAIT");
        s.passes(End.B, ACK, 1001, 402, 0);
        s.state(End.A, "FIN_WAIT_2");
        s.ladder.note(s.now, End.B, "close()");
        s.state(End.B, "LAST_ACK");
        s.passes(End.B, FIN | ACK, 1001, 402, 0);
        s.state(End.A, "TIME_WAIT");
        s.passes(End.A, ACK, 402, 1002, 0);
        s.state(End.B, "LISTEN");
        s.ladder.note(s.now, End.A, "TIME-WAIT is cut short");
        s.state(End.A, "CLOSED");
        s.now += SECOND;
        s.opens(100, 2000);
        LadderPacket four = s.sends(End.A, ACK, 101, 2001, 100);
        LadderPacket five = s.sends(End.A, ACK, 201, 2001, 100);
        s.now += DELAY;
        four.arrives(s.now);
        five.arrives(s.now);
        LadderPacket six = s.sends(End.A, PSH | ACK, 301, 2001, 100);
        s.now += DELAY / 4;
        three.arrives(s.now);
        s.ladder.note(s.now, End.B, "RCV.NXT = 301: the old connection's octets are taken");
        LadderPacket ack = s.sends(End.B, ACK, 2001, 401, 0);
        s.now += DELAY - DELAY / 4;
        six.arrives(s.now);
        s.ladder.note(s.now, End.B, "the real octets 301 to 400 are dropped as a duplicate");
        s.now += DELAY / 4;
        ack.arrives(s.now);
        return s.ladder;
    }

    /** A segment is held back for a minute; TIME-WAIT keeps its tuple from being used again. */
    static Ladder heldSegment() {
        Stories s = new Stories();
        s.ladder.absoluteNumbers().title("A held segment meets TIME-WAIT");
        s.state(End.A, "ESTABLISHED");
        s.state(End.B, "ESTABLISHED");
        LadderPacket held = s.sends(End.A, PSH | ACK, 301, 1001, 100);
        s.now += SECOND;
        s.passes(End.A, PSH | ACK, 301, 1001, 100);
        s.passes(End.B, ACK, 1001, 401, 0);
        s.ladder.note(s.now, End.A, "close()");
        s.state(End.A, "FIN_WAIT_1");
        s.passes(End.A, FIN | ACK, 401, 1001, 0);
        s.state(End.B, "CLOSE_WAIT");
        s.passes(End.B, ACK, 1001, 402, 0);
        s.state(End.A, "FIN_WAIT_2");
        s.ladder.note(s.now, End.B, "close()");
        s.state(End.B, "LAST_ACK");
        s.passes(End.B, FIN | ACK, 1001, 402, 0);
        s.state(End.A, "TIME_WAIT");
        s.passes(End.A, ACK, 402, 1002, 0);
        s.state(End.B, "LISTEN");
        s.ladder.note(s.now, End.A, "connect() from the same port: Address already in use");
        s.now = 30 * SECOND;
        held.arrives(s.now);
        s.ladder.note(s.now, End.B, "no such connection");
        s.passes(End.B, RST, 1001, 0, 0);
        s.ladder.note(s.now, End.A, "1001 is not RCV.NXT: ignored");
        return s.ladder;
    }

    static Ladder reset() {
        Stories s = new Stories();
        s.ladder.title("Connection reset by peer");
        s.state(End.A, "CLOSED");
        s.state(End.B, "LISTEN");
        s.opens(0, 0);
        s.now = 5 * SECOND;
        s.ladder.note(s.now, End.B, "read() failed after 5 s; close()");
        s.state(End.B, "FIN_WAIT_1");
        s.passes(End.B, FIN | ACK, 1, 1, 0);
        s.state(End.A, "CLOSE_WAIT");
        s.passes(End.A, ACK, 1, 2, 0);
        s.state(End.B, "FIN_WAIT_2");
        s.now = 7 * SECOND;
        s.ladder.note(s.now, End.A, "write(\"Hello from client\") = 17");
        s.passes(End.A, PSH | ACK, 1, 2, 17);
        s.ladder.note(s.now, End.B, "nobody is left to read this");
        s.state(End.B, "CLOSED");
        s.passes(End.B, RST, 2, 0, 0);
        s.state(End.A, "CLOSED");
        s.now = 8 * SECOND;
        s.ladder.note(s.now, End.A, "read(): Connection reset by peer");
        return s.ladder;
    }

    /** Every kind of thing at once: copies, overtaking, absolute numbers, ICMP, unknown fate. */
    static Ladder everything() {
        Stories s = new Stories();
        s.ladder.absoluteNumbers();
        s.state(End.A, "ESTABLISHED");
        s.state(End.B, "ESTABLISHED");
        LadderPacket first = s.sends(End.A, PSH | ACK, -10, -20, 1460);
        s.now += DELAY / 10;
        LadderPacket second = s.sends(End.A, PSH | ACK, 1450, -20, 1460);
        s.now += DELAY;
        second.arrives(s.now);
        s.now += DELAY / 10;
        LadderPacket duplicateAck = s.sends(End.B, ACK, -20, -10, 0);
        first.arrives(s.now);
        s.now += DELAY;
        duplicateAck.arrives(s.now).arrives(s.now + DELAY / 2);
        s.now += DELAY;
        s.ladder
                .sent(s.now, End.B, SegmentLabel.other("ICMP type 3 code 4"))
                .arrives(s.now + DELAY);
        s.now += 2 * DELAY;
        s.sends(End.A, PSH | ACK, -10, -20, 1460);
        s.ladder.block(
                s.now,
                "server$ ss -tan",
                List.of("State Recv-Q Send-Q Local Address:Port Peer Address:Port ".repeat(2)));
        s.sends(End.B, RST | ACK, -20, -10, 0).lost();
        return s.ladder;
    }
}
