package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.script.ScriptResult.Outcome;

import org.junit.jupiter.api.Test;

/** The socket calls of scripts, and which packets belong to the socket under test. */
class ScriptSocketsTest {

    private static final String LISTEN =
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            """;

    private static final String HANDSHAKE =
            """
            +0 < S 0:0(0) win 65535 <mss 1460>
            +0 > S. 0:0(0) ack 1 <mss 1460>
            +0 < . 1:1(0) ack 1 win 65535
            +0 accept(3, ..., ...) = 4
            """;

    private static ScriptResult run(String text) {
        return PacketScript.of(LISTEN + text).run(ScriptOptions.DEFAULT.withStrictEnd(true));
    }

    private static void passes(String text) {
        run(HANDSHAKE + text).orThrow();
    }

    private static void fails(String text, String reason) {
        ScriptResult result = run(HANDSHAKE + text);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason()).contains(reason);
    }

    @Test
    void peekingLeavesTheOctetsUnreadAndTheWindowAsItIs() {
        passes(
                """
                +0 < P. 1:101(100) ack 1 win 65535
                +0 recv(4, ..., 60, MSG_PEEK) = 60
                +0 recv(4, ..., 1000, MSG_PEEK) = 100
                +0 ioctl(4, SIOCINQ, [100]) = 0
                +.04 > . 1:1(0) ack 101 win 65435
                +0 read(4, ..., 1000) = 100
                +0 recv(4, ..., 1000, MSG_PEEK|MSG_DONTWAIT) = -1 EAGAIN
                +0 < F. 101:101(0) ack 1 win 65535
                +0 > . 1:1(0) ack 102
                +0 recv(4, ..., 1000, MSG_PEEK) = 0
                """);
        fails(
                """
                +0 < P. 1:101(100) ack 1 win 65535
                +0 recv(4, ..., 1000, MSG_PEEK) = 99
                """,
                "expected 99, came 100");
    }

    @Test
    void peekingWaitsForOctets() {
        passes(
                """
                +0...0.1 recv(4, ..., 1000, MSG_PEEK) = 10
                +.1 < P. 1:11(10) ack 1 win 65535
                +.04 > . 1:1(0) ack 11
                """);
    }

    @Test
    void aFlagOfOneCallKeepsItFromWaiting() {
        passes("+0 recv(4, ..., 10, MSG_DONTWAIT) = -1 EAGAIN");
        fails("+0...1 recv(4, ..., 10, 0) = -1 EAGAIN", "has not returned");
    }

    @Test
    void whatAnEarlierSocketSendsIsNotTheNextOnes() {
        passes(
                """
                +0 close(4) = 0
                +0 close(3) = 0
                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ..., ...) = 0
                +0 listen(3, 1) = 0
                +2 < S 0:0(0) win 1000 <mss 1000>
                +0 > S. 0:0(0) ack 1 <mss 1460>
                """);
    }

    /** Without ACK an echo means nothing; with it, something must have been sent to echo. */
    @Test
    void anEchoedTimestampIsLookedUpOnlyWhereItMeansSomething() {
        String syn = "+0 < S 0:0(0) win 9000 <mss 1000,sackOK,TS val 7 ecr 100,nop,wscale 7>\n";
        String ack = "+0 < . 1:1(0) ack 1 win 9000 <nop,nop,TS val 8 ecr 99>\n";
        assertThat(run(syn + "+0 > S. 0:0(0) ack 1 <...>\n").reason()).isEmpty();
        assertThat(run(syn + "+0 > S. 0:0(0) ack 1 <...>\n" + ack).reason())
                .startsWith("no segment sent so far had the timestamp 99");
    }

    /** Where a device cuts long segments, PSH stands at the end of each of those. */
    @Test
    void pushIsNotComparedWhereADeviceCutsSegments() {
        String open = LISTEN + HANDSHAKE;
        String pieces =
                """
                +0 write(4, ..., 14600) = 14600
                +0 > P. 1:5841(5840) ack 1
                +0 > P. 5841:14601(8760) ack 1
                """;
        String one = "+0 write(4, ..., 9) = 9\n+0 > . 1:10(9) ack 1\n";
        assertThat(asLinux("`./defaults.sh`\n" + open + pieces)).isEmpty();
        assertThat(asLinux(open + pieces)).isEqualTo("control bits: expected P., came .");
        assertThat(asLinux("`./defaults.sh\nethtool -K tun0 tso off gso off`\n" + open + pieces))
                .isNotEmpty();
        assertThat(asLinux("`./defaults.sh`\n" + open + one))
                .isEqualTo("control bits: expected ., came P.");
    }

    private static String asLinux(String text) {
        return PacketScript.of(text).run(ScriptOptions.DEFAULT.withProfile(Profile.LINUX)).reason();
    }

    @Test
    void numbersAreCountedAnewBehindAReset() {
        run("""
        +0 < S 0:0(0) win 65535 <mss 1460>
        +0 > S. 0:0(0) ack 1 <mss 1460>
        +0 < R 1:1(0) win 65535
        +.01 < S 700:700(0) win 65535 <mss 1460>
        +0 > S. 0:0(0) ack 701 <mss 1460>
        +0 < . 1:1(0) ack 1 win 65535
        +0 accept(3, ..., ...) = 4
        +0 < P. 1:11(10) ack 1 win 65535
        +.04 > . 1:1(0) ack 11
        """)
                .orThrow();
    }

    @Test
    void numbersAreNotCountedAnewWithinAHandshake() {
        ScriptResult result =
                run(
                        """
                        +0 < S 0:0(0) win 65535 <mss 1460>
                        +0 > S. 0:0(0) ack 1 <mss 1460>
                        +1 > S. 5:5(0) ack 1 <mss 1460>
                        """);
        assertThat(result.reason()).isEqualTo("sequence number: expected 5, came 0");
    }

    @Test
    void aCloseThatLingersReturnsWhenItsTimeIsOver() {
        String lingering =
                """
                +0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=3}, 8) = 0
                +0...3 close(4) = 0
                +0 > F. 1:1(0) ack 1
                """;
        passes(lingering + "+1 > F. 1:1(0) ack 1\n+2 > F. 1:1(0) ack 1\n");
        fails(
                lingering + "+.5 < . 1:1(0) ack 2 win 65535\n",
                "close returned at 0.5 s; expected at 3 s");
    }

    /** The socket's time is that of the call, not of whatever happened before it. */
    @Test
    void aCloseLingersFromWhenItIsCalled() {
        passes(
                """
                +0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=2}, 8) = 0
                +1.5...3.5 close(4) = 0
                +0 > F. 1:1(0) ack 1
                +1 > F. 1:1(0) ack 1
                +1.5 < . 1:1(0) ack 2 win 65535
                """);
    }
}
