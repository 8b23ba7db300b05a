package io.finwait.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;

import io.finwait.examples.gateway.GatewayLab.Way;
import io.finwait.raw.NetworkNamespace;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Programs as they are, a client in one network namespace and its server in another, with a gateway
 * of ours between them. What is not installed is skipped.
 */
@Timeout(180)
@Tag("ci")
class ProgramsThroughGatewayTest {

    private static final List<String> FOLDERS =
            List.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/lib/git-core");

    private static GatewayLab lab;

    @TempDir private Path folder;
    private final List<Process> started = new ArrayList<>();
    private HttpServer http;

    @BeforeAll
    static void open() throws IOException {
        GatewayLab.assumePossible();
        lab = new GatewayLab(Way.FINWAIT);
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        if (http != null) {
            http.stop(0);
        }
        for (Process each : started) {
            each.destroy();
            assertThat(each.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void gitClones() throws Exception {
        String daemon = program("git-daemon");
        String git = program("git") + " -c user.name=x -c user.email=x@y -C " + folder;
        byte[] text = new byte[3_000_000];
        new Random(1).nextBytes(text);
        sh("mkdir " + folder + "/one && " + git + "/one init -q");
        Files.write(folder.resolve("one/file"), text);
        sh(git + "/one add file && " + git + "/one commit -qm one");
        serve(
                9418,
                daemon,
                "--reuseaddr",
                "--export-all",
                "--listen=" + GatewayLab.SERVER,
                "--base-path=" + folder);
        lab.client.exec("git", "clone", "-q", url("git", 9418, "one"), folder + "/two");
        assertThat(folder.resolve("two/file")).hasBinaryContent(text);
    }

    @Test
    void sshCarriesAFileThereAndBack() throws Exception {
        String sshd = program("sshd");
        String ssh = program("ssh");
        sh("ssh-keygen -q -t ed25519 -N '' -f " + folder + "/host");
        sh("ssh-keygen -q -t ed25519 -N '' -f " + folder + "/user");
        sh("mkdir -p /run/sshd");
        serve(
                2222,
                sshd,
                "-De",
                "-f/dev/null",
                "-h" + folder + "/host",
                "-oListenAddress=" + GatewayLab.SERVER + ":2222",
                "-oAuthorizedKeysFile=" + folder + "/user.pub",
                "-oStrictModes=no",
                "-oPidFile=none",
                "-oPermitRootLogin=yes");
        byte[] text = new byte[1_000_000];
        new Random(2).nextBytes(text);
        Files.write(folder.resolve("in"), text);
        // Its end of input is a half-close of a channel, and all comes back behind it.
        lab.client.exec(
                "sh",
                "-c",
                ssh
                        + " -q -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
                        + (" -i " + folder + "/user -p 2222 root@" + GatewayLab.SERVER)
                        + (" cat < " + folder + "/in > " + folder + "/out"));
        assertThat(folder.resolve("out")).hasBinaryContent(text);
    }

    @Test
    void aptFetchesAPackage() throws Exception {
        program("apt-get");
        program("dpkg-deb");
        Path mirror = folder.resolve("mirror/suite");
        Path control = folder.resolve("package/DEBIAN/control");
        Files.createDirectories(mirror);
        Files.createDirectories(control.getParent());
        String facts =
                "Package: finwait-none\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\n";
        Files.writeString(control, facts + "Description: nothing\n");
        sh("dpkg-deb --build " + folder + "/package " + mirror + "/none.deb");
        byte[] deb = Files.readAllBytes(mirror.resolve("none.deb"));
        String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(deb));
        Files.writeString(
                mirror.resolve("Packages"),
                facts
                        + "Filename: suite/none.deb\nSize: "
                        + deb.length
                        + "\nSHA256: "
                        + sum
                        + "\n");
        files(mirror.getParent(), 8081);
        String list = "deb [trusted=yes] " + url("http", 8081, "") + " suite/\n";
        Files.writeString(folder.resolve("sources.list"), list);
        sh("mkdir -p " + folder + "/lists/partial " + folder + "/cache/archives/partial");
        String apt =
                "apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::sourceparts=-"
                        + (" -o Dir::Etc::sourcelist=" + folder + "/sources.list")
                        + (" -o Dir::State::lists=" + folder + "/lists")
                        + (" -o Dir::Cache=" + folder + "/cache ");
        String both = apt + "update && " + apt + "download finwait-none";
        lab.client.exec("sh", "-c", "cd " + folder + " && " + both);
        assertThat(folder.resolve("finwait-none_1_all.deb")).hasBinaryContent(deb);
    }

    @Test
    void aNameIsResolvedAndFetched() throws Exception {
        String dnsmasq = program("dnsmasq");
        program("curl");
        Files.writeString(folder.resolve("index.html"), "found");
        files(folder, 8082);
        started.add(
                lab.server.start(
                        dnsmasq,
                        "-kC/dev/null",
                        "--no-resolv",
                        "--no-hosts",
                        "--user=root",
                        "--pid-file=",
                        "--bind-interfaces",
                        "--listen-address=" + GatewayLab.SERVER,
                        "--address=/web.lab/" + GatewayLab.SERVER));
        Path resolver = folder.resolve("resolv.conf");
        Files.writeString(resolver, "nameserver " + GatewayLab.SERVER + "\n");
        // The command that enters the namespace gives it a view of its own of what is mounted.
        String mount = "mount --bind " + resolver + " /etc/resolv.conf && exec ";
        String curl = "curl -sS --retry 9 --retry-all-errors http://web.lab:8082/";
        assertThat(lab.client.exec("sh", "-c", mount + curl)).isEqualTo("found");
    }

    @Test
    @Tag("thorough")
    void postgresAnswers() throws Exception {
        String initdb = program("initdb");
        String postgres = program("postgres");
        String psql = program("psql");
        String nobody = "setpriv --reuid=postgres --regid=postgres --clear-groups ";
        assumeTrue(run("id", "postgres") == 0, "there is no user postgres: skipped");
        sh("chmod 777 " + folder);
        Path data = folder.resolve("data");
        sh(nobody + initdb + " -D " + data + " -A trust -U finwait --no-sync -E UTF8");
        Files.writeString(data.resolve("pg_hba.conf"), "host all all 0.0.0.0/0 trust\n");
        String run = postgres + " -F -p 5433 -h " + GatewayLab.SERVER + " -k " + data;
        serve(5433, "sh", "-c", "exec " + nobody + run + " -D " + data);
        String rows = "select sum(i) from generate_series(1, 100000) i";
        String client = psql + " -h " + GatewayLab.SERVER + " -p 5433 -U finwait -Atc '";
        assertThat(lab.client.exec("sh", "-c", client + rows + "' postgres").strip())
                .isEqualTo("5000050000");
        // Ten megabytes, which psql reads at its own pace.
        String many = "select repeat(chr(65), 1000) from generate_series(1, 10000)";
        assertThat(lab.client.exec("sh", "-c", client + many + "' postgres | wc -c").strip())
                .isEqualTo("10010000");
    }

    @Test
    @Tag("thorough")
    void aBrowserLoadsAPageOfFiftyParts() throws Exception {
        String chromium = program("chromium");
        AtomicInteger parts = new AtomicInteger();
        http = server(8083);
        http.createContext("/", each -> answer(each, "text/html", page()));
        http.createContext(
                "/part",
                each -> {
                    parts.incrementAndGet();
                    answer(each, "text/javascript", "loaded++;" + " ".repeat(20_000));
                });
        http.start();
        String dom =
                lab.client.exec(
                        chromium,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder,
                        "--virtual-time-budget=20000",
                        "--dump-dom",
                        url("http", 8083, ""));
        assertThat(dom).contains("<title>50 parts</title>");
        assertThat(parts).hasValue(50);
    }

    private static String page() {
        StringBuilder page = new StringBuilder("<html><head><script>loaded = 0</script>");
        for (int i = 0; i < 50; i++) {
            page.append("<script src=/part").append(i).append("></script>");
        }
        String end = "<script>document.title = loaded + ' parts'</script></head></html>";
        return page.append(end).toString();
    }

    private static void answer(HttpExchange exchange, String type, String body) throws IOException {
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, octets.length);
        try (exchange) {
            exchange.getResponseBody().write(octets);
        }
    }

    private static String url(String scheme, int port, String path) {
        return scheme + "://" + GatewayLab.SERVER + ":" + port + "/" + path;
    }

    private static HttpServer server(int port) {
        return lab.server.call(
                () -> {
                    InetSocketAddress at = new InetSocketAddress(GatewayLab.SERVER, port);
                    HttpServer made = HttpServer.create(at, 50);
                    made.setExecutor(Executors.newCachedThreadPool());
                    return made;
                });
    }

    private void files(Path root, int port) {
        http = server(port);
        http.createContext("/", SimpleFileServer.createFileHandler(root.toAbsolutePath()));
        http.start();
    }

    /** Starts a server, and waits until it listens. */
    private void serve(int port, String... command) {
        Process process = lab.server.start(command);
        started.add(process);
        while (!listens(lab.server, port)) {
            assertThat(process.isAlive()).as(command[0] + " runs").isTrue();
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static boolean listens(NetworkNamespace where, int port) {
        return where.call(
                () -> {
                    InetAddress host = InetAddress.getByName(GatewayLab.SERVER);
                    try (Socket socket = new Socket(host, port)) {
                        return socket.isConnected();
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    private static String program(String name) {
        List<String> folders = new ArrayList<>(FOLDERS);
        String[] versions = new File("/usr/lib/postgresql").list();
        for (String each : versions == null ? new String[0] : versions) {
            folders.add("/usr/lib/postgresql/" + each + "/bin");
        }
        Optional<Path> found =
                folders.stream()
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::isExecutable)
                        .findFirst();
        assumeTrue(found.isPresent(), name + " is not here: skipped");
        return found.get().toString();
    }

    private static void sh(String command) throws IOException, InterruptedException {
        assertThat(run("sh", "-c", command)).as(command).isZero();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
