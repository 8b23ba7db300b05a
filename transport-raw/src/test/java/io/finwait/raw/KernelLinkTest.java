package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkBridge;
import io.finwait.sim.LinkModel;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;

/** Two Linux kernels, each in a namespace and behind a TUN device, with a bad link between them. */
class KernelLinkTest {

    private static final String NEAR = "10.84.0.1";
    private static final String FAR = "10.84.0.2";
    private static final int PORT = 8080;
    private static final int MOST_ROUNDS = 50;

    /** Two namespaces that a link joins while {@code story} runs. */
    private interface Story {
        void play(NetworkNamespace near, NetworkNamespace far, LinkBridge link) throws Exception;
    }

    private static void play(LinkModel there, LinkModel back, Story story) throws Exception {
        try (NetworkNamespace near = Lab.namespace();
                NetworkNamespace far = Lab.namespace()) {
            TunTransport a = open("fwla", NEAR, near);
            TunTransport b = open("fwlb", FAR, far);
            LinkBridge link = new LinkBridge(a, b, there, back, 3);
            Thread carrier = Thread.ofPlatform().name("link a").start(link::run);
            try {
                story.play(near, far, link);
            } finally {
                link.close();
                carrier.join();
            }
        }
    }

    private static TunTransport open(String name, String address, NetworkNamespace where) {
        return TunTransport.open(
                TunOptions.named(name).address(address + "/24").netns(where.name()));
    }

    /** A machine that is busy adds to a round trip, and can't take away: the shortest of many. */
    private static double shortestRoundTripMs(NetworkNamespace from, double shortEnough) {
        double shortest = Double.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && shortest > shortEnough; round++) {
            String said = from.exec("ping", "-c", "5", "-i", "0.05", FAR);
            shortest =
                    said.lines()
                            .filter(line -> line.contains("time="))
                            .map(line -> line.replaceFirst(".*time=([0-9.]+) ms", "$1"))
                            .mapToDouble(Double::parseDouble)
                            .reduce(shortest, Math::min);
        }
        return shortest;
    }

    @Test
    void theRoundTripIsTheDelayOfBothDirections() throws Exception {
        play(
                LinkModel.parse("delay=20ms"),
                LinkModel.parse("delay=10ms"),
                (near, far, link) -> {
                    // Below twice the delay of either direction.
                    assertThat(shortestRoundTripMs(near, 39)).isBetween(29.9, 39.0);
                    assertThat(link.aToB().packets()).isGreaterThanOrEqualTo(5);
                });
    }

    @Test
    void oneKernelSendsToTheOtherWhateverTheLinkDoes() throws Exception {
        byte[] octets = new byte[2_000_000];
        new Random(5).nextBytes(octets);
        String bad =
                "delay=2ms,rate=200M,queue=100,loss=1%,reordering=1%,reorderdelay=4ms,"
                        + "duplication=1%,corruption=1%";
        play(
                LinkModel.parse(bad),
                LinkModel.parse("delay=2ms,loss=1%"),
                (near, far, link) -> {
                    assertThat(received(near, far, octets)).isEqualTo(octets);
                    assertThat(link.aToB().dropped()).isPositive();
                    assertThat(link.aToB().duplicated()).isPositive();
                    assertThat(link.aToB().overtaken()).isPositive();
                    assertThat(link.aToB().corrupted()).isPositive();
                });
    }

    private static byte[] received(NetworkNamespace near, NetworkNamespace far, byte[] octets)
            throws IOException, InterruptedException {
        try (ServerSocket server =
                        far.call(() -> new ServerSocket(PORT, 1, InetAddress.getByName(FAR)));
                Socket client = near.call(() -> new Socket(InetAddress.getByName(FAR), PORT));
                Socket accepted = server.accept()) {
            Thread writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            client.getOutputStream().write(octets);
                                            client.shutdownOutput();
                                        } catch (IOException e) {
                                            // The reader will miss what was not written.
                                        }
                                    });
            accepted.setSoTimeout(60_000);
            InputStream in = accepted.getInputStream();
            byte[] read = in.readNBytes(octets.length);
            assertThat(in.read()).as("FIN").isEqualTo(-1);
            writer.join();
            return read;
        }
    }
}
