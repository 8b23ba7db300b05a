package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command line: exit codes, one sentence for whoever made a mistake. */
class CommandTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus",
                "--bogus",
                "close --bogus",
                "close --loss 200%",
                "close --loss 0.61",
                "close --loss much",
                "close --delay 5",
                "close --delay 2s",
                "close --msl 1s",
                "close --msl 3m",
                "close --seed x",
                "close --closer nobody",
                "close --transport carrier-pigeon",
                "close --transport tun --loss 10%",
                "close --transport sim://net/host",
                "close --transport nobody://knows",
                "close --transport mine://cable --delay 5ms",
                "close --transport udp://127.0.0.1:7000",
                "close --transport udp://127.0.0.1:7000?peer=first",
                "close --seed 1.5",
                "close --transport mine://cable?x=1",
                "close --pcap /nonexistent/folder/x.pcapng",
                "close --svg /",
                "delayed-duplicate --defence luck",
                "hold ASLEEP",
                "hold",
                "stories --docs x --transport tun",
                "netcat",
                "netcat 5000",
                "netcat 10.0.0.2 5000",
                "netcat 10.0.0.2 5000 --transport nobody:",
                "netcat 10.0.0.2 0 --transport mine://x",
                "netcat somewhere 5000 --transport mine://x",
                "netcat --listen 10.0.0.2 5000 --transport mine://x",
                "netcat 10.0.0.2 5000 --transport mine://x --wait 0s",
                "netstat --interval 1ms",
                "gateway --transport nobody:",
                "gateway --max-waiting 0",
                "gateway --allow 10.0.0.0/40",
                "gateway --deny 10.0.0.0/8@http",
                "gateway --socks5 127.0.0.1:1 --http-proxy 127.0.0.1:2",
                "gateway --socks5 127.0.0.1:1 --user me",
                "gateway --http-proxy nowhere",
                "forward",
                "forward --listen 127.0.0.1:0",
                "forward --listen nowhere --to 127.0.0.1:1",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:0",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --direction down",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --reset-after -1",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --rate fast",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --first 3",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --drop-fin --first -1",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --drop-fin --first 1 --chance 5%",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --slice -1",
                "relay",
                "forward --listen 127.0.0.1:0 --to 127.0.0.1:1 --rate 7",
                "link mine://x",
                "link mine://x nobody:",
                "link mine://x mine://y --both loss=2",
                "link mine://x mine://y --both delay=1ms,delay=2ms",
                "link mine://x mine://y --there speed=1",
                "serve .",
                "serve --http 99999 .",
                "serve --http 80 /nonexistent",
                "serve --http 80 --closer nobody .",
                "serve --http 80 --deadline 2h .",
                "serve --http 80 --address 1.2.3 .",
                "serve --http 80 --transport nonsense: .",
                "serve --http 80 --transport tun:fw0?x=1 .",
                "serve --http 80 --transport :: ."
            })
    void aMistakeIsToldInASentence(String line) {
        CommandRun run = CommandRun.of(line.split(" ", -1));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("finwait").doesNotContain("\tat ").doesNotContain("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "close",
                "delayed-duplicate",
                "hold",
                "stories",
                "compare",
                "serve",
                "forward",
                "gateway",
                "link",
                "netcat",
                "netstat"
            })
    void helpSuffices(String command) {
        List<String> args = command.isEmpty() ? List.of("--help") : List.of(command, "--help");
        CommandRun run = CommandRun.of(args.toArray(String[]::new));
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("Usage: finwait").contains("--help");
    }

    @Test
    void closeShowsAndWrites() throws IOException {
        Path pcap = folder.resolve("close.pcapng");
        Path svg = folder.resolve("close.svg");
        CommandRun run = CommandRun.of("close", "--pcap", pcap.toString(), "--svg", svg.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("Four-way close", "TIME_WAIT", "Seen: ", "Written: ");
        assertThat(Files.readString(svg)).startsWith("<svg").contains("TIME_WAIT");
        byte[] octets = Files.readAllBytes(pcap);
        assertThat(new String(octets, StandardCharsets.ISO_8859_1))
                .contains("client FIN_WAIT_1, server ESTABLISHED", "-> client TIME_WAIT");
    }

    @Test
    void closeIsTheSameForTheSameSeedAndAnotherForAnother() {
        CommandRun first = CommandRun.of("close", "--loss", "30%", "--seed", "7");
        assertThat(CommandRun.of("close", "--loss", "30%", "--seed", "7")).isEqualTo(first);
        assertThat(CommandRun.of("close", "--loss", "30%", "--seed", "8").out())
                .isNotEqualTo(first.out());
        assertThat(first.code()).isZero();
    }

    /** A decorator that is documented to speak is heard where the command is run. */
    @Test
    void traceSaysEachPacketInWords() {
        CommandRun run = CommandRun.of("close", "--transport", "trace:mine://cable", "--msl", "2s");
        assertThat(run.code()).isZero();
        assertThat(run.err().lines().filter(line -> line.contains("10.0.0.1:50000 > ")))
                .as("sent by one end, received by the other")
                .hasSize(8);
        assertThat(run.err()).contains("  FIN, ACK  seq 1 ack 1");
    }

    @Test
    void everySceneHasFilesOfItsOwn() {
        CommandRun run =
                CommandRun.of("lost-last-ack", "--svg", folder.resolve("x.svg").toString());
        assertThat(run.code()).isZero();
        assertThat(folder.resolve("x.svg")).exists();
        assertThat(folder.resolve("x-2.svg")).exists();
    }

    @Test
    void theDocumentationIsWritten() throws IOException {
        CommandRun run = CommandRun.of("stories", "--docs", folder.resolve("docs").toString());
        assertThat(run.code()).as(run.err()).isZero();
        String page = Files.readString(folder.resolve("docs/stories.md"));
        assertThat(page).contains("![Four-way close](stories/close.svg)");
        for (String picture : List.of("close", "delayed-duplicate-2", "last-ack-syn-rfc793")) {
            assertThat(folder.resolve("docs/stories/" + picture + ".svg")).exists();
        }
    }

    @Test
    void timeWaitShowsTheTableAtWork() {
        CommandRun run =
                CommandRun.of(
                        "time-wait",
                        "--entries",
                        "20000",
                        "--cap",
                        "8000",
                        "--list",
                        "2",
                        "--older",
                        "55s");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("20,000 closes in 90.0 s")
                .contains("refuse_new", "evict_oldest", "fair_per_remote", "shorten_first")
                .containsPattern("55 to 60 s +1,111 ");
        assertThat(run.out().lines().filter(line -> line.endsWith("TIME_WAIT"))).hasSize(2);
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "time-wait --entries 5",
                "time-wait --policy coin",
                "time-wait --remote 11.0.0.0/99",
                "time-wait --port 70000",
                "time-wait --cap 0"
            })
    void timeWaitExplainsWrongUse(String line) {
        CommandRun run = CommandRun.of(line.split(" ", -1));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("finwait time-wait: ").hasLineCount(1);
    }

    /** What the machine refuses is told with what to do about it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    close --transport unix:/nowhere/s?role=server | choose an address of this host
                    close --transport tap:mine://x?pcap=/nowhere/x | there is no such folder
                    forward --listen 192.0.2.1:0 --to 127.0.0.1:1 | and a free port, or port 0
                    """)
    void whatCantBeHadIsToldInASentence(String line, String advice) {
        CommandRun run = CommandRun.of(line.split(" ", -1));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("finwait ").contains(advice).hasLineCount(1);
    }

    /** It would say "serving", and nobody would get there. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    tun:fwnone | 10.9.0.2 | write tun:fwnone?address=10.9.0.1/24
                    tun:fwnone?mtu=1400 | 10.9.0.1 | write tun:fwnone?mtu=1400&address=10.9.0.2/24
                    tap:tun:fwnone?pcap=x | 10.9.0.2 | the kernel gets no address on fwnone
                    tun:fwnone?address=10.9.0.1/24 | fd00::2 | &address6=fd00::1/64
                    tun:fwnone?address=10.9.0.1/24 | 10.9.0.1 | such as 10.9.0.2
                    faults:tun:fwnone?address=10.9.0.1/24&loss=1% | 10.9.0.2,10.9.0.1 | the kernel's own
                    """)
    void serveSaysWhyItCouldNotBeReached(String transport, String address, String advice) {
        CommandRun run =
                CommandRun.of(
                        "serve",
                        "--http",
                        "80",
                        "--address",
                        address,
                        "--transport",
                        transport,
                        folder.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("finwait serve: ").contains(advice).hasLineCount(1);
    }

    @Test
    void numbersAreAskedForInPlainWords() {
        assertThat(CommandRun.of("close", "--seed", "1.5").err())
                .contains("'1.5' is not a whole number");
    }
}
