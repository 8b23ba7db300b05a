package io.finwait.nio;

import static io.finwait.nio.Packets.packet;
import static io.finwait.nio.Packets.receive;
import static io.finwait.nio.Packets.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Streams break, stall and come back; the clock that the transport is told is the test's. */
@Timeout(60)
class StreamTransportTest {

    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;

    @TempDir Path folder;
    private UnixDomainSocketAddress address;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void chooseAddress() {
        address = UnixDomainSocketAddress.of(folder.resolve("s"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private StreamTransport client() {
        StreamTransport client = StreamTransport.client(address, 1500);
        opened.add(client);
        return client;
    }

    private StreamTransport server() {
        StreamTransport server = StreamTransport.server(address, 1500);
        opened.add(server);
        return server;
    }

    private FramedPeer plainClient() throws IOException {
        FramedPeer peer = new FramedPeer(SocketChannel.open(address));
        opened.add(peer);
        return peer;
    }

    private static byte[] numbered(int number) {
        return packet("10.0.0.2", "10.0.0.1", number, 100);
    }

    private static void untilConnected(StreamTransport transport, long nowNs) {
        for (int step = 0; step < 200 && !transport.isConnected(); step++) {
            receive(transport, nowNs);
            transport.await(50 * MS);
        }
        assertThat(transport.isConnected()).isTrue();
    }

    private static void untilDisconnected(StreamTransport transport, long nowNs) {
        for (int step = 0; step < 200 && transport.isConnected(); step++) {
            transport.await(50 * MS);
            receive(transport, nowNs);
        }
        assertThat(transport.isConnected()).isFalse();
    }

    @Test
    void aClientTriesAgainAfterPausesThatDoubleUntilTheServerIsThere() {
        StreamTransport client = client();
        long now = 7 * SECOND;
        receive(client, now);
        List<Long> pausesMs = new ArrayList<>();
        for (int attempt = 0; attempt < 10; attempt++) {
            pausesMs.add((client.nextDeadlineNs() - now) / MS);
            receive(client, client.nextDeadlineNs() - 1);
            now = client.nextDeadlineNs();
            receive(client, now);
        }
        assertThat(pausesMs)
                .containsExactly(50L, 100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L, 5000L);
        assertThat(client.isConnected()).isFalse();

        StreamTransport server = server();
        now = client.nextDeadlineNs();
        untilConnected(client, now);
        assertThat(client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        send(client, numbered(1), now);
        assertThat(receive(server, 1, now)).containsExactly(numbered(1));
    }

    @Test
    void theClockOfTheTransportMayPassItsLargestNumber() {
        StreamTransport client = client();
        long now = Long.MAX_VALUE - 10 * MS;
        receive(client, now);
        assertThat(client.nextDeadlineNs() - now).isEqualTo(50 * MS);
        receive(client, now + 49 * MS);
        assertThat(client.nextDeadlineNs() - now).isEqualTo(50 * MS);
        receive(client, now + 50 * MS);
        assertThat(client.nextDeadlineNs() - now).isEqualTo(150 * MS);
    }

    @Test
    void aServerThatIsStartedAgainIsFoundAgain() {
        StreamTransport server = server();
        StreamTransport client = client();
        for (int life = 1; life <= 3; life++) {
            long now = life * 10L * SECOND;
            untilConnected(client, now);
            send(client, numbered(life), now);
            assertThat(receive(server, 1, now)).containsExactly(numbered(life));
            send(server, numbered(100 + life), now);
            assertThat(receive(client, 1, now)).containsExactly(numbered(100 + life));

            server.close();
            untilDisconnected(client, now);
            assertThat(client.nextDeadlineNs())
                    .as("a connection that carried packets is missed at once")
                    .isEqualTo(now + 50 * MS);
            server = server();
        }
        assertThat(client.statistics().connections()).isEqualTo(3);
    }

    @Test
    void aClientThatIsStartedAgainReplacesItsFormerSelf() throws IOException {
        StreamTransport server = server();
        FramedPeer former = plainClient();
        former.sendFrame(numbered(1));
        assertThat(receive(server, 1, 0)).containsExactly(numbered(1));

        FramedPeer anew = plainClient();
        anew.sendFrame(numbered(2));
        assertThat(receive(server, 1, SECOND)).containsExactly(numbered(2));
        assertThat(former.seesTheEnd()).isTrue();
        send(server, numbered(3), SECOND);
        assertThat(anew.receiveFrame(SECOND)).isEqualTo(numbered(3));
        assertThat(server.statistics().connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 65_536, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aLengthThatNoPacketHasEndsTheConnectionAfterWhatStandsBeforeIt(int length)
            throws IOException {
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        byte[] good = numbered(1);
        peer.sendRaw(
                ByteBuffer.allocate(8 + good.length)
                        .putInt(good.length)
                        .put(good)
                        .putInt(length)
                        .array());

        assertThat(receive(server, 1, 0)).containsExactly(good);
        assertThat(peer.seesTheEnd()).isTrue();
        untilDisconnected(server, 0);
        assertThat(server.statistics().badFrames()).isEqualTo(1);

        FramedPeer anew = plainClient();
        anew.sendFrame(numbered(2));
        assertThat(receive(server, 1, 0)).containsExactly(numbered(2));
    }

    @Test
    void aFrameThatComesOctetByOctetIsOnePacket() throws IOException {
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        byte[] octets = numbered(1);
        byte[] frame =
                ByteBuffer.allocate(4 + octets.length).putInt(octets.length).put(octets).array();
        for (int i = 0; i < frame.length - 1; i++) {
            peer.sendRaw(frame[i]);
            assertThat(receive(server, 0)).isEmpty();
        }
        peer.sendRaw(frame[frame.length - 1]);
        assertThat(receive(server, 1, 0)).containsExactly(octets);
    }

    @Test
    void aFrameThatIsCutOffByTheEndIsNoPacket() throws IOException {
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        peer.sendFrame(numbered(1));
        peer.sendRaw((byte) 0, (byte) 0, (byte) 0, (byte) 100, (byte) 0x45);
        peer.close();
        assertThat(receive(server, 1, 0)).containsExactly(numbered(1));
        untilDisconnected(server, 0);
        assertThat(server.statistics().badFrames()).isZero();

        FramedPeer anew = plainClient();
        anew.sendFrame(numbered(2));
        assertThat(receive(server, 1, 0)).containsExactly(numbered(2));
    }

    @Test
    void whatIsSentWithoutAConnectionIsLostAndCounted() {
        StreamTransport server = server();
        for (int i = 0; i < 1000; i++) {
            send(server, numbered(i), 0);
        }
        assertThat(server.statistics().sendDrops()).isEqualTo(1000);
        assertThat(server.statistics().packetsSent()).isZero();
    }

    @Test
    void aPeerThatReadsNothingIsWaitedForASecondAndGivenUpAfterFifteen() throws IOException {
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        untilConnected(server, 0);
        int taken = sendUntilRefused(server, 0);
        assertThat(server.statistics().sendDrops()).isZero();
        assertThat(server.nextDeadlineNs()).isEqualTo(SECOND);

        receive(server, SECOND - 1);
        assertThat(server.claim(1500)).as("still waiting").isNull();
        receive(server, SECOND);
        long drops = server.statistics().sendDrops();
        assertThat(drops).as("all that had not begun to be written").isBetween(63L, 64L);

        for (int second = 2; second < 15; second++) {
            sendUntilRefused(server, second * SECOND - 1);
            receive(server, second * SECOND);
            assertThat(server.isConnected()).isTrue();
        }
        sendUntilRefused(server, 15 * SECOND - 1);
        receive(server, 15 * SECOND);
        assertThat(server.isConnected()).isFalse();

        int whole = 0;
        while (peer.receiveFrame(0) != null) {
            whole++;
        }
        assertThat(whole)
                .as("what the kernel took is not lost")
                .isBetween(taken - 64, taken)
                .isEqualTo((int) server.statistics().packetsSent());
    }

    @Test
    void aSlowPeerGetsEverythingInOrder() throws IOException {
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        untilConnected(server, 0);
        int sent = sendUntilRefused(server, 0);
        int last = 3 * sent;
        for (int number = 0; number < last; number++) {
            assertThat(peer.receiveFrame(SECOND)).isEqualTo(large(number));
            receive(server, 0);
            Packet room = sent < last ? server.claim(1500) : null;
            if (room != null) {
                room.buffer().put(room.offset(), large(sent++));
                server.commit(room, 0);
            }
        }
        assertThat(server.statistics().sendDrops()).isZero();
    }

    private static byte[] large(int number) {
        return packet("10.0.0.1", "10.0.0.2", number & 0xFFFF, 1500);
    }

    /** Sends numbered packets of 1,500 octets; how many found room. */
    private static int sendUntilRefused(Transport transport, long nowNs) {
        receive(transport, nowNs);
        int number = 0;
        for (Packet room = transport.claim(1500); room != null; room = transport.claim(1500)) {
            room.buffer().put(room.offset(), large(number));
            transport.commit(room, nowNs);
            number++;
        }
        return number;
    }

    @Test
    void theFileOfAServerThatWasKilledIsReplacedAndOneOfItsOwnIsRemoved() throws IOException {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(address);
        }
        assertThat(address.getPath()).exists();
        StreamTransport server = server();
        FramedPeer peer = plainClient();
        peer.sendFrame(numbered(1));
        assertThat(receive(server, 1, 0)).containsExactly(numbered(1));
        server.close();
        assertThat(address.getPath()).doesNotExist();
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws IOException {
        Files.writeString(address.getPath(), "precious");
        assertThatThrownBy(this::server)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(address.toString())
                .hasMessageContaining("that nobody uses");
        assertThat(address.getPath()).hasContent("precious");
    }

    /** To the JDK a FIFO, a device and a socket are all "other". */
    @Test
    void aFifoIsNoSocketAndIsLeftAlone() throws Exception {
        Process made = new ProcessBuilder("mkfifo", address.getPath().toString()).start();
        assumeTrue(made.waitFor() == 0, "mkfifo makes no FIFO here");
        assertThatThrownBy(this::server).isInstanceOf(UncheckedIOException.class);
        assertThat(address.getPath()).exists();
    }

    @Test
    void aLinkToSomethingElseIsLeftAlone() throws IOException {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "there is no /dev/null here");
        Files.createSymbolicLink(address.getPath(), device);
        assertThatThrownBy(this::server).isInstanceOf(UncheckedIOException.class);
        assertThat(address.getPath()).isSymbolicLink();
        assertThat(device).exists();
    }

    @Test
    void aServerThatTakesNobodyIsNotWaitedForAndKeepsItsFile() throws IOException {
        try (ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(address, 1);
            for (int i = 0; i < 20; i++) {
                SocketChannel waiting = SocketChannel.open(StandardProtocolFamily.UNIX);
                opened.add(waiting);
                waiting.configureBlocking(false);
                try {
                    waiting.connect(address);
                } catch (IOException e) {
                    // The line of those who wait is full.
                    break;
                }
            }
            assertThatThrownBy(this::server).isInstanceOf(UncheckedIOException.class);
            assertThat(address.getPath()).exists();
        }
    }

    @Test
    void theFileOfAnotherServerInTheSamePlaceIsNotRemoved() throws IOException {
        StreamTransport first = server();
        Files.delete(address.getPath());
        StreamTransport second = server();
        first.close();
        assertThat(address.getPath()).exists();
        second.close();
        assertThat(address.getPath()).doesNotExist();
    }

    @Test
    void aFileThatTookThePlaceOfTheSocketIsNotRemoved() throws IOException {
        StreamTransport server = server();
        Files.delete(address.getPath());
        Files.createFile(address.getPath());
        server.close();
        assertThat(address.getPath()).exists();
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        server();
        assertThatThrownBy(this::server)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no peer can be awaited at " + address);
    }

    @Test
    void aPacketIsGivenBackOnce() {
        StreamTransport server = server();
        Packet packet = server.claim(100);
        server.abandon(packet);
        assertThatThrownBy(() -> server.commit(packet, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("give back what claim() returned, once");
        assertThatThrownBy(() -> server.abandon(new Packet()))
                .isInstanceOf(IllegalStateException.class);
    }
}
