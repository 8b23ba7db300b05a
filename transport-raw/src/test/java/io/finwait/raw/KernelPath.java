package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.spi.PacketBatch;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.ConnectionStory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Two hosts of the Linux kernel in namespaces of their own, joined by a path that this test carries
 * packet by packet and may spoil; {@code tcpdump} captures at both hosts.
 */
final class KernelPath implements AutoCloseable {

    /** Decides what becomes of a packet of a port. */
    interface Rule {
        boolean passes(boolean fromClient, byte[] packet);
    }

    /** A packet on its way. */
    private static final class Flying {
        final long dueNs;
        final boolean fromClient;
        final byte[] packet;

        Flying(long dueNs, boolean fromClient, byte[] packet) {
            this.dueNs = dueNs;
            this.fromClient = fromClient;
            this.packet = packet;
        }
    }

    static final Rule CUT = (fromClient, packet) -> false;

    private static final String CLIENT_ADDRESS = "10.83.0.1";
    private static final String SERVER_ADDRESS = "10.83.0.2";
    private static final long DELAY_NS = 2_000_000;
    private static final long TICK_NS = 300_000;
    private static final int PORTS_AT = 20;

    final NetworkNamespace client;
    final NetworkNamespace server;
    private final TunTransport clientTun;
    private final TunTransport serverTun;
    private final Path clientFile;
    private final Path serverFile;
    private final List<Process> tcpdumps = new ArrayList<>();
    private final Map<Integer, Rule> rules = new ConcurrentHashMap<>();
    private final Map<Integer, Long> delaysNs = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Flying> injected = new ConcurrentLinkedQueue<>();
    private final Deque<Flying> flying = new ArrayDeque<>();
    private final PacketBatch batch = new PacketBatch(64);
    private final Thread carrier;
    private volatile boolean running = true;

    KernelPath(Path folder) throws IOException {
        assumeTrue(Lab.runs("tcpdump", "--version"), "tcpdump is not here: skipped");
        client = Lab.namespace();
        server = Lab.namespace();
        clientTun = open("fwec", CLIENT_ADDRESS, client);
        serverTun = open("fwes", SERVER_ADDRESS, server);
        clientFile = folder.resolve("client.pcap");
        serverFile = folder.resolve("server.pcap");
        capture(client, "fwec", clientFile);
        capture(server, "fwes", serverFile);
        carrier = Thread.ofPlatform().daemon().name("path").start(this::carry);
    }

    private static TunTransport open(String name, String address, NetworkNamespace where) {
        return TunTransport.open(
                TunOptions.named(name).address(address + "/24").netns(where.name()));
    }

    private void capture(NetworkNamespace where, String device, Path file) throws IOException {
        Process tcpdump =
                where.start(
                        "tcpdump",
                        "-i",
                        device,
                        "-U",
                        "--immediate-mode",
                        "-Z",
                        "root",
                        "-w",
                        file.toString(),
                        "tcp");
        tcpdumps.add(tcpdump);
        BufferedReader said = tcpdump.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        while (line != null && !line.contains("listening on")) {
            line = said.readLine();
        }
        assertThat(line).as("tcpdump has begun").isNotNull();
    }

    private void carry() {
        while (running) {
            long now = System.nanoTime();
            take(clientTun, true, now);
            take(serverTun, false, now);
            for (Flying each = injected.poll(); each != null; each = injected.poll()) {
                deliver(each);
            }
            flying.removeIf(each -> each.dueNs - now <= 0 && deliver(each));
            clientTun.await(TICK_NS);
        }
    }

    private void take(TunTransport from, boolean fromClient, long now) {
        batch.clear();
        from.receive(batch, 0);
        for (int i = 0; i < batch.size(); i++) {
            byte[] packet = Wire.octets(batch.get(i));
            Rule rule = rules.get(serverPort(fromClient, packet));
            if (rule == null || rule.passes(fromClient, packet)) {
                long delayNs = delaysNs.getOrDefault(serverPort(fromClient, packet), DELAY_NS);
                flying.add(new Flying(now + delayNs, fromClient, packet));
            }
        }
    }

    private boolean deliver(Flying each) {
        return Wire.send(each.fromClient ? serverTun : clientTun, each.packet);
    }

    private static int serverPort(boolean fromClient, byte[] packet) {
        return ByteBuffer.wrap(packet).getShort(PORTS_AT + (fromClient ? 2 : 0)) & 0xFFFF;
    }

    /** What becomes of a server port's packets from now on; null lets them pass. */
    void rule(int port, Rule rule) {
        if (rule == null) {
            rules.remove(port);
        } else {
            rules.put(port, rule);
        }
    }

    void delay(int port, long ns) {
        delaysNs.put(port, ns);
    }

    /** Hands a host a packet that the other one has never sent. */
    void inject(boolean toClient, byte[] packet) {
        injected.add(new Flying(0, !toClient, packet));
    }

    ServerSocket listen(int port, int backlog) {
        return server.call(
                () -> new ServerSocket(port, backlog, InetAddress.getByName(SERVER_ADDRESS)));
    }

    Socket connect(int port) {
        return client.call(() -> new Socket(InetAddress.getByName(SERVER_ADDRESS), port));
    }

    static InetAddress serverAddress() throws IOException {
        return InetAddress.getByName(SERVER_ADDRESS);
    }

    /** Sets a rule of a host's TCP. */
    static void set(NetworkNamespace where, String name, int value) {
        Path file = Path.of("/proc/sys/net/ipv4", name);
        where.call(() -> Files.writeString(file, value + "\n"));
    }

    /** What the client's capture tells so far of the connections to a port, the first one first. */
    List<ConnectionStory> atClient(int port) {
        return stories(clientFile, port);
    }

    /** What the server's capture tells. */
    List<ConnectionStory> atServer(int port) {
        return stories(serverFile, port);
    }

    private static List<ConnectionStory> stories(Path file, int port) {
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader = CaptureReader.open(file)) {
            explainer.read(reader, octets -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<ConnectionStory> found = new ArrayList<>();
        for (int i = 0; i < explainer.connections(); i++) {
            ConnectionStory story = explainer.story(i);
            if (story.other().address().endsWith(":" + port)) {
                found.add(story);
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        running = false;
        try {
            for (Process each : tcpdumps) {
                each.destroy();
                each.waitFor();
            }
            carrier.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clientTun.close();
        serverTun.close();
        client.close();
        server.close();
    }
}
