package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.TcpPacket.Flags;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** What the language means, construct by construct; each is also printed and read again. */
class PacketScriptTest {

    private static PacketScript read(String text) {
        return read(text, Map.of());
    }

    /** Reads a script and makes sure that what it prints reads back as the same events. */
    private static PacketScript read(String text, Map<String, String> definitions) {
        PacketScript script = PacketScript.of("test.pkt", text, definitions);
        PacketScript again = PacketScript.of(script.toString());
        assertThat(again.toString()).isEqualTo(script.toString());
        assertThat(again.events().stream().map(e -> List.of(e.when(), e.action())))
                .isEqualTo(
                        script.events().stream().map(e -> List.of(e.when(), e.action())).toList());
        return script;
    }

    private static Event.Action action(String event) {
        return read("+0 " + event).events().get(0).action();
    }

    private static TcpPacket segment(String event) {
        return (TcpPacket) action(event);
    }

    private static SystemCall call(String event) {
        return (SystemCall) action(event);
    }

    @Test
    void aScriptIsReadAsOptionsCommandsAndEvents() {
        PacketScript script =
                read(
                        """
                        // Closes a connection.
                        --ip_version=ipv6
                        --strict_segments
                        --local_ip=fd3d:fa7b:d17d::1
                        `../common/defaults.sh`
                        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3   /* a
                           comment */
                        +0 close(3) = 0
                        `restore.sh`
                        """);
        assertThat(script.options().stream().map(o -> o.name() + " is " + o.value()))
                .containsExactly(
                        "ip_version is ipv6",
                        "strict_segments is ",
                        "local_ip is fd3d:fa7b:d17d::1");
        assertThat(script.initCommand()).isEqualTo("../common/defaults.sh");
        assertThat(script.cleanupCommand()).isEqualTo("restore.sh");
        assertThat(script.events()).extracting(Event::line).containsExactly(6, 8);
        assertThat(script.name()).isEqualTo("test.pkt");
    }

    @ParameterizedTest
    @CsvSource({
        "+0,            true,  0,             0",
        "+.001,         true,  1_000_000,     1_000_000",
        "+0.000000001,  true,  1,             1",
        "1.5,           false, 1_500_000_000, 1_500_000_000",
        "240,           false, 240_000_000_000, 240_000_000_000",
        "+.35~+2.35,    true,  350_000_000,   2_350_000_000",
        "1~1.5,         false, 1_000_000_000, 1_500_000_000",
    })
    void timesAreSecondsWithAnyNumberOfDigits(
            String time, boolean relative, String fromNs, String toNs) {
        When when = read("0 listen(3, 1) = 0\n" + time + " > S 0:0(0)").events().get(1).when();
        assertThat(when)
                .isEqualTo(
                        new When(
                                relative,
                                false,
                                Long.parseLong(fromNs.replace("_", "")),
                                Long.parseLong(toNs.replace("_", ""))));
    }

    @Test
    void aStarIsAnyTime() {
        assertThat(read("0 listen(3, 1) = 0\n* > S 0:0(0)").events().get(1).when())
                .isEqualTo(When.ANY);
    }

    @Test
    void aBlockingCallNamesWhenItReturns() {
        Event event =
                read("0 listen(3, 1) = 0\n+.01...0.011 connect(3, ..., ...) = 0").events().get(1);
        assertThat(event.when()).isEqualTo(new When(true, false, 10_000_000, 10_000_000));
        assertThat(((SystemCall) event.action()).returnsAtNs())
                .isEqualTo(OptionalLong.of(11_000_000));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "S,     2",
                ".,     16",
                "F.,    17",
                "FP.,   25",
                "R,     4",
                "SEW,   194",
                "SEWA,  450",
                "-,     0",
                "U.,    48",
            })
    void controlBitsAreLetters(String letters, int bits) {
        assertThat(segment("< " + letters + " 1:1(0) win 0").flags())
                .isEqualTo(new Flags(bits, -1));
    }

    @Test
    void aDigitBehindTheDotIsTheAceCounter() {
        assertThat(segment("> P.5 1:3(2) ack 1").flags())
                .isEqualTo(new Flags(TcpHeader.ACK | TcpHeader.PSH, 5));
    }

    @Test
    void aSegmentHasNumbersWindowAndUrgentPointer() {
        TcpPacket segment = segment("< . 1:1001(1000) ack 4294967295 win 257 urg 3");
        assertThat(segment.outbound()).isFalse();
        assertThat(segment.sequence()).isEqualTo(new TcpPacket.Sequence(1, 1000, false, false));
        assertThat(segment.ack()).isEqualTo(OptionalLong.of(4_294_967_295L));
        assertThat(segment.window()).isEqualTo(OptionalInt.of(257));
        assertThat(segment.urgent()).isEqualTo(OptionalInt.of(3));
        assertThat(segment.options()).contains(List.of());
    }

    @Test
    void numbersMayBeLiteralOrLeftOpenOrWrapAround() {
        assertThat(segment("< . 7:7(0)! ack 1 win 0").sequence().literal()).isTrue();
        assertThat(segment("> R ...(0)").sequence().any()).isTrue();
        assertThat(segment("> . 4294967295:1(2) ack 1").sequence().end()).isEqualTo(1);
    }

    @Test
    void portsMayBeWritten() {
        assertThat(segment("< 8080 > 80 S 0:0(0) win 1").ports())
                .contains(new TcpPacket.Ports(8080, 80));
    }

    @Test
    void tcpOptionsKeepTheirOrder() {
        assertThat(
                        segment("> S 0:0(0) <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,eol>")
                                .options())
                .contains(
                        List.of(
                                new TcpOption.Mss(1460),
                                new TcpOption.Nop(),
                                new TcpOption.WindowScale(6),
                                new TcpOption.SackPermitted(),
                                new TcpOption.Timestamps(OptionalLong.of(100), 0, false),
                                new TcpOption.End()));
        assertThat(segment("> S. 0:0(0) ack 1 <...>").options()).isEmpty();
        assertThat(segment("> . 1:1(0) ack 1 <nop,nop,sack 5:7 9:11>").options().orElseThrow())
                .last()
                .isEqualTo(
                        new TcpOption.Sack(
                                List.of(new TcpOption.Block(5, 7), new TcpOption.Block(9, 11))));
        assertThat(segment("> . 1:1(0) ack 1 <TS val ... ecr 7!>").options().orElseThrow())
                .containsExactly(new TcpOption.Timestamps(OptionalLong.empty(), 7, true));
        assertThat(segment("< S 0:0(0) win 1 <FO 0a1b,ECN e0b 1 ceb 2>").options().orElseThrow())
                .containsExactly(
                        new TcpOption.Foreign("FO", "0a1b"),
                        new TcpOption.Foreign("ECN", "e0b 1 ceb 2"));
    }

    @Test
    void theIpHeaderMayBeDescribed() {
        assertThat(segment("< [ect0] . 1:1(0) ack 1 win 1").ip().ecn()).isEqualTo("ect0");
        assertThat(segment("> (tos 0x28) . 1:1(0) ack 1").ip().typeOfService()).isEqualTo(40);
        assertThat(segment("> (hlim 3) . 1:1(0) ack 1").ip().timeToLive()).isEqualTo(3);
        assertThat(segment("< [ce,flowlabel 0x12] . 1:1(0) ack 1 win 1").ip())
                .isEqualTo(new IpInfo("ce", -1, -1, 18));
    }

    @Test
    void icmpQuotesASegment() {
        assertThat(action("< icmp unreachable frag_needed mtu 1400 [1:1461(1460)]"))
                .isEqualTo(
                        new IcmpPacket(
                                false,
                                IpInfo.NONE,
                                "unreachable",
                                "frag_needed",
                                OptionalLong.of(1400),
                                OptionalLong.empty(),
                                java.util.Optional.of(
                                        new TcpPacket.Sequence(1, 1460, false, false))));
        assertThat(((IcmpPacket) action("< icmp echo_request id 7")).id())
                .isEqualTo(OptionalLong.of(7));
    }

    @Test
    void aCallHasArgumentsResultErrorAndNote() {
        SystemCall call = call("connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)");
        assertThat(call.name()).isEqualTo("connect");
        assertThat(call.arguments())
                .containsExactly(
                        new Expression.Int(3, false),
                        new Expression.Anything(),
                        new Expression.Anything());
        assertThat(call.result()).isEqualTo(new Expression.Int(-1, false));
        assertThat(call.errno()).isEqualTo("EINPROGRESS");
        assertThat(call.note()).isEqualTo("Operation now in progress");
        SystemCall flags = call("fcntl(3, F_GETFL) = 0x02 (flags O_RDWR|O_NONBLOCK)");
        assertThat(flags.result()).isEqualTo(new Expression.Int(2, true));
        assertThat(flags.note()).isEqualTo("flags O_RDWR|O_NONBLOCK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)",
                "getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4])",
                "setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8)",
                "setsockopt(3, IPPROTO_TCP, TCP_CONGESTION, \"reno\", 5)",
                "send(4, \"abc\"..., 10, MSG_DONTWAIT)",
                "poll([{fd=3, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0)",
                "epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4})",
                "recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0,"
                    + " msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_INQ, cmsg_data=7}]}, 0)",
                "connect(3, {sa_family=AF_INET, sin_port=htons(80),"
                        + " sin_addr=inet_addr(\"192.0.2.1\")}, ...)",
                "accept()",
            })
    void expressionsPrintAsTheyAreRead(String text) {
        assertThat(Printer.action(call(text + " = 0"))).isEqualTo(text + " = 0");
    }

    @Test
    void stringsThatFollowEachOtherAreOne() {
        assertThat(call("send(4, \"ab\" \"cd\", 4, 0) = 4").arguments().get(1))
                .isEqualTo(new Expression.Text("abcd", false));
    }

    @Test
    void commandsAndCodeMaySpanLines() {
        assertThat(action("`echo one \\\n  two`"))
                .isEqualTo(new Event.Command("echo one \\\n  two"));
        assertThat(action("%{ assert tcpi_state == TCP_CLOSE_WAIT\n}%"))
                .isEqualTo(new Event.Code(" assert tcpi_state == TCP_CLOSE_WAIT\n"));
    }

    @Test
    void theStateOfTheSocketAndSilenceAreAssertions() {
        assertThat(action("= FIN-WAIT-1")).isEqualTo(new Event.InState("FIN-WAIT-1"));
        assertThat(action("= TIME_WAIT")).isEqualTo(new Event.InState("TIME-WAIT"));
        assertThat(action("silence")).isEqualTo(new Event.Silence());
    }

    @Test
    void anIfdefKeepsItsBlockOnlyWhenTheNameIsDefined() {
        String text =
                """
                0 listen(3, 1) = 0
                #ifdef STANDARD
                +0 > R. 2:2(0) ack 2
                #endif
                #ifdef FreeBSD
                +0 > . 2:2(0) ack 2
                +0 `it's a command`
                #endif
                """;
        assertThat(lines(read(text, Map.of("STANDARD", "1"))))
                .containsExactly("0 listen(3, 1) = 0", "+0 > R. 2:2(0) ack 2");
        assertThat(read(text, Map.of("STANDARD", "1")).everyBlockExcluded()).isFalse();
        assertThat(lines(read(text))).hasSize(1);
        assertThat(read(text).everyBlockExcluded()).isTrue();
        assertThat(read("0 listen(3, 1) = 0").everyBlockExcluded()).isFalse();
    }

    @Test
    void definedWordsAreReplaced() {
        Map<String, String> definitions =
                Map.of(
                        "BACKLOG",
                        "5",
                        "NAME",
                        "\"reno\"",
                        "PREPARE",
                        "`sysctl a=1`",
                        "LEVEL",
                        "SOL_IP");
        assertThat(
                        lines(
                                read(
                                        "0 PREPARE\n+0 listen(3, BACKLOG) = 0\n"
                                                + "+0 setsockopt(3, LEVEL, X, NAME, 5) = 0",
                                        definitions)))
                .containsExactly(
                        "0 `sysctl a=1`",
                        "+0 listen(3, 5) = 0",
                        "+0 setsockopt(3, SOL_IP, X, \"reno\", 5) = 0");
    }

    @Test
    void anOptionMayDefineAWord() {
        assertThat(lines(PacketScript.of("--define=N=7\n0 listen(3, N) = 0")))
                .containsExactly("0 listen(3, 7) = 0");
    }

    private static List<String> lines(PacketScript script) {
        return script.events().stream().map(Printer::event).collect(Collectors.toList());
    }
}
