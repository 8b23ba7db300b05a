package io.finwait.sim.script;

import static io.finwait.sim.script.Openings.ACCEPT;
import static io.finwait.sim.script.Openings.LISTEN;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts that were written for a system find of it: buffers, window scales, echoes. */
class ScriptSystemsTest {

    /** Both have timestamps; ours begin with 100 in the script. */
    private static final String STAMPED =
            LISTEN
                    + """
                    +0 < S 0:0(0) win 65535 <mss 1460,nop,nop,TS val 500 ecr 0>
                    +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 100 ecr 500>
                    """;

    private static ScriptResult run(Profile profile, String text) {
        return PacketScript.of(text).run(ScriptOptions.DEFAULT.withProfile(profile));
    }

    @ParameterizedTest
    @CsvSource({"65535, 0", "65536, 1", "262140, 2", "262144, 3", "2097152, 6", "4000000000, 14"})
    void freeBsdOffersTheScaleThatItsLargestBufferNeeds(long most, int scale) {
        run(
                        Profile.FREEBSD,
                        """
                        0 `sysctl kern.ipc.maxsockbuf=%d`
                        %s
                        +0 < S 0:0(0) win 65535 <mss 1460,nop,wscale 1>
                        +0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale %d>
                        """
                                .formatted(most, LISTEN, scale))
                .orThrow();
    }

    @ParameterizedTest
    @CsvSource({"65536, 65700", "14600, 14600", "14601, 16060", "1, 1460"})
    void freeBsdRoundsTheBufferOfAConnectionUpToItsSegments(int space, int rounded) {
        run(
                        Profile.FREEBSD,
                        """
                        0 `sysctl net.inet.tcp.recvspace=%d`
                        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
                        +0 getsockopt(5, SOL_SOCKET, SO_RCVBUF, [%d], [4]) = 0
                        %s
                        +0 < S 0:0(0) win 65535 <mss 1460>
                        +0 > S. 0:0(0) ack 1 <mss 1460>
                        +0 < . 1:1(0) ack 1 win 65535
                        +0 accept(3, ..., ...) = 4
                        +0 getsockopt(4, SOL_SOCKET, SO_RCVBUF, [%d], [4]) = 0
                        """
                                .formatted(space, space, LISTEN, rounded))
                .orThrow();
    }

    @ParameterizedTest
    @CsvSource({"LINUX, 4000", "RFC, 2000"})
    void linuxTellsTwiceTheBufferThatWasSet(Profile profile, int told) {
        run(
                        profile,
                        ACCEPT
                                + """
                                +0 setsockopt(4, SOL_SOCKET, SO_SNDBUF, [2000], 4) = 0
                                +0 getsockopt(4, SOL_SOCKET, SO_SNDBUF, [%1$d], [4]) = 0
                                +0 setsockopt(4, SOL_SOCKET, SO_RCVBUF, [2000], 4) = 0
                                +0 getsockopt(4, SOL_SOCKET, SO_RCVBUF, [%1$d], [4]) = 0
                                """
                                        .formatted(told))
                .orThrow();
    }

    @Test
    void aBufferThatWasNotSetHasNoSizeToTell() {
        ScriptResult result =
                run(
                        Profile.LINUX,
                        ACCEPT + "+0 getsockopt(4, SOL_SOCKET, SO_RCVBUF, [1], [4]) = 0");
        assertThat(result.outcome()).isEqualTo(ScriptResult.Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo("reading SO_RCVBUF before it was set");
    }

    @Test
    void aListenerIsNotConnected() {
        run(
                        Profile.RFC,
                        LISTEN
                                + """
                                +0 read(3, ..., 10) = -1 ENOTCONN (not connected)
                                +0 read(3, NULL, 10) = -1 EFAULT (bad address)
                                """)
                .orThrow();
    }

    @Test
    void whatWasNotExpectedSoFarStandsInTheReport() {
        ScriptResult result =
                run(
                        Profile.RFC,
                        ACCEPT
                                + """
                                +0 close(4) = 0
                                +0 close(3) = 0
                                +0 = ESTABLISHED
                                """);
        assertThat(result.reason()).isEqualTo("state: expected ESTABLISHED, came FIN-WAIT-1");
        assertThat(result.report()).contains("> F. 1:1(0) ack 1").contains("(not expected so far)");
    }

    @Test
    void whoPassesIsGivenBack() {
        ScriptResult result = run(Profile.RFC, ACCEPT);
        assertThat(result.orThrow()).isSameAs(result);
    }

    @Test
    void aStateIsThatAfterAllThatHappensAtItsTime() {
        run(
                        Profile.RFC,
                        ACCEPT
                                + """
                                +0 < F. 1:1(0) ack 1 win 65535
                                +0 = CLOSE_WAIT
                                +0 > . 1:1(0) ack 2
                                +0 shutdown(4, SHUT_WR) = 0
                                +0 = LAST_ACK
                                """)
                .orThrow();
    }

    /** The peer echoes what the script has for our first timestamp, and any distance from it. */
    @Test
    void timestampsOfTheScriptAreEchoedAsOurs() {
        run(
                        Profile.RFC,
                        STAMPED
                                + """
                                +0 < . 1:1(0) ack 1 win 65535 <nop,nop,TS val 500 ecr 100>
                                +0 accept(3, ..., ...) = 4
                                +.25 < P. 1:11(10) ack 1 win 65535 <nop,nop,TS val 750 ecr 100>
                                +.04 > . 1:1(0) ack 11 <nop,nop,TS val 390 ecr 750>
                                +0 write(4, ..., 5) = 5
                                +0 > P. 1:6(5) ack 11 <nop,nop,TS val 390 ecr 750>
                                +0 < . 11:11(0) ack 6 win 65535 <nop,nop,TS val 800 ecr 390>
                                """)
                .orThrow();
        ScriptResult wrong =
                run(
                        Profile.RFC,
                        STAMPED
                                + """
                                +0 < . 1:1(0) ack 1 win 65535 <nop,nop,TS val 500 ecr 101>
                                """);
        assertThat(wrong.reason())
                .startsWith("no segment sent so far had the timestamp 101 that this one echoes");
    }
}
