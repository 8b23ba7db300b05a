package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.raw.NetworkNamespace;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three hosts with one address, each with {@code finwait serve} in a process of its own, behind the
 * kernel's multipath routes. One process is drained, one is killed, and what the clients of each
 * see is what they must. {@code -Dfinwait.hosts.rounds=100} for a long run; a round takes some ten
 * seconds on a quiet machine.
 */
@Tag("thorough")
@Timeout(3_600)
class SeveralHostsTest {

    private static final int ROUNDS = Integer.getInteger("finwait.hosts.rounds", 2);
    private static final int HOSTS = 3;
    private static final int CLIENTS = 24;
    private static final String SERVICE = "10.80.0.9";

    /**
     * More than the buffers of both ends hold, so that the server is not done before the client.
     */
    private static final int OCTETS = 48 << 20;

    private static final int TIMEOUT_MS = 30_000;

    @TempDir private Path folder;

    @Test
    void oneIsDrainedAndOneIsKilledAndTheThirdGoesOn() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
        for (int i = 0; i < HOSTS; i++) {
            Path own = Files.createDirectory(folder.resolve("host" + i));
            byte[] text = new byte[OCTETS];
            Arrays.fill(text, (byte) ('0' + i));
            Files.write(own.resolve("who"), text);
        }
        for (int round = 0; round < ROUNDS; round++) {
            round();
        }
    }

    private void round() throws Exception {
        List<NetworkNamespace> spaces = new ArrayList<>();
        List<Process> servers = new ArrayList<>();
        try {
            NetworkNamespace router = own(spaces);
            for (int i = 0; i < HOSTS; i++) {
                NetworkNamespace host = own(spaces);
                cable(router, host, i);
                servers.add(serve(host, i));
            }
            for (int i = 0; i < HOSTS; i++) {
                awaitServing(servers.get(i), spaces.get(i + 1));
            }
            assumeTrue(route(router), "this kernel has no resilient next hops: skipped");
            story(router, servers);
        } finally {
            servers.forEach(Process::destroyForcibly);
            spaces.forEach(NetworkNamespace::close);
        }
    }

    private static NetworkNamespace own(List<NetworkNamespace> spaces) {
        NetworkNamespace made = NetworkNamespace.createOwn("fwhost");
        spaces.add(made);
        return made;
    }

    private static void cable(NetworkNamespace router, NetworkNamespace host, int i) {
        String near = "h" + i;
        String[] add = {"ip", "link", "add", near, "type", "veth", "peer", "name", "eth", "netns"};
        List<String> command = new ArrayList<>(Arrays.asList(add));
        command.add(host.name());
        router.exec(command.toArray(String[]::new));
        router.exec("ip", "addr", "add", "10.81." + i + ".1/24", "dev", near);
        router.exec("ip", "link", "set", near, "up");
        host.exec("ip", "addr", "add", "10.81." + i + ".2/24", "dev", "eth");
        host.exec("ip", "link", "set", "eth", "up");
        host.exec("ip", "route", "add", "default", "via", "10.81." + i + ".1");
        host.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }

    /** Flows stay where they are when another next hop goes, as a good balancer keeps them. */
    private static boolean route(NetworkNamespace router) {
        for (int i = 0; i < HOSTS; i++) {
            String id = Integer.toString(i + 1);
            String via = "10.81." + i + ".2";
            router.exec("ip", "nexthop", "add", "id", id, "via", via, "dev", "h" + i);
        }
        String add = "ip nexthop add id 10 group 1/2/3 type resilient buckets 96 idle_timer 120";
        String answer = router.exec("sh", "-c", add + " >&2 || echo refused");
        if (answer.contains("refused")) {
            return false;
        }
        router.exec("ip", "route", "add", SERVICE + "/32", "nhid", "10");
        router.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy");
        return true;
    }

    private Process serve(NetworkNamespace host, int i) throws IOException {
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            FinwaitCommand.class.getName(),
            "serve",
            "--http",
            "80",
            // Clients read in turns: the last takes nothing for as long as the others need.
            "--drain",
            "20m",
            "--deadline",
            "30m",
            "--address",
            SERVICE,
            "--transport",
            "tun:fwh?address=10.80.0.1/24&offload=on&netns=" + host.name(),
            folder.resolve("host" + i).toString()
        };
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void awaitServing(Process server, NetworkNamespace host) throws IOException {
        BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
        assertThat(lines.readLine()).as("in %s", host.name()).startsWith("serving ");
    }

    /** A client that has got the beginning, and so knows who serves it. */
    private record Client(Socket socket, int host) {

        static Client ask() throws IOException {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(32 << 10);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(SERVICE, 80), TIMEOUT_MS);
            byte[] request = "GET /who HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(request);
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                int octet = socket.getInputStream().read();
                assertThat(octet).as("the head is whole: %s", head).isPositive();
                head += (char) octet;
            }
            return new Client(socket, socket.getInputStream().read() - '0');
        }

        /** Reads to the end; how many octets there were. */
        long rest() throws IOException {
            long count = 1;
            byte[] some = new byte[1 << 16];
            for (int got; (got = socket.getInputStream().read(some)) >= 0; count += got) {
                assertThat(some[got - 1] - '0').isEqualTo(host);
            }
            socket.close();
            return count;
        }
    }

    private static void story(NetworkNamespace router, List<Process> servers) throws Exception {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(router.call(Client::ask));
        }
        assertThat(clients).extracting(Client::host).contains(0, 1, 2);

        // One is drained: whoever it serves is served to the end, and then it goes.
        // Process.destroy would close what it prints.
        servers.get(0).toHandle().destroy();
        for (Client each : of(clients, 0)) {
            assertThat(each.rest()).isEqualTo(OCTETS);
        }
        assertThat(servers.get(0).waitFor(60, TimeUnit.SECONDS)).isTrue();
        int served = of(clients, 0).size();
        String report = said(servers.get(0));
        assertThat(report).contains(served + " connections accepted; left: {TIME_WAIT=" + served);
        assertThat(report).doesNotContain("RESETS_OUT");
        router.exec("ip", "nexthop", "del", "id", "1");

        // One is killed: its clients come to another host, which knows nothing of them.
        servers.get(1).destroyForcibly().waitFor();
        router.exec("ip", "nexthop", "del", "id", "2");
        // The router's own sockets remember the next hop; what it forwards does not.
        router.exec("ip", "route", "flush", "cache");
        for (Client each : of(clients, 1)) {
            assertThat(failure(each)).contains("Connection reset");
        }

        // The third has noticed nothing, and serves whoever comes.
        for (Client each : of(clients, 2)) {
            assertThat(each.rest()).isEqualTo(OCTETS);
        }
        for (int i = 0; i < 3; i++) {
            Client newcomer = router.call(Client::ask);
            assertThat(newcomer.host()).isEqualTo(2);
            assertThat(newcomer.rest()).isEqualTo(OCTETS);
        }
        servers.get(2).toHandle().destroy();
        assertThat(servers.get(2).waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(said(servers.get(2)))
                .contains(of(clients, 2).size() + 3 + " connections accepted; left: {TIME_WAIT=");
    }

    private static List<Client> of(List<Client> clients, int host) {
        return clients.stream().filter(each -> each.host() == host).toList();
    }

    private static String said(Process server) {
        return String.join("\n", server.inputReader(StandardCharsets.UTF_8).lines().toList());
    }

    private static String failure(Client client) {
        try {
            return "all was there: " + client.rest();
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
