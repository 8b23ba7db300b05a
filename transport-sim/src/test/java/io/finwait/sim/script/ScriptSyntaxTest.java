package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Map;
import java.util.stream.Stream;

/** Mistakes in scripts: each says where it is, what was expected and what is there. */
class ScriptSyntaxTest {

    @Test
    void anErrorShowsTheLineAndTheColumn() {
        assertThatThrownBy(
                        () ->
                                PacketScript.of(
                                        "close.pkt",
                                        "0 socket(...) = 3\n\t+0 close(3 = 0\n",
                                        Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "close.pkt:2:16: expected ',' or ')' in the arguments of close,"
                                + " found the end of the script\n"
                                + "    \t+0 close(3 = 0\n"
                                + "    \t              ^");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                // Times.
                mistake(
                        "",
                        1,
                        1,
                        "expected an event such as '+0 close(3) = 0', found the end of the script"),
                mistake(
                        "close(3) = 0",
                        1,
                        1,
                        "expected the time of an event, such as '+0', '1.5' or '*', found 'close'"),
                mistake("1 close(3) = 0", 1, 1, "the first event must be at time 0"),
                mistake("* > S 0:0(0)", 1, 1, "the first event must be at time 0"),
                mistake("+ close(3) = 0", 1, 3, "expected a time in seconds, found 'close'"),
                mistake("+-1 close(3) = 0", 1, 2, "a time can't be negative"),
                mistake(
                        "+.0000000001 close(3) = 0",
                        1,
                        2,
                        "expected a time of whole nanoseconds below 292 years"),
                mistake(
                        "0 a() = 0\n* a() = 0",
                        2,
                        1,
                        "'*' and ranges are for expected packets only: expected one time"),
                mistake(
                        "0 a() = 0\n+1~+2 < S 0:0(0) win 1",
                        2,
                        1,
                        "'*' and ranges are for expected packets only: expected one time"),
                mistake("0 a() = 0\n+2~+1 > S 0:0(0)", 2, 1, "this range ends before it begins"),
                mistake(
                        "0 a() = 0\n+1~2 > S 0:0(0)",
                        2,
                        1,
                        "both ends of a range must be written with '+', or both without"),
                mistake(
                        "0 a() = 0\n2 a() = 0\n1 a() = 0",
                        3,
                        1,
                        "this time is before that of an earlier event"),
                mistake(
                        "0 a() = 0\n`b`\n+0 a() = 0",
                        3,
                        1,
                        "expected the end of the script behind its last command, found '+'"),
                // Actions.
                mistake(
                        "+0 ! 1",
                        1,
                        4,
                        "expected a packet ('<' or '>'), a call, a command, a state or 'silence',"
                                + " found '!'"),
                mistake(
                        "+0 = FIN-WAIT",
                        1,
                        6,
                        "expected a state (CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED,"
                            + " FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT),"
                            + " found 'FIN-WAIT'"),
                mistake(
                        "+0 =",
                        1,
                        5,
                        "expected a state (CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED,"
                            + " FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT),"
                            + " found the end of the script"),
                // Segments.
                mistake(
                        "+0 > 0:0(0)",
                        1,
                        6,
                        "expected the control bits of a segment: S F R P U E W A, '.' or '-', found"
                                + " '0'"),
                mistake(
                        "+0 > FX. 0:0(0)",
                        1,
                        6,
                        "expected the control bits S F R P U E W A, found 'FX'"),
                mistake("+0 > S 0(0)", 1, 9, "expected ':' behind the sequence number, found '('"),
                mistake("+0 > S x:0(0)", 1, 8, "expected a sequence number, found 'x'"),
                mistake(
                        "+0 > S 4294967296:0(0)",
                        1,
                        8,
                        "expected a sequence number from 0 to 4294967295, found 4294967296"),
                mistake(
                        "+0 > S -1:0(0)",
                        1,
                        8,
                        "expected a sequence number from 0 to 4294967295, found -1"),
                mistake("+0 > S 1234567890123456789:0(0)", 1, 8, "a sequence number is too large"),
                mistake("+0 > . 1:9(7) ack 1", 1, 8, "1 and 7 octets end at 8, not at 9"),
                mistake(
                        "+0 > . 1:8 ack 1",
                        1,
                        12,
                        "expected '(' and the octets of text, found 'ack'"),
                mistake(
                        "+0 > . 1:8(7 ack 1",
                        1,
                        14,
                        "expected ')' behind the octets of text, found 'ack'"),
                mistake(
                        "+0 > . 1:1(0) ack",
                        1,
                        18,
                        "expected an acknowledgment number, found the end of the script"),
                mistake(
                        "+0 < . 1:1(0) ack 1",
                        1,
                        20,
                        "expected 'win' and the window of an injected segment, found the end of the"
                                + " script"),
                mistake(
                        "+0 < . 1:1(0) ack 1 win 65536",
                        1,
                        25,
                        "expected a window from 0 to 65535, found 65536"),
                mistake(
                        "+0 < . ...(0) win 1",
                        1,
                        8,
                        "expected sequence numbers ('...' is for expected segments only), found"
                                + " '...'"),
                mistake(
                        "+0 < 99999 > 80 S 0:0(0) win 1",
                        1,
                        6,
                        "expected a source port from 0 to 65535, found 99999"),
                mistake(
                        "+0 < udp (10)",
                        1,
                        6,
                        "expected a TCP segment or an ICMP message, found 'udp'"),
                mistake(
                        "+0 < [ect01] S 0:0(0) win 1",
                        1,
                        7,
                        "'ect01' stands for either of two: expected ect0 or ect1"),
                mistake(
                        "+0 > [ect7] S 0:0(0)",
                        1,
                        7,
                        "expected noecn, ect0, ect1, ect01, ce, tos, class, ttl, hlim or flowlabel,"
                                + " found 'ect7'"),
                mistake(
                        "+0 > [ect0 S 0:0(0)",
                        1,
                        12,
                        "expected ']' behind the IP information, found 'S'"),
                mistake(
                        "+0 > [tos 8] S 0:0(0)",
                        1,
                        11,
                        "expected the type of service in hexadecimal, found '8'"),
                mistake(
                        "+0 > [tos 0x100] S 0:0(0)",
                        1,
                        11,
                        "the type of service is larger than 0xff"),
                mistake("+0 < icmp 3", 1, 11, "expected the type of the ICMP message, found '3'"),
                mistake(
                        "+0 < icmp unreachable [1:1(0)",
                        1,
                        30,
                        "expected ']' behind the quoted sequence numbers, found the end of the"
                                + " script"),
                // Options of segments.
                mistake("+0 > S 0:0(0) <mss>", 1, 19, "expected a maximum segment size, found '>'"),
                mistake(
                        "+0 > S 0:0(0) <mss 1460",
                        1,
                        24,
                        "expected ',' or '>' in the TCP options, found the end of the script"),
                mistake(
                        "+0 > S 0:0(0) <foo>",
                        1,
                        16,
                        "expected a TCP option (nop, eol, mss, wscale, sackOK, sack, TS, FO, FOEXP,"
                                + " md5, ECN), found 'foo'"),
                mistake("+0 > S 0:0(0) <>", 1, 16, "expected a TCP option, found '>'"),
                mistake("+0 > S 0:0(0) <TS 1>", 1, 19, "expected 'val' behind TS, found '1'"),
                mistake(
                        "+0 > S 0:0(0) <TS val 1>",
                        1,
                        24,
                        "expected 'ecr' behind the timestamp, found '>'"),
                mistake(
                        "+0 < S 0:0(0) win 1 <TS val ... ecr 0>",
                        1,
                        29,
                        "expected the timestamp of an injected segment, found '...'"),
                mistake(
                        "+0 < S 0:0(0) win 1 <...>",
                        1,
                        22,
                        "expected TCP options ('<...>' is for expected segments only), found"
                                + " '...'"),
                mistake(
                        "+0 > . 1:1(0) ack 1 <sack 5>",
                        1,
                        28,
                        "expected ':' between the edges of a SACK block, found '>'"),
                mistake(
                        "+0 > S 0:0(0) <FO 12",
                        1,
                        21,
                        "expected ',' or '>' in the TCP options, found the end of the script"),
                // Calls.
                mistake("+0 close 3", 1, 10, "expected '(' behind 'close', found '3'"),
                mistake(
                        "+0 close(3)",
                        1,
                        12,
                        "expected '=' and the result of close, found the end of the script"),
                mistake(
                        "+0 close(3) = \"x\"",
                        1,
                        15,
                        "expected the result of close: a number, found the string \"x\""),
                mistake("+0 close(3) = 0 (a note", 1, 17, "this note has no end: expected ')'"),
                mistake("+0 close(,) = 0", 1, 10, "expected an expression, found ','"),
                mistake("+0 a([1) = 0", 1, 8, "expected ',' or ']' in an array, found ')'"),
                mistake("+0 a({x=1) = 0", 1, 10, "expected ',' or '}' in a structure, found ')'"),
                mistake(
                        "+0 a(99999999999999999999) = 0",
                        1,
                        6,
                        "this number does not fit in 64 bits"),
                mistake("+0 ...x a() = 0", 1, 7, "expected a time in seconds, found 'x'"),
                mistake(
                        "+0 ...1 < S 0:0(0) win 1",
                        1,
                        9,
                        "expected the name of a system call, found '<'"),
                // What the lexer finds.
                mistake("+0 a(\"x) = 0", 1, 6, "this string has no end: expected '\"'"),
                mistake("+0 `x", 1, 4, "this command has no end: expected '`'"),
                mistake("+0 %{ x", 1, 4, "this code has no end: expected '}%'"),
                mistake("/* x", 1, 1, "this comment has no end: expected '*/'"),
                mistake("#ifdef A\n+0 a() = 0", 1, 1, "this #ifdef has no #endif"),
                mistake("#ifdef\n#endif", 1, 7, "expected a name after #ifdef"),
                mistake("#endif", 1, 1, "this #endif has no #ifdef"),
                mistake("#else", 1, 1, "expected #ifdef or #endif"));
    }

    private static Arguments mistake(String text, int line, int column, String problem) {
        return Arguments.of(text, line, column, problem);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamed(String text, int line, int column, String problem) {
        ScriptSyntaxException error =
                catchThrowableOfType(ScriptSyntaxException.class, () -> PacketScript.of(text));
        assertThat(error).as("an error in: %s", text).isNotNull();
        assertThat(error.problem()).isEqualTo(problem);
        assertThat(error.line()).isEqualTo(line);
        assertThat(error.column()).isEqualTo(column);
    }

    @Test
    void blocksDoNotNest() {
        assertThatThrownBy(
                        () ->
                                PacketScript.of(
                                        "x",
                                        "#ifdef A\n#ifdef B\n#endif\n#endif",
                                        Map.of("A", "1")))
                .hasMessageStartingWith("x:2:1: an #ifdef inside an #ifdef: expected #endif first");
    }
}
