package io.finwait.sim.script;

import static io.finwait.sim.script.Openings.ACCEPT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.script.ScriptResult.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Map;

/** What the runner accepts, what it rejects, and what it says then. */
class ScriptRunTest {

    private static final String CONNECT =
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
            +0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
            +0 > S 0:0(0) <...>
            """;

    private static ScriptResult open(String text) {
        return PacketScript.of(ACCEPT + text).run();
    }

    private static void passes(String text) {
        PacketScript.of(text).run(ScriptOptions.DEFAULT.withStrictEnd(true)).orThrow();
    }

    private static void fails(ScriptResult result, String reason) {
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void aCloseIsFollowedToTheEndOfTimeWait() {
        ScriptResult result =
                open(
                        """
                        +.1 close(4) = 0
                        +0 > F. 1:1(0) ack 1
                        +.1 < F. 1:1(0) ack 2 win 65535
                        +0 > . 2:2(0) ack 2
                        +240 = CLOSED
                        """);
        assertThat(result.passed()).as(result.report()).isTrue();
        assertThat(result.virtualNs()).isEqualTo(240_200_000_000L);
        assertThat(result.reason()).isEmpty();
    }

    @Test
    void aScriptRunsTheSameTwice() {
        PacketScript script = PacketScript.of(ACCEPT + "+.1 close(4) = 0\n+0 > F. 1:1(0) ack 7");
        assertThat(script.run()).isEqualTo(script.run());
    }

    @Test
    void aFailureShowsThePlaceAndEveryField() {
        ScriptResult result = open("+.1 close(4) = 0\n+.5 > FR. 1:1(0) ack 2 win 7\n+0 = CLOSED\n");
        assertThat(result.line()).isEqualTo(9);
        assertThat(result.report().replace(System.lineSeparator(), "\n"))
                .isEqualTo(
                        """
                        script:9: control bits: expected FR., came F.; acknowledgment number: expected 2, \
                        came 1; window: expected 7, came 65535; time: expected 0.6, came 0.1

                               6 | +0 < . 1:1(0) ack 1 win 65535
                               7 | +0 accept(3, ..., ...) = 4
                               8 | +.1 close(4) = 0
                        -->    9 | +.5 > FR. 1:1(0) ack 2 win 7
                              10 | +0 = CLOSED

                          expected > FR. 1:1(0) ack 2 win 7
                              came > F. 1:1(0) ack 1 win 65535
                          control bits           expected FR.  came F.
                          acknowledgment number  expected 2    came 1
                          window                 expected 7    came 65535
                          time                   expected 0.6  came 0.1

                        Packets so far, in the numbers of the script:
                          0         < S 0:0(0) win 65535 <mss 1460>
                          0         > S. 0:0(0) ack 1 win 65535 <mss 1460>
                          0         < . 1:1(0) ack 1 win 65535
                        """);
        assertThatThrownBy(result::orThrow)
                .isInstanceOf(AssertionError.class)
                .hasMessage(result.report());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+0 > . 1:1(0) ack 1           | control bits: expected ., came F.",
                "+0 > F. 2:2(0) ack 1          | sequence number: expected 2, came 1",
                "+0 > F. 1:1(0) ack 2          | acknowledgment number: expected 2, came 1",
                "+0 > F. 1:2(1) ack 1          | octets of text: expected 1, came 0",
                "+0 > F. 1:1(0) ack 1 win 1    | window: expected 1, came 65535",
                "+0 > F. 1:1(0) ack 1 <mss 1>  | options: expected <mss 1>, came none",
                "+0 > [tos 0x4] F. 1:1(0) ack 1 | type of service: expected 4, came 0",
                "+0 > [ect01] F. 1:1(0) ack 1  | ECN: expected ect0 or ect1, came noecn",
                "+0 > [ce] F. 1:1(0) ack 1     | ECN bits: expected 3, came 0",
                "+0 > (ttl 1) F. 1:1(0) ack 1  | time to live: expected 1, came 64",
                "+0 > 1>2 F. 1:1(0) ack 1      | source port: expected 1, came 8080;"
                        + " destination port: expected 2, came 40000",
                "+.002 > F. 1:1(0) ack 1       | time: expected 0.002, came 0",
                "+1~+2 > F. 1:1(0) ack 1       | time: expected 1 to 2, came 0",
                "+0 = FIN-WAIT-2               | state: expected FIN-WAIT-2, came FIN-WAIT-1",
                "+1 silence | expected silence, but at 0 s came > F. 1:1(0) ack 1 win 65535",
            })
    void everyDifferenceIsNamed(String event, String reason) {
        fails(open("+0 close(4) = 0\n" + event), reason);
    }

    @Test
    void aMissingSegmentIsNamedWithTheTimeItWasWaitedFor() {
        fails(
                open("+1 > . 1:1(0) ack 1"),
                "nothing was sent; expected at 1 s, waited until 3.001 s");
        fails(open("* > . 1:1(0) ack 1"), "nothing was sent, not until 86400 s");
    }

    @Test
    void timesMayBeRangesOrLeftOpen() {
        passes(
                ACCEPT
                        + """
                        +0 shutdown(4, SHUT_WR) = 0
                        +0 > F. 1:1(0) ack 1
                        +.5~+1.5 > F. 1:1(0) ack 1
                        * > F. 1:1(0) ack 1
                        7 > F. 1:1(0) ack 1
                        +0 < R 1:1(0) win 0
                        """);
    }

    @Test
    void anEventThatIsOverdueFails() {
        fails(
                open("+0 close(4) = 0\n* > F. 1:1(0) ack 1\n* > F. 1:1(0) ack 1\n.5 = FIN-WAIT-1"),
                "this event was due at 0.5 s, but it is already 1 s");
    }

    @Test
    void aStrictEndWantsSilence() {
        PacketScript script = PacketScript.of(ACCEPT + "+0 close(4) = 0");
        assertThat(script.run().passed()).isTrue();
        fails(
                script.run(ScriptOptions.DEFAULT.withStrictEnd(true)),
                "expected silence, but at 0 s came > F. 1:1(0) ack 1 win 65535");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "close(4) = -1                 | result: expected -1, came 0",
                "write(4, ..., 10) = 9         | result: expected 9, came 10",
                "read(4, ..., 10) = 0          | read has not returned by 86400 s",
                "accept(4, ..., ...) = 5       | result: expected 5, came -1 EINVAL",
                "close(7) = 0                  | there is no open socket 7",
                "getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0"
                        + " | SO_ERROR: expected ECONNRESET, came 0",
                "ioctl(4, SIOCINQ, [3]) = 0    | SIOCINQ: expected 3, came 0",
            })
    void resultsOfCallsAreCompared(String call, String reason) {
        fails(open("+0 " + call), reason);
    }

    @Test
    void errorsAreCompared() {
        String reset = "+0 < R 1:1(0) win 0\n";
        assertThat(open(reset + "+0 read(4, ..., 1) = -1 ECONNRESET (reset)").passed()).isTrue();
        fails(
                open(reset + "+0 read(4, ..., 1) = -1 EPIPE"),
                "result: expected -1 EPIPE, came -1 ECONNRESET");
        String nonBlocking = "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n";
        assertThat(open(nonBlocking + "+0 read(4, ..., 1) = -1 EWOULDBLOCK").passed()).isTrue();
        assertThat(open(nonBlocking + "+0 read(4, ..., 1) = -1 EAGAIN").passed()).isTrue();
    }

    @Test
    void blockingCallsReturnAtTheirTime() {
        passes(
                """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +.1...0.3 connect(3, ..., ...) = 0
                +0 > S 0:0(0) <...>
                +.2 < S. 0:0(0) ack 1 win 65535 <mss 1460>
                +0 > . 1:1(0) ack 1
                +0...0.5 read(3, ..., 100) = 10
                +.5 < P. 1:11(10) ack 1 win 65535
                +.04 > . 1:1(0) ack 11
                """);
    }

    @Test
    void aBlockingCallThatReturnsAtAnotherTimeFails() {
        ScriptResult late =
                open("+0...0.5 read(4, ..., 100) = 10\n+.7 < P. 1:11(10) ack 1 win 9\n");
        fails(late, "read returned at 0.7 s; expected at 0.5 s");
        assertThat(late.line()).isEqualTo(8);
        fails(
                open("+0...0.5 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1"),
                "write returned at once, at 0 s; expected at 0.5 s");
        fails(open("+0...0.5 read(4, ..., 100) = 10"), "read has not returned by 2.5 s");
    }

    @Test
    void numbersAreRelativeToTheInitialOnes() {
        passes(
                CONNECT
                        + """
                        +.1 < S. 77:77(0) ack 1 win 65535 <mss 1460>
                        +0 > . 1:1(0) ack 1
                        +0 write(3, ..., 10) = 10
                        +0 > P. 1:11(10) ack 1
                        +0 < P. 1:11(10) ack 11 win 65535
                        +0 read(3, ..., 10) = 10
                        +.04 > . 11:11(0) ack 11
                        """);
    }

    @Test
    void timestampsAreEchoedThroughTheScriptsNumbers() {
        passes(
                CONNECT.replace(
                                "<...>",
                                "<mss 1460,nop,nop,sackOK,nop,nop,TS val 100 ecr 0,nop,wscale 10>")
                        + """
                        +.1 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,TS val 7 ecr 100>
                        +0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 7>
                        +0 < F. 1:1(0) ack 1 win 65535 <nop,nop,TS val 8 ecr 200>
                        +0 > . 1:1(0) ack 2 <nop,nop,TS val 201 ecr 8>
                        """);
    }

    @Test
    void anEchoOfWhatWasNeverSentIsAMistakeOfTheScript() {
        fails(
                PacketScript.of(CONNECT + "+0 < S. 0:0(0) ack 1 win 9 <nop,nop,TS val 7 ecr 5>")
                        .run(),
                "no segment sent so far had the timestamp 5 that this one echoes; write 'ecr 5!' to"
                        + " send it as it is");
    }

    @Test
    void timestampValuesAreComparedOnDemand() {
        String text =
                CONNECT.replace(
                                "<...>",
                                "<mss 1460,nop,nop,sackOK,nop,nop,TS val 100 ecr 0,nop,wscale 10>")
                        + "+1 > S 0:0(0) <mss 1460,nop,nop,sackOK,nop,nop,TS val 500 ecr"
                        + " 0,nop,wscale 10>";
        assertThat(PacketScript.of(text).run().passed()).isTrue();
        fails(
                PacketScript.of("--tcp_ts_tick_usecs=1000\n" + text).run(),
                "timestamp: expected 500, came 1100");
    }

    @Test
    void theSameScriptRunsOverIpv6() {
        String text = ACCEPT + "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1";
        PacketScript.of("--ip_version=ipv6\n" + text).run().orThrow();
        PacketScript.of(text).run(ScriptOptions.DEFAULT.withIpVersion(6)).orThrow();
    }

    @Test
    void aLongSegmentMayComeInPieces() {
        String text = ACCEPT + "+0 write(4, ..., 2920) = 2920\n+0 > P. 1:2921(2920) ack 1";
        passes(text);
        fails(
                PacketScript.of("--strict_segments\n" + text).run(),
                "control bits: expected P., came .; octets of text: expected 2920, came 1460");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "pipe([4, 5]) = 0                              | system call pipe",
                "sendto(3, ..., 1, MSG_FASTOPEN, ..., ...) = 1 | TCP fast open",
                "recv(3, ..., 1, MSG_OOB) = 1                 | flag MSG_OOB",
                "< S 0:0(0) win 1 <mss 1460,FO>               | TCP fast open",
                "> S 0:0(0) <mss 1460>/udp(9811 > 1)          | TCP over UDP",
                "< S 0:0(0) win 1 <md5 abc>                   | TCP MD5 signatures",
                "> . 1:1(0) ack 1 <...>                       | accurate ECN",
                "setsockopt(3, SOL_TCP, TCP_ULP, [1], 4) = 0  | socket option TCP_ULP",
                "socket(..., SOCK_DGRAM, 0) = 4               | a socket that is not SOCK_STREAM",
                "`rm -rf /`                                   | command `rm -rf /`",
                "%{ import os }%                              | code 'import os'",
                "%{ assert TCP_NEWS == 5 }%                   | 'TCP_NEWS' in code",
            })
    void whatIsNotSpokenIsSkippedWithTheReason(String event, String reason) {
        String text = "0 socket(..., SOCK_STREAM, 0) = 3\n+0 " + event;
        ScriptResult result =
                PacketScript.of(text.replace("> . 1:1(0) ack 1 <", "> .5 1:1(0) ack 1 <")).run();
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo(reason);
        assertThat(result.line()).isEqualTo(2);
        assertThatThrownBy(result::orThrow)
                .hasMessageStartingWith("script:2 was skipped: " + reason)
                .hasMessageContaining("-->    2 | +0 ")
                .hasMessageContaining("Write the script without it, or leave the script out.");
    }

    @Test
    void anOptionThatIsNotKnownSkipsTheScript() {
        ScriptResult result = PacketScript.of("--udp_encapsulation=tcp\n" + ACCEPT).run();
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo("option --udp_encapsulation");
    }

    @Test
    void anMtuThatNoLinkHasSkipsTheScript() {
        ScriptResult result = PacketScript.of("--mtu=72\n" + ACCEPT).run();
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo("an MTU of 72; links carry 576 to 65535 octets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--mtu=many", "--ip_version=5", "--local_ip=here"})
    void theValueOfAnOptionIsChecked(String option) {
        assertThatThrownBy(() -> PacketScript.of(option + "\n" + ACCEPT).run())
                .isInstanceOf(ScriptSyntaxException.class)
                .hasMessageContaining("script:1:1: expected ");
    }

    @Test
    void aScriptWhoseBlocksAreAllExcludedIsSkipped() {
        PacketScript script = PacketScript.of(ACCEPT + "#ifdef FreeBSD\n+0 close(4) = 0\n#endif\n");
        assertThat(script.run().reason())
                .isEqualTo("every #ifdef block is excluded: the script checks nothing");
    }

    @Test
    void commandsOfSuitesAreUnderstood() {
        passes(
                "`../common/defaults.sh\n sysctl -q net.ipv4.tcp_sack=1`\n"
                        + ACCEPT
                        + """
                        +0 `sysctl -w net.inet.tcp.blackhole=0`
                        +0 `sockstat -4 -P tcp -s -p 8080 | grep -c SYN_RCVD | grep 0`
                        +0 %{ assert tcpi_state == TCP_ESTABLISHED, tcpi_state }%
                        +0 shutdown(4, SHUT_WR) = 0
                        +0 > F. 1:1(0) ack 1
                        +0 %{ assert tcpi_state == TCPI_FIN_WAIT1 }%
                        +0 < F. 1:1(0) ack 2 win 65535
                        +0 > . 2:2(0) ack 2
                        +0 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1`
                        +0 `tcpdrop -s TIME_WAIT`
                        +0 `sockstat -4 -P tcp -s | grep packetdril | grep -c CLOSED | grep 1`
                        """);
    }

    @Test
    void commandsThatWouldFailFail() {
        fails(
                open("+0 `sockstat -4 -P tcp -s | grep x | grep -c TIME_WAIT | grep 1`"),
                "expected 1 connections in TIME-WAIT, there are 0; the one under test is in"
                        + " ESTABLISHED");
        fails(
                open("+0 %{ assert tcpi_state == TCP_CLOSE_WAIT }%"),
                "'assert tcpi_state == TCP_CLOSE_WAIT' does not hold: tcpi_state is ESTABLISHED");
    }

    @Test
    void textIsAPatternSoThatOctetsInTheWrongPlaceAreNoticed() {
        ScriptOptions spoiled = ScriptOptions.DEFAULT.withTransport(SwappingTransport::new);
        fails(
                PacketScript.of(ACCEPT + "+0 write(4, ..., 8) = 8\n+0 > P. 1:9(8) ack 1")
                        .run(spoiled),
                "octet 1 of the text: expected 1, came 3");
        ScriptOptions spoiledAtItsEnd =
                ScriptOptions.DEFAULT.withTransport(below -> new SwappingTransport(below, 4));
        fails(
                PacketScript.of(ACCEPT + "+0 write(4, ..., 8) = 8\n+0 > P. 1:9(8) ack 1")
                        .run(spoiledAtItsEnd),
                "octet 5 of the text: expected 5, came 7");
    }

    @Test
    void theConfigurationCanBeChanged() {
        String text =
                ACCEPT + "+0 shutdown(4, SHUT_WR) = 0\n+0 > F. 1:1(0) ack 1\n+3 > F. 1:1(0) ack 1";
        ScriptOptions slow =
                ScriptOptions.DEFAULT.withConfig(
                        c ->
                                c.retransmissionTimeouts(
                                        Duration.ofSeconds(3),
                                        Duration.ofSeconds(3),
                                        Duration.ofSeconds(60)));
        PacketScript.of(text).run(slow).orThrow();
        assertThat(PacketScript.of(text).run().passed()).isFalse();
        assertThat(PacketScript.of("x", text, Map.of()).name()).isEqualTo("x");
    }

    @Test
    void theToleranceOfTheOptionsIsForScriptsThatNameNone() {
        String text = ACCEPT + "+0 close(4) = 0\n+.05 > F. 1:1(0) ack 1";
        ScriptOptions tolerant = ScriptOptions.DEFAULT.withToleranceNs(100_000_000);
        PacketScript.of(text).run(tolerant).orThrow();
        fails(PacketScript.of(text).run(), "time: expected 0.05, came 0");
        fails(
                PacketScript.of("--tolerance_usecs=1000\n" + text).run(tolerant),
                "time: expected 0.05, came 0");
    }

    @Test
    void wrongOptionsAreRefused() {
        assertThatThrownBy(() -> ScriptOptions.DEFAULT.withIpVersion(5))
                .hasMessage("IP version 5; choose 4 or 6");
    }
}
