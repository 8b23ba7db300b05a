package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.End;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class TextLadderTest {

    private static final String ESCAPES = "\u001b\\[[0-9;]*m";

    static Stream<Ladder> stories() {
        return Stories.all().values().stream();
    }

    @Test
    void theFourWayCloseReadsLikeTheTextbook() {
        assertThat(new TextLadder().render(Stories.fourWayClose()))
                .isEqualTo(
                        """
                        The four-way close

                            time       client                                               server
                               0       CLOSED |                                           | LISTEN
                               0              | connect()                                 |
                               0     SYN_SENT |-- SYN  seq 0 ---------------------------->|
                           20 ms              |<----------------- SYN, ACK  seq 0 ack 1 --| SYN_RECEIVED
                           40 ms  ESTABLISHED |-- ACK  seq 1 ack 1 ---------------------->|
                           60 ms              |                                           | ESTABLISHED
                                              :                  … 2 s …                  :
                          2.06 s              | close()                                   |
                          2.06 s   FIN_WAIT_1 |-- FIN, ACK  seq 1 ack 1 ----------------->|
                          2.08 s              |<---------------------- ACK  seq 1 ack 2 --| CLOSE_WAIT
                           2.1 s   FIN_WAIT_2 |                                           |
                                              :                 … 30 s …                  :

                        server$ netstat -tan
                        Proto Recv-Q Send-Q Local Address           Foreign Address         State
                        tcp        0    128 0.0.0.0:80              0.0.0.0:*               LISTEN
                        tcp        0      0 10.0.0.2:80             10.0.0.1:40000          CLOSE_WAIT

                          32.1 s              |                                   close() |
                          32.1 s              |<----------------- FIN, ACK  seq 1 ack 2 --| LAST_ACK
                         32.12 s    TIME_WAIT |-- ACK  seq 2 ack 2 ---------------------->|
                         32.14 s              |                                           | CLOSED
                                              :                 … 60 s …                  :
                         92.14 s              |              2MSL has passed              |
                         92.14 s       CLOSED |                                           |
                        """);
    }

    @Test
    void segmentsThatCrossLeaveAndArriveInRowsOfTheirOwn() {
        assertThat(new TextLadder().render(Stories.simultaneousClose()))
                .isEqualTo(
                        """
                            time       client                                               server
                               0  ESTABLISHED |                                           | ESTABLISHED
                               0              | close()                                   |
                               0   FIN_WAIT_1 |-- FIN, ACK  seq 1 ack 1 --~ (a)           |
                               0              |                                   close() |
                               0              |           (b) ~-- FIN, ACK  seq 1 ack 1 --| FIN_WAIT_1
                           20 ms              |          (a) ~-- FIN, ACK  seq 1 ack 1 -->| CLOSING
                           20 ms              |                (c) ~-- ACK  seq 2 ack 2 --|
                           20 ms      CLOSING |<-- FIN, ACK  seq 1 ack 1 --~ (b)          |
                           20 ms              |-- ACK  seq 2 ack 2 --~ (d)                |
                           40 ms    TIME_WAIT |<-- ACK  seq 2 ack 2 --~ (c)               |
                           40 ms              |               (d) ~-- ACK  seq 2 ack 2 -->| TIME_WAIT
                        """);
    }

    @Test
    void aLostSegmentEndsWithAnX() {
        assertThat(new TextLadder().render(Stories.lostLastAck()))
                .isEqualTo(
                        """
                        The last ACK is lost

                            time       client                                               server
                               0   FIN_WAIT_2 |                                           | CLOSE_WAIT
                               0              |                                   close() |
                               0              |<----------------- FIN, ACK  seq 1 ack 2 --| LAST_ACK
                           20 ms    TIME_WAIT |-- ACK  seq 2 ack 2 --------X              |
                                              :                … 980 ms …                 :
                             1 s              |     no ACK within 1 s: send the FIN again |
                             1 s              |<---------- FIN, ACK  seq 1 ack 2  again --|
                          1.02 s              | 2MSL begins anew                          |
                          1.02 s              |-- ACK  seq 2 ack 2 ---------------------->|
                          1.04 s              |                                           | CLOSED
                                              :                 … 60 s …                  :
                         61.04 s       CLOSED |                                           |
                        """);
    }

    @Test
    void aDelayedCopyArrivesWhereItArrives() {
        assertThat(new TextLadder().render(Stories.delayedDuplicate()))
                .isEqualTo(
                        """
                        A delayed duplicate, and no TIME-WAIT to stop it

                            time       client                                               server
                               0  ESTABLISHED |                                           | ESTABLISHED
                               0              |-- ACK  seq 101 ack 1001  len 100 -------->|
                               0              |-- ACK  seq 201 ack 1001  len 100 -------->|
                               0              |-- PSH, ACK seq 301 ack 1001 len 100 (a) ->|
                           20 ms              |<----------------- ACK  seq 1001 ack 401 --|
                           40 ms              | close()                                   |
                           40 ms   FIN_WAIT_1 |-- FIN, ACK  seq 401 ack 1001 ------------>|
                           60 ms              |<----------------- ACK  seq 1001 ack 402 --| CLOSE_WAIT
                           80 ms   FIN_WAIT_2 |                                           |
                           80 ms              |                                   close() |
                           80 ms              |<------------ FIN, ACK  seq 1001 ack 402 --| LAST_ACK
                          100 ms    TIME_WAIT |-- ACK  seq 402 ack 1002 ----------------->|
                          120 ms              |                                           | LISTEN
                          120 ms              | TIME-WAIT is cut short                    |
                          120 ms       CLOSED |                                           |
                                              :                  … 1 s …                  :
                          1.12 s              | connect()                                 |
                          1.12 s     SYN_SENT |-- SYN  seq 100 -------------------------->|
                          1.14 s              |<------------ SYN, ACK  seq 2000 ack 101 --| SYN_RECEIVED
                          1.16 s  ESTABLISHED |-- ACK  seq 101 ack 2001 ----------------->|
                          1.18 s              |                                           | ESTABLISHED
                          1.18 s              |-- ACK  seq 101 ack 2001  len 100 -------->|
                          1.18 s              |-- ACK  seq 201 ack 2001  len 100 -------->|
                           1.2 s              |-- PSH, ACK --~ (b)                        |
                                              |   seq 301 ack 2001 len 100                |
                         1.205 s              |               (a) ~-- copy of PSH, ACK -->|
                                              |   seq 301 ack 1001 len 100                |
                         1.205 s              |       RCV.NXT = 301: the old connection's |
                                              |                          octets are taken |
                         1.205 s              |           (c) ~-- ACK  seq 2001 ack 401 --|
                          1.22 s              |                       (b) ~-- PSH, ACK -->|
                                              |   seq 301 ack 2001 len 100                |
                          1.22 s              | the real octets 301 to 400 are dropped as |
                                              |                               a duplicate |
                         1.225 s              |<-- ACK  seq 2001 ack 401 --~ (c)          |
                        """);
    }

    @Test
    void aHeldSegmentLeavesAndArrivesSeparately() {
        assertThat(new TextLadder().render(Stories.heldSegment()))
                .isEqualTo(
                        """
                        A held segment meets TIME-WAIT

                            time       client                                               server
                               0  ESTABLISHED |                                           | ESTABLISHED
                               0              |-- PSH, ACK --~ (a)                        |
                                              |   seq 301 ack 1001 len 100                |
                                              :                  … 1 s …                  :
                             1 s              |-- PSH, ACK ------------------------------>|
                                              |   seq 301 ack 1001 len 100 again          |
                          1.02 s              |<----------------- ACK  seq 1001 ack 401 --|
                          1.04 s              | close()                                   |
                          1.04 s   FIN_WAIT_1 |-- FIN, ACK  seq 401 ack 1001 ------------>|
                          1.06 s              |<----------------- ACK  seq 1001 ack 402 --| CLOSE_WAIT
                          1.08 s   FIN_WAIT_2 |                                           |
                          1.08 s              |                                   close() |
                          1.08 s              |<------------ FIN, ACK  seq 1001 ack 402 --| LAST_ACK
                           1.1 s    TIME_WAIT |-- ACK  seq 402 ack 1002 ----------------->|
                          1.12 s              |                                           | LISTEN
                          1.12 s              | connect() from the same port: Address     |
                                              | already in use                            |
                                              :                … 28.88 s …                :
                            30 s              |                       (a) ~-- PSH, ACK -->|
                                              |   seq 301 ack 1001 len 100                |
                            30 s              |                        no such connection |
                            30 s              |<------------------------- RST  seq 1001 --|
                         30.02 s              | 1001 is not RCV.NXT: ignored              |
                        """);
    }

    @Test
    void aResetIsSeenAtBothEnds() {
        assertThat(new TextLadder().render(Stories.reset()))
                .isEqualTo(
                        """
                        Connection reset by peer

                            time       client                                               server
                               0       CLOSED |                                           | LISTEN
                               0              | connect()                                 |
                               0     SYN_SENT |-- SYN  seq 0 ---------------------------->|
                           20 ms              |<----------------- SYN, ACK  seq 0 ack 1 --| SYN_RECEIVED
                           40 ms  ESTABLISHED |-- ACK  seq 1 ack 1 ---------------------->|
                           60 ms              |                                           | ESTABLISHED
                                              :                … 4.94 s …                 :
                             5 s              |          read() failed after 5 s; close() |
                             5 s              |<----------------- FIN, ACK  seq 1 ack 1 --| FIN_WAIT_1
                          5.02 s   CLOSE_WAIT |-- ACK  seq 1 ack 2 ---------------------->|
                          5.04 s              |                                           | FIN_WAIT_2
                                              :                … 1.96 s …                 :
                             7 s              | write("Hello from client") = 17           |
                             7 s              |-- PSH, ACK  seq 1 ack 2  len 17 --------->|
                          7.02 s              |               nobody is left to read this |
                          7.02 s              |<---------------------------- RST  seq 2 --| CLOSED
                          7.04 s       CLOSED |                                           |
                                              :                … 960 ms …                 :
                             8 s              | read(): Connection reset by peer          |
                        """);
    }

    @Test
    void longLabelsTakeASecondRow() {
        assertThat(new TextLadder().render(Stories.everything()))
                .isEqualTo(
                        """
                            time       client                                               server
                               0  ESTABLISHED |                                           | ESTABLISHED
                               0              |-- PSH, ACK --~ (a)                        |
                                              |   seq 4294967286 ack 4294967276 len 1460  |
                            2 ms              |-- PSH, ACK ------------------------------>|
                                              |   seq 1450 ack 4294967276 len 1460        |
                           24 ms              |                             (b) ~-- ACK --|
                                              |           seq 4294967276 ack 4294967286   |
                           24 ms              |                       (a) ~-- PSH, ACK -->|
                                              |   seq 4294967286 ack 4294967276 len 1460  |
                           44 ms              |<-- ACK --~ (b)                            |
                                              |           seq 4294967276 ack 4294967286   |
                           54 ms              |<-- copy of ACK --~ (b)                    |
                                              |           seq 4294967276 ack 4294967286   |
                           64 ms              |<-------------------- ICMP type 3 code 4 --|
                          104 ms              |-- PSH, ACK --~                            |
                                              |  seq 4294967286 ack 4294967276 len 1460 a…|

                        server$ ss -tan
                        State Recv-Q Send-Q Local Address:Port Peer Address:Port State Recv-Q Send-Q Loc
                        al Address:Port Peer Address:Port

                          104 ms              |              X---------------- RST, ACK --|
                                              |           seq 4294967276 ack 4294967286   |
                        """);
    }

    @ParameterizedTest
    @MethodSource("stories")
    void noLineIsLongerThan80Columns(Ladder ladder) {
        assertThat(new TextLadder().render(ladder).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @ParameterizedTest
    @MethodSource("stories")
    void coloursChangeNothingButColours(Ladder ladder) {
        String coloured = new TextLadder().ansi().render(ladder);
        assertThat(coloured).contains("\u001b[");
        assertThat(coloured.replaceAll(ESCAPES, "")).isEqualTo(new TextLadder().render(ladder));
    }

    @ParameterizedTest
    @MethodSource("stories")
    void asciiStaysWithin80ColumnsOfAscii(Ladder ladder) {
        assertThat(new TextLadder().ascii().render(ladder).lines())
                .allSatisfy(
                        line -> {
                            assertThat(line.chars()).allMatch(c -> c < 128);
                            assertThat(line.length()).isLessThanOrEqualTo(80);
                        });
    }

    @Test
    void timesOfRowsNeverGoBack() {
        for (Ladder ladder : Stories.all().values()) {
            List<Long> times =
                    LadderRow.of(ladder).stream()
                            .filter(row -> row.kind() != LadderRow.Kind.PAUSE)
                            .map(LadderRow::timeNs)
                            .toList();
            assertThat(times).isSorted();
        }
    }

    @Test
    void everyStateIsShownOnce() {
        for (Ladder ladder : Stories.all().values()) {
            long told =
                    ladder.events().stream()
                            .filter(each -> each instanceof LadderEvent.StateChange)
                            .count();
            long shown =
                    LadderRow.of(ladder).stream()
                            .flatMap(row -> Stream.of(row.stateOfA(), row.stateOfB()))
                            .filter(state -> !state.isEmpty())
                            .count();
            assertThat(shown).as(ladder.title()).isEqualTo(told);
        }
    }

    /**
     * A state of the receiver beside the time of sending would lengthen or shorten it by a transit.
     */
    @Test
    void aStateStandsAtTheTimeAtWhichItWasEntered() {
        for (Ladder ladder : Stories.all().values()) {
            List<String> told =
                    ladder.events().stream()
                            .filter(each -> each instanceof LadderEvent.StateChange)
                            .map(each -> (LadderEvent.StateChange) each)
                            .map(each -> each.timeNs() + " " + each.end() + " " + each.state())
                            .toList();
            List<String> shown = new ArrayList<>();
            for (LadderRow row : LadderRow.of(ladder)) {
                if (!row.stateOfA().isEmpty()) {
                    shown.add(row.timeNs() + " A " + row.stateOfA());
                }
                if (!row.stateOfB().isEmpty()) {
                    shown.add(row.timeNs() + " B " + row.stateOfB());
                }
            }
            assertThat(shown).as(ladder.title()).containsExactlyInAnyOrderElementsOf(told);
        }
    }

    @Test
    void longNamesAndNotesAreFittedIn() {
        Ladder ladder =
                new Ladder("client [fd00::1]:40000", "the kernel's end 10.200.200.200:12345 of it");
        ladder.note(0, End.B, "x".repeat(100) + " and more words than fit into one row of it");
        ladder.note(0, "between " + "both ends ".repeat(12));
        ladder.state(0, End.A, "A_STATE_OF_A_VERY_LONG_NAME");
        String text = new TextLadder().render(ladder);
        assertThat(text.lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(text).contains("client [fd00::1]:40000").contains("A_STATE_OF_…");
    }

    @Test
    void anEmptyLadderHasHeadsOnly() {
        assertThat(new TextLadder().render(new Ladder("a", "b")).lines()).hasSize(1);
    }
}
