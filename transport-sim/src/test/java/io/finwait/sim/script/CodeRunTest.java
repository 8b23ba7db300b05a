package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.script.ScriptResult.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Python of scripts: expressions, variables, and what a connection tells of itself. */
class CodeRunTest {

    /** Ten segments of 1,000 octets are on their way, nothing is acknowledged. */
    private static final String TEN_SEGMENTS =
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop,nop,wscale 7>
            +0 > S. 0:0(0) ack 1 <...>
            +.1 < . 1:1(0) ack 1 win 1000
            +0 accept(3, ..., ...) = 4
            +0 write(4, ..., 20000) = 20000
            +0 > P. 1:10001(10000) ack 1
            """;

    private static long value(String expression) {
        return new CodeExpression(expression, InfoNames::constant).evaluate();
    }

    private static ScriptResult run(String text) {
        return PacketScript.of(TEN_SEGMENTS + text)
                .run(ScriptOptions.DEFAULT.withProfile(Profile.LINUX));
    }

    private static void holds(String events, String... assertions) {
        StringBuilder text = new StringBuilder(events);
        for (String each : assertions) {
            text.append("+0 %{ assert ").append(each).append(" }%\n");
        }
        run(text.toString()).orThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1 + 2 * 3 ; 7",
                "(1 + 2) * 3 ; 9",
                "7 // 2 - 7 / 2 ; 0",
                "-7 // 2 ; -4",
                "-7 % 3 ; 2",
                "0x1F & ~0x3 | 1 << 5 ; 60",
                "1 <= 2 <= 3 ; 1",
                "1 <= 4 <= 3 ; 0",
                "3 > 2 > 1 ; 1",
                "1 == 1 and not 2 == 3 ; 1",
                "0 or 5 ; 5",
                "0 and 5 ; 0",
                "(TCPI_OPT_SACK | TCPI_OPT_WSCALE) & 2 != 0, 'SACK %d' ; 1",
                "TCP_CA_Recovery ; 3",
                "TCP_CLOSE_WAIT - TCPI_S_CLOSE_WAIT ; 0",
                "TCP_INFINITE_SSTHRESH == 0x7fffffff ; 1",
                "007 ; 7",
            })
    void expressionsMeanWhatTheyMeanInPython(String expression, long result) {
        assertThat(value(expression)).isEqualTo(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1 +", "(1", "1 2", "*", "'a'", "a.b", "99999999999999999999"})
    void whatIsNoExpressionIsNotGuessed(String expression) {
        assertThatThrownBy(() -> value(expression)).isInstanceOf(UnsupportedScriptException.class);
    }

    @Test
    void divisionByZeroFails() {
        assertThatThrownBy(() -> value("1 % (2 - 2)"))
                .isInstanceOf(ScriptFailure.class)
                .hasMessage("'1 % (2 - 2)' divides by 0");
    }

    @Test
    void variablesLastFromOnePieceOfCodeToTheNext() {
        holds(
                """
                +0 %{
                cwnd = 8; print(cwnd)
                cwnd += 3   # a comment
                }%
                +0 %{ cwnd -= 1 }%
                """,
                "tcpi_snd_cwnd == cwnd, tcpi_snd_cwnd");
    }

    @Test
    void aFailureTellsTheValues() {
        ScriptResult result = run("+0 %{ assert tcpi_snd_cwnd * 2 == 21, 'cwnd' }%");
        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.reason())
                .isEqualTo(
                        "'assert tcpi_snd_cwnd * 2 == 21, 'cwnd'' does not hold:"
                                + " tcpi_snd_cwnd is 10");
        assertThat(run("+0 %{ assert tcpi_ca_state == TCP_CA_Loss }%").reason())
                .endsWith("does not hold: tcpi_ca_state is OPEN");
    }

    @Test
    void whatWeDoNotCountSkipsTheScript() {
        ScriptResult result = run("+0 %{ assert tcpi_rcv_mss == 0 }%");
        assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(result.reason()).isEqualTo("'tcpi_rcv_mss' in code");
    }

    @Test
    void whatIsOnItsWayIsCountedInSegments() {
        holds(
                "",
                "tcpi_unacked == 10",
                "tcpi_snd_cwnd == 10",
                "tcpi_snd_mss == 1000",
                "tcpi_advmss == 1460",
                "tcpi_snd_ssthresh == TCP_INFINITE_SSTHRESH",
                "tcpi_ca_state == TCP_CA_Open",
                "tcpi_state == TCP_ESTABLISHED",
                "tcpi_notsent_bytes == 10000",
                "tcpi_options == TCPI_OPT_SACK | TCPI_OPT_WSCALE",
                "99000 <= tcpi_rtt <= 101000",
                "tcpi_sacked == 0 and tcpi_lost == 0 and tcpi_retrans == 0");
    }

    /** Three of ten are reported, so that the two before them are lost, and one goes again. */
    @Test
    void fastRecoveryIsSeenAsItGoesOn() {
        String disorder = "+.1 < . 1:1(0) ack 1 win 1000 <sack 2001:3001,nop,nop>\n";
        holds(disorder, "tcpi_ca_state == TCP_CA_Disorder", "tcpi_sacked == 1", "tcpi_lost == 0");
        String recovery =
                disorder
                        + """
                        +0 > . 10001:11001(1000) ack 1
                        +0 < . 1:1(0) ack 1 win 1000 <sack 2001:5001,nop,nop>
                        +0 > . 1:1001(1000) ack 1
                        """;
        holds(
                recovery,
                "tcpi_ca_state == TCP_CA_Recovery",
                "tcpi_sacked == 3",
                "tcpi_lost == 2",
                "tcpi_snd_ssthresh == 7");
    }

    @Test
    void aTimeoutIsSeenAsLoss() {
        holds(
                "+1 < . 1:1(0) ack 1 win 1000\n",
                "tcpi_ca_state == TCP_CA_Loss",
                "tcpi_retransmits >= 1",
                "tcpi_backoff >= 1",
                "tcpi_snd_cwnd == 1");
    }
}
