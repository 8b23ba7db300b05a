package io.finwait.sim.script;

import static io.finwait.sim.script.Openings.ACCEPT;
import static io.finwait.sim.script.Openings.LISTEN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.script.ScriptResult.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls, flags, options and settings that other people's scripts use. */
class ScriptCallsTest {

    private static final ScriptOptions STRICT = ScriptOptions.DEFAULT.withStrictEnd(true);

    private static void passes(String text) {
        PacketScript.of(text).run(STRICT).orThrow();
    }

    private static void fails(String text, String reason) {
        ScriptResult result = PacketScript.of(text).run(STRICT);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void aPointerToNothingIsRefusedByTheCall() {
        passes(
                ACCEPT
                        + """
                        +0 write(4, NULL, 10) = -1 EFAULT (Bad address)
                        +0 recv(4, NULL, 10, 0) = -1 EFAULT (Bad address)
                        """);
    }

    @Test
    void severalBuffersAreOneWrite() {
        passes(
                ACCEPT
                        + """
                        +0 sendmsg(4, {msg_name(...)=..., msg_iov(3)=[{..., 10}, {..., 0}, \
                        {..., 50}], msg_flags=0}, 0) = 60
                        +0 > P. 1:61(60) ack 1
                        +0 < . 1:1(0) ack 61 win 65535
                        """);
    }

    @Test
    void theSegmentSizeOfASocketIsItsLargest() {
        String text =
                LISTEN
                        + """
                        +0 setsockopt(3, SOL_TCP, TCP_MAXSEG, [1100], 4) = 0
                        +0 getsockopt(3, SOL_TCP, TCP_MAXSEG, [1100], [4]) = 0
                        +0 < S 0:0(0) win 65535 <mss 900>
                        +0 > S. 0:0(0) ack 1 <mss 1100>
                        +0 < . 1:1(0) ack 1 win 65535
                        +0 accept(3, ..., ...) = 4
                        +0 getsockopt(4, SOL_TCP, TCP_MAXSEG, [900], [4]) = 0
                        """;
        passes(text);
        fails(
                text.replace("TCP_MAXSEG, [900]", "TCP_MAXSEG, [1100]"),
                "TCP_MAXSEG: expected 1100, came 900");
    }

    /** An adapter that joins segments hands them over as one, which is acknowledged once. */
    @Test
    void segmentsThatAnAdapterHasJoinedArriveAsOne() {
        String text =
                "--mss=1000\n"
                        + ACCEPT
                        + """
                        +0 < FP. 1:2502(2501) ack 1 win 65535
                        +0 > . 1:1(0) ack 2503
                        +0 read(4, ..., 3000) = 2501
                        """;
        PacketScript.of(text).run(STRICT.withProfile(Profile.LINUX)).orThrow();
        assertThatThrownBy(() -> PacketScript.of(text.replace("1000", "many")).run(STRICT))
                .hasMessageContaining("expected a number for --mss");
    }

    @Test
    void aTypeOfServiceThatNobodyWritesSkipsTheScript() {
        String text =
                ACCEPT
                        + """
                        +0 setsockopt(4, SOL_IP, IP_MTU_DISCOVER, [IP_PMTUDISC_DONT], 1) = 0
                        +0 setsockopt(4, SOL_IP, IP_TOS, [4], 1) = 0
                        +0 setsockopt(4, SOL_IP, IP_TOS, [0], 1) = 0
                        +0 write(4, ..., 1) = 1
                        +0 > P. 1:2(1) ack 1
                        """;
        passes(text);
        ScriptResult result = PacketScript.of(text.replace("[0], 1", "[8], 1")).run(STRICT);
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo("IP_TOS");
    }

    @Test
    void theCounterOfAccurateEcnMayStandBeforeTheDot() {
        String text = "0 socket(..., SOCK_STREAM, 0) = 3\n+0 > %s 1:1(0) ack 1\n";
        assertThat(PacketScript.of(text.formatted("P5.")))
                .hasToString(PacketScript.of(text.formatted("P.5")).toString());
        assertThat(PacketScript.of(text.formatted("P5.")).run().reason()).isEqualTo("accurate ECN");
    }

    @Test
    void linuxSpeaksEcnAsItsSettingSays() {
        String text =
                "`sysctl -q net.ipv4.tcp_ecn=%d  # a comment`\n"
                        + LISTEN
                        + "+0 < SEW 0:0(0) win 65535 <mss 1460>\n+0 > %s 0:0(0) ack 1 <...>\n";
        ScriptOptions linux = STRICT.withProfile(Profile.LINUX);
        PacketScript.of(text.formatted(2, "SE.")).run(linux).orThrow();
        PacketScript.of(text.formatted(0, "S.")).run(linux).orThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "net.ipv4.tcp_nonsense=1      | sysctl net.ipv4.tcp_nonsense",
                "net.ipv4.tcp_early_retrans=0 | sysctl net.ipv4.tcp_early_retrans=0",
                "finwait.nonsense=1           | sysctl finwait.nonsense",
            })
    void aSettingThatMeansNothingHereSkipsTheScript(String setting, String reason) {
        ScriptResult result = PacketScript.of("`sysctl -q " + setting + "`\n" + ACCEPT).run(STRICT);
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void aSettingThatTheStackHasReadAlreadySkipsTheScript() {
        String late = ACCEPT + "+0 `sysctl -w net.ipv4.tcp_timestamps=0`\n";
        passes(late);
        ScriptResult result =
                PacketScript.of(late + "+0 socket(..., SOCK_STREAM, 0) = 5\n").run(STRICT);
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason())
                .isEqualTo("sysctl net.ipv4.tcp_timestamps=0 between two sockets");
    }
}
