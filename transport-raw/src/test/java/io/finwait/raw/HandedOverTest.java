package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A device that one process opens and another one serves over. */
@Timeout(120)
class HandedOverTest {

    private static final String OURS = "10.86.0.2";
    private static final int PORT = 7;
    private static final int TIMEOUT_MS = 30_000;

    private NetworkNamespace kernel;
    private Process opener;

    @TempDir private Path folder;

    @AfterEach
    void close() {
        if (opener != null) {
            opener.destroyForcibly();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    /** Starts the other process; returns when it says that it is ready. */
    private void open(String kind, String... how) throws IOException {
        assumeTrue(Lab.runs("python3", "-V"), "python3 is not here: skipped");
        kernel = Lab.namespace();
        List<String> command = new ArrayList<>(List.of("python3", script(), kind, "fwh0"));
        command.add("10.86.0.1/24");
        command.addAll(List.of(how));
        opener = kernel.start(command.toArray(String[]::new));
        BufferedReader said = opener.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        while (line != null && !line.equals("listening") && !line.equals(EchoProgram.READY)) {
            line = said.readLine();
        }
        assertThat(line).as("the other process is ready").isNotNull();
    }

    private static String script() {
        try {
            return Path.of(HandedOverTest.class.getResource("/open-device.py").toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String own(String kind) {
        return kind.equals("tap") ? "&own=" + OURS + "/24" : "";
    }

    private Socket connect() {
        return kernel.call(
                () -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(OURS, PORT), TIMEOUT_MS);
                    socket.setSoTimeout(TIMEOUT_MS);
                    return socket;
                });
    }

    private static void exchange(Socket client) throws IOException {
        client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes())
                .isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
    }

    /** This process takes the descriptor over the socket; the other one has closed its own. */
    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap"})
    void overASocket(String kind) throws Exception {
        String path = folder.resolve("s").toString();
        open(kind, path);
        String uri = kind + ":?socket=" + path + own(kind);
        EndpointConfig config = EndpointConfig.at(OURS).build();
        try (Driver driver = Driver.start(config, Transports.open(uri));
                ServerSocket server =
                        new DriverServerSocketFactory(driver).createServerSocket(PORT);
                Socket client = connect();
                Socket accepted = server.accept()) {
            Thread echo =
                    Thread.startVirtualThread(
                            () -> {
                                try (accepted) {
                                    accepted.getInputStream()
                                            .transferTo(accepted.getOutputStream());
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            exchange(client);
            echo.join();
        }
    }

    /** The other process becomes a program of ours, which has inherited the descriptor. */
    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap"})
    void byInheritance(String kind) throws Exception {
        open(
                kind,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EchoProgram.class.getName(),
                kind + ":?fd={fd}" + own(kind),
                OURS,
                Integer.toString(PORT));
        try (Socket client = connect()) {
            exchange(client);
        }
        assertThat(opener.waitFor()).isZero();
    }

    @Test
    void theWrongKindOfDeviceIsRefusedAndSaysWhatToDo() throws Exception {
        String path = folder.resolve("s").toString();
        open("tap", path);
        assertThatThrownBy(() -> Transports.open("tun:?socket=" + path))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "the device 'fwh0' (what came over the socket) is a TAP, which carries"
                                + " frames; open it as tap:");
    }

    @Test
    void theWrongHeaderIsRefusedAndSaysWhatToDo() throws Exception {
        String path = folder.resolve("s").toString();
        open("tun", path);
        assertThatThrownBy(() -> Transports.open("tun:?offload=on&socket=" + path))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("was opened without IFF_VNET_HDR; open it with offload=off");
    }

    @Test
    void aDescriptorThatIsNoDeviceIsRefused() {
        Lab.assumeTunCanBeMade();
        assertThatThrownBy(() -> Transports.open("tun:?fd=1000000"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("descriptor 1000000 is no open TUN or TAP device");
        assertThatThrownBy(() -> Transports.open("tun:?socket=" + folder.resolve("nobody")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("nobody hands a device over at");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tun:fw0?fd=3 | names more than one device; write tun:?fd=3",
                "tap:?fd=3&socket=/s | names more than one device; write tap:?fd=3",
                "tun:?fd=-1 | is not a number from 0 to",
                "tun:?fd=3&address=10.0.0.1/24 | is set up by whoever opened it; leave out address",
                "tun:?fd=3&pid=1 | is set up by whoever opened it; leave out address"
            })
    void whatGoesWithAnotherDeviceIsRefused(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open(uri))
                .withMessageContaining(message);
    }

    @Test
    void itHasOneQueue() {
        Lab.assumeTunCanBeMade();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TunTransport.openQueues(TunOptions.handedOver(3), 2))
                .withMessageContaining("has one queue; open it with one");
    }

    /** The transport closes what it was given, and nothing that it could not use. */
    @Test
    void theDescriptorBelongsToTheTransport() {
        kernel = Lab.namespace();
        TunOptions options = TunOptions.named("fwh1").netns(kernel.name());
        int fd = TunDevice.open(options, 1).get(0).fd();
        assertThatThrownBy(
                        () -> TunTransport.open(TunOptions.handedOver(fd).ethernet(true)).close())
                .hasMessageContaining("is a TUN, which carries IP packets; open it as tun:");
        try (Transport taken = TunTransport.open(TunOptions.handedOver(fd))) {
            assertThat(taken.toString()).isEqualTo("TunTransport[fwh1, mtu 1500]");
        }
        assertThat(new Libc().setNonblocking(fd)).as("closed").isEqualTo(-9);
    }
}
