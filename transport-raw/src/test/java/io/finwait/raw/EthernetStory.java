package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A host of ours on an Ethernet with the Linux kernel: what the two of them do, with ordinary
 * sockets at both ends. Ours are 10.78.0.2 and fd78::2, the kernel's 10.78.0.1 and fd78::1.
 */
final class EthernetStory implements AutoCloseable {

    /** How many connections each way; 1,000 in a long run. */
    static final int CONNECTIONS = Integer.getInteger("finwait.ethernet.connections", 200);

    static final String OURS = "10.78.0.2";
    static final String OURS6 = "fd78::2";
    static final String KERNELS = "10.78.0.1";
    static final String KERNELS6 = "fd78::1";

    /** Our side's parameters of a URI. */
    static final String OWN = "own=" + OURS + "/24&own6=" + OURS6 + "/64&mac=02:00:00:00:78:02";

    private static final int AT_ONCE = 32;
    private static final int PORT = 8_080;
    private static final int TIMEOUT_MS = 20_000;
    private static final String BODY = "Hello over Ethernet\n";
    private static final Pattern ANSWERED = Pattern.compile(" ([3-9]|\\d\\d+) received");

    final NetworkNamespace kernel;
    final Transport transport;
    final Driver driver;
    private final String device;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Process tcpdump;
    private Path captured;

    EthernetStory(NetworkNamespace kernel, String device, String uri) {
        this.kernel = kernel;
        this.device = device;
        transport = Transports.open(uri);
        EndpointConfig config = EndpointConfig.at(OURS).address(IpAddress.parse(OURS6)).build();
        driver = Driver.start(config, transport);
        Lab.awaitLink(kernel, device);
    }

    /** The kernel pings us, over both versions of IP. */
    void ping() {
        assumeTrue(Lab.runs("ping", "-V"), "ping (package iputils-ping) is not here: skipped");
        // Without -w it waits two round trips for the last answer, however busy the machine is, and
        // with it asks again until there are three answers, which may then be more.
        String[] three = {"ping", "-4", "-c", "3", "-i", "0.01", "-w", "10", OURS};
        assertThat(kernel.exec(three)).containsPattern(ANSWERED);
        three[1] = "-6";
        three[three.length - 1] = OURS6;
        assertThat(kernel.exec(three)).containsPattern(ANSWERED);
    }

    /**
     * The kernel's neighbours ask who has our addresses, by programs of their own: each question is
     * answered by our Ethernet address, and nobody else's.
     */
    void askWhoWeAre() {
        assumeTrue(Lab.runs("arping", "--help"), "arping (package arping) is not here: skipped");
        assumeTrue(Lab.runs("ndisc6", "-V"), "ndisc6 (package ndisc6) is not here: skipped");
        assertThat(kernel.exec("arping", "-C", "3", "-w", "20", "-W", "0.05", "-i", device, OURS))
                .contains("from 02:00:00:00:78:02 (" + OURS + ")");
        // A probe (RFC 5227): a question of somebody who has no address.
        assertThat(kernel.exec("arping", "-0", "-C", "1", "-w", "20", "-i", device, OURS))
                .contains("from 02:00:00:00:78:02");
        assertThat(kernel.exec("ndisc6", "-r", "3", OURS6, device))
                .contains("Target link-layer address: 02:00:00:00:78:02");
    }

    /** curl fetches from us, over both versions of IP, by a connection each time. */
    void curl() throws Exception {
        curl(1);
    }

    /** The same, so many times over each version. */
    void curl(int times) throws Exception {
        assumeTrue(Lab.runs("curl", "-V"), "curl (package curl) is not here: skipped");
        try (ServerSocket server = ours(80)) {
            Future<?> served = threads.submit(() -> answer(server, 2 * times));
            String pages = "/[1-" + times + "]";
            assertThat(kernel.exec("curl", "-s", "http://" + OURS + pages))
                    .isEqualTo(BODY.repeat(times));
            assertThat(kernel.exec("curl", "-s", "http://\\[" + OURS6 + "\\]" + pages))
                    .isEqualTo(BODY.repeat(times));
            served.get();
        }
    }

    private Void answer(ServerSocket server, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                byte[] request = new byte[4_096];
                int length = 0;
                while (!new String(request, 0, length, StandardCharsets.US_ASCII)
                        .contains("\r\n\r\n")) {
                    length += in.read(request, length, request.length - length);
                }
                String head = "HTTP/1.0 200 OK\r\nContent-Length: " + BODY.length();
                socket.getOutputStream()
                        .write((head + "\r\n\r\n" + BODY).getBytes(StandardCharsets.US_ASCII));
            }
        }
        return null;
    }

    /** Connections from us to the kernel and from the kernel to us, closed by either end first. */
    void manyConnections() throws Exception {
        connections(OURS, KERNELS, CONNECTIONS);
    }

    /** A few connections over IPv6, both ways. */
    void connectionsOverIpv6() throws Exception {
        connections(OURS6, KERNELS6, 20);
    }

    /** So many connections each way, over the IP version of these addresses. */
    void connections(String ourAddress, String kernelsAddress, int count) throws Exception {
        try (ServerSocket ours = ours(PORT);
                ServerSocket kernels = kernels(kernelsAddress)) {
            Future<?> theirs =
                    threads.submit(() -> echoAll(() -> kernelConnects(ourAddress), ours, count));
            echoAll(() -> weConnect(kernelsAddress), kernels, count);
            theirs.get();
        } catch (IOException | ExecutionException e) {
            String links = kernel.exec("ip", "-s", "link");
            throw new AssertionError(links + kernel.exec("ip", "-s", "neigh"), e);
        }
    }

    /** A thousand connections each way over each version of IP, and curl's two thousand. */
    void thousands() throws Exception {
        connections(OURS, KERNELS, 1_000);
        connections(OURS6, KERNELS6, 1_000);
        curl(1_000);
    }

    /** A connection that is open while something interrupts its path. */
    void survives(Runnable interruption) throws IOException {
        try (ServerSocket kernels = kernels(KERNELS);
                Socket ours = weConnect(KERNELS);
                Socket theirs = kernels.accept()) {
            theirs.setSoTimeout(TIMEOUT_MS);
            ours.setSoTimeout(TIMEOUT_MS);
            ours.getOutputStream().write(1);
            assertThat(theirs.getInputStream().read()).isEqualTo(1);
            interruption.run();
            ours.getOutputStream().write(2);
            assertThat(theirs.getInputStream().read()).isEqualTo(2);
            theirs.getOutputStream().write(3);
            assertThat(ours.getInputStream().read()).isEqualTo(3);
        }
    }

    private Void echoAll(Callable<Socket> connect, ServerSocket server, int times)
            throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            boolean clientFirst = i % 2 == 0;
            all.add(threads.submit(() -> echo(server)));
            all.add(threads.submit(() -> say(connect, clientFirst)));
            if (i % AT_ONCE == AT_ONCE - 1) {
                for (Future<?> each : all) {
                    each.get();
                }
                all.clear();
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
        return null;
    }

    /** Echoes 100 octets; an odd first one asks to be closed by this end first. */
    private static Void echo(ServerSocket server) throws IOException {
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(TIMEOUT_MS);
            byte[] got = socket.getInputStream().readNBytes(100);
            socket.getOutputStream().write(got);
            if (got[0] == 0) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        return null;
    }

    private static Void say(Callable<Socket> connect, boolean first) throws Exception {
        byte[] text = new byte[100];
        Arrays.fill(text, (byte) 'x');
        text[0] = (byte) (first ? 0 : 1);
        try (Socket socket = connect.call()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(text);
            assertThat(socket.getInputStream().readNBytes(100)).isEqualTo(text);
            if (!first) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        return null;
    }

    /** Octets in both directions at the same time, of which none is lost or changed. */
    void bulk(int octets) throws Exception {
        try (ServerSocket server = ours(PORT);
                Socket kernels = kernelConnects(OURS);
                Socket ours = server.accept()) {
            byte[] there = random(octets, 1);
            byte[] back = random(octets, 2);
            Future<byte[]> atUs = threads.submit(() -> exchange(ours, back, octets));
            assertThat(exchange(kernels, there, octets)).isEqualTo(back);
            assertThat(atUs.get()).isEqualTo(there);
        }
    }

    private byte[] exchange(Socket socket, byte[] send, int octets) throws Exception {
        Future<?> sender =
                threads.submit(
                        () -> {
                            OutputStream out = socket.getOutputStream();
                            out.write(send);
                            socket.shutdownOutput();
                            return null;
                        });
        socket.setSoTimeout(TIMEOUT_MS);
        byte[] got = socket.getInputStream().readNBytes(octets);
        assertThat(socket.getInputStream().read()).as("FIN").isEqualTo(-1);
        sender.get();
        return got;
    }

    private static byte[] random(int octets, int seed) {
        byte[] text = new byte[octets];
        new Random(seed).nextBytes(text);
        return text;
    }

    private ServerSocket ours(int port) throws IOException {
        return new DriverServerSocketFactory(driver).createServerSocket(port, 256);
    }

    private ServerSocket kernels(String address) {
        return kernel.call(() -> new ServerSocket(PORT, 256, InetAddress.getByName(address)));
    }

    private Socket kernelConnects(String address) {
        return kernel.call(
                () -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(address, PORT), TIMEOUT_MS);
                    return socket;
                });
    }

    private Socket weConnect(String address) throws IOException {
        Socket socket = new DriverSocketFactory(driver).createSocket();
        socket.connect(new InetSocketAddress(address, PORT), TIMEOUT_MS);
        return socket;
    }

    /** Captures frames at the kernel's side from now on. */
    void capture(Path file) throws IOException {
        captured = file;
        tcpdump =
                kernel.start(
                        "tcpdump",
                        "-i",
                        device,
                        "-U",
                        "--immediate-mode",
                        "-Z",
                        "root",
                        "-w",
                        file.toString());
        BufferedReader said = tcpdump.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        while (line != null && !line.contains("listening on")) {
            line = said.readLine();
        }
        assertThat(line).as("tcpdump").isNotNull();
    }

    /** What tshark finds wrong in the captured frames, checksums included. */
    String complaints() throws InterruptedException {
        return complaints("frame");
    }

    /** The same among some of the frames. */
    String complaints(String among) throws InterruptedException {
        tcpdump.destroy();
        tcpdump.waitFor();
        return tshark(
                among
                        + " && (_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status =="
                        + " 0 || icmpv6.checksum.status == 0 || icmp.checksum.status == 0 ||"
                        + " arp.duplicate-address-detected || _ws.expert.severity == error)");
    }

    /** How many captured frames a filter of tshark's finds. */
    long frames(String filter) {
        return tshark(filter).lines().count();
    }

    private String tshark(String filter) {
        String printed =
                kernel.exec(
                        "tshark",
                        "-r",
                        captured.toString(),
                        "-o",
                        "tcp.check_checksum:TRUE",
                        "-o",
                        "ip.check_checksum:TRUE",
                        "-Y",
                        filter);
        return printed.lines()
                .filter(line -> !line.startsWith("Running as user"))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            driver.shutdown(Duration.ofSeconds(5)).join();
        } finally {
            driver.close();
            if (tcpdump != null) {
                tcpdump.destroy();
            }
        }
    }
}
