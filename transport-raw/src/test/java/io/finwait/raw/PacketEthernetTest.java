package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;
import io.finwait.link.MacAddress;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Our TCP on one end of a veth pair or on a bridge, the Linux kernel's at the other. */
@Timeout(120)
class PacketEthernetTest {

    private static final String OUR_DEVICE = "fwv0";
    private static final String KERNELS_DEVICE = "fwv1";

    private NetworkNamespace ours;
    private NetworkNamespace kernel;

    @BeforeEach
    void open() {
        ours = Lab.namespace();
        kernel = Lab.namespace();
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
        if (ours != null) {
            ours.close();
        }
    }

    /** A veth pair, one end in each namespace, that is up. */
    private void veth(String near, String far) {
        ours.exec(
                "ip",
                "link",
                "add",
                near,
                "type",
                "veth",
                "peer",
                "name",
                far,
                "netns",
                kernel.name());
        ours.exec("ip", "link", "set", near, "up");
        kernel.exec("ip", "link", "set", far, "up");
        Lab.awaitLink(ours, near);
    }

    private void giveTheKernelItsAddresses(String device) {
        kernel.exec("ip", "addr", "add", EthernetStory.KERNELS + "/24", "dev", device);
        kernel.exec("ip", "addr", "add", EthernetStory.KERNELS6 + "/64", "dev", device, "nodad");
    }

    private EthernetStory story(String device, String more) {
        return new EthernetStory(
                kernel,
                device,
                "packet:%s?%s&netns=%s%s"
                        .formatted(OUR_DEVICE, EthernetStory.OWN, ours.name(), more));
    }

    private EthernetStory overVeth(String more) {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        giveTheKernelItsAddresses(KERNELS_DEVICE);
        return story(KERNELS_DEVICE, more);
    }

    @Test
    void everythingThatTwoHostsDo() throws Exception {
        try (EthernetStory story = overVeth("")) {
            story.ping();
            story.curl();
            story.connectionsOverIpv6();
            story.manyConnections();
            story.bulk(4_000_000);
        }
    }

    @Test
    void withoutOffloadWhereTheKernelSendsNoSuperFrames() throws Exception {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        giveTheKernelItsAddresses(KERNELS_DEVICE);
        kernel.exec("ip", "link", "set", KERNELS_DEVICE, "gso_max_segs", "1");
        try (EthernetStory story = story(KERNELS_DEVICE, "&offload=off")) {
            story.ping();
            story.connectionsOverIpv6();
            story.bulk(1_000_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"veth, on", "veth, off", "bridge, on", "bridge, off"})
    @Tag("thorough")
    void thousandsOfConnections(String where, String offload) throws Exception {
        boolean bridged = where.equals("bridge");
        veth(OUR_DEVICE, KERNELS_DEVICE);
        String device = bridged ? "fwbr" : KERNELS_DEVICE;
        if (bridged) {
            bridge(KERNELS_DEVICE);
        }
        giveTheKernelItsAddresses(device);
        if (offload.equals("off")) {
            kernel.exec("ip", "link", "set", device, "gso_max_segs", "1");
        }
        try (EthernetStory story = story(device, "&offload=" + offload)) {
            story.thousands();
        }
    }

    /** A bridge of the kernel's, with these ports. */
    private void bridge(String... ports) {
        kernel.exec("ip", "link", "add", "fwbr", "type", "bridge");
        for (String each : ports) {
            kernel.exec("ip", "link", "set", each, "master", "fwbr");
        }
        kernel.exec("ip", "link", "set", "fwbr", "up");
    }

    @Test
    void whoAsksIsAnswered() {
        try (EthernetStory story = overVeth("")) {
            story.askWhoWeAre();
        }
    }

    @Test
    void tsharkFindsNothingWrongInWhatWeSend(@TempDir Path folder) throws Exception {
        assumeTrue(Lab.runs("tshark", "-v"), "tshark is not here: skipped");
        assumeTrue(Lab.runs("tcpdump", "--version"), "tcpdump is not here: skipped");
        veth(OUR_DEVICE, KERNELS_DEVICE);
        giveTheKernelItsAddresses(KERNELS_DEVICE);
        kernel.exec("ip", "link", "set", KERNELS_DEVICE, "gso_max_segs", "1");
        try (EthernetStory story = story(KERNELS_DEVICE, "&offload=off")) {
            story.capture(folder.resolve("frames.pcap"));
            story.ping();
            story.curl();
            story.bulk(100_000);
            // A veth leaves the checksums of what the kernel sends unfinished.
            assertThat(story.complaints("eth.src == 02:00:00:00:78:02")).isEmpty();
            assertThat(story.frames("arp.opcode == 2 && eth.src == 02:00:00:00:78:02"))
                    .isPositive();
        }
    }

    @Test
    void theKernelDoesNotAnswerForUs() throws Exception {
        try (EthernetStory story = overVeth("")) {
            // 10.78.0.77 is nobody's, and our namespace's kernel has the interface.
            assertThatThrownBy(() -> kernel.exec("ping", "-c", "1", "-W", "1", "10.78.0.77"))
                    .isInstanceOf(UncheckedIOException.class);
            story.connectionsOverIpv6();
            assertThat(ours.exec("cat", "/proc/net/snmp").lines())
                    .filteredOn(line -> line.startsWith("Tcp: ") && !line.contains("OutRsts"))
                    .allMatch(line -> line.split(" ", -1)[14].equals("0"));
        }
    }

    /** The kernel with a bridge, and two hosts of ours at its ports. */
    @Test
    void threeHostsOnABridge() throws Exception {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        veth("fwv2", "fwv3");
        bridge(KERNELS_DEVICE, "fwv3");
        giveTheKernelItsAddresses("fwbr");
        Transport second = Transports.open("packet:fwv2?own=10.78.0.3/24&netns=" + ours.name());
        try (EthernetStory story = story("fwbr", "");
                Driver driver = Driver.start(EndpointConfig.at("10.78.0.3").build(), second)) {
            story.curl();
            story.connectionsOverIpv6();
            story.bulk(1_000_000);
            try (ServerSocket server =
                            new DriverServerSocketFactory(story.driver).createServerSocket(99, 8);
                    Socket client = new DriverSocketFactory(driver).createSocket()) {
                client.connect(new InetSocketAddress(EthernetStory.OURS, 99), 10_000);
                try (Socket accepted = server.accept()) {
                    client.getOutputStream().write(7);
                    assertThat(accepted.getInputStream().read()).isEqualTo(7);
                }
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            driver.shutdown(Duration.ofSeconds(5)).join();
        }
    }

    @Test
    void aConnectionSurvivesAnInterfaceThatGoesDown() throws Exception {
        try (EthernetStory story = overVeth("")) {
            story.survives(
                    () -> {
                        ours.exec("ip", "link", "set", OUR_DEVICE, "down");
                        ours.exec("ip", "link", "set", OUR_DEVICE, "up");
                    });
        }
    }

    @Test
    void anInterfaceThatIsRemovedEndsTheDriverWithAWord() throws Exception {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        String uri = "packet:%s?%s&netns=%s".formatted(OUR_DEVICE, EthernetStory.OWN, ours.name());
        Driver driver =
                Driver.start(EndpointConfig.at(EthernetStory.OURS).build(), Transports.open(uri));
        ours.exec("ip", "link", "del", OUR_DEVICE);
        assertThat(driver.stopped().get(30, TimeUnit.SECONDS).failure())
                .hasMessageContaining("the interface 'fwv0' is gone: somebody has removed it");
    }

    @Test
    void withoutAnAddressItCarriesFrames() {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        String uri = "packet:" + OUR_DEVICE + "?netns=" + ours.name();
        try (Transport frames = Transports.open(uri)) {
            Capabilities capabilities = frames.capabilities();
            assertThat(capabilities.medium()).isEqualTo(Medium.ETHERNET);
            assertThat(capabilities.mtu()).isEqualTo(1_514);
            assertThat(capabilities.segmentationOffload()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "packet: | has 0 characters; choose one of 1 to 15, such as fw0",
                "packet:a:b | has a character that the kernel refuses",
                "packet:eth0?offload=yes | is neither 'on' nor 'off'",
                "packet:eth0?netns=a/b | is no name of a network namespace",
                "packet:eth0?gateway=10.0.0.1 | needs an address of the endpoint; add own=ADDRESS",
                "packet:eth0?mtu=1500 | 'mtu' is unknown in packet:eth0?mtu=1500; known are netns",
            })
    void aWrongUriIsRefusedBeforeAnythingIsOpened(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open(uri))
                .withMessageContaining(message);
    }

    @Test
    void whatCantBeOpenedIsExplained() {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        ours.exec("ip", "link", "set", OUR_DEVICE, "down");
        PacketOptions here = PacketOptions.on(OUR_DEVICE).netns(ours.name());
        assertThatThrownBy(() -> PacketTransport.open(here))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is down; bring it up with: ip link set fwv0 up");
        assertThatThrownBy(() -> PacketTransport.open(PacketOptions.on("fwnone")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("there is no interface 'fwnone'");
        assertThatThrownBy(() -> PacketTransport.open(PacketOptions.on("lo")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("'lo' carries no Ethernet frames");
        assertThat(
                        Rights.failureWithoutCapabilities(
                                () -> PacketTransport.open(PacketOptions.on("lo")).close()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "opening a packet socket is not permitted; run as root or give the process"
                                + " CAP_NET_RAW (EPERM)");
        assertThat(PacketDevice.cannotOpen(-Libc.EAFNOSUPPORT))
                .hasMessageContaining("modprobe af_packet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "group"})
    void onlyFramesToUsAndToGroupsAreReceived(String to) {
        veth(OUR_DEVICE, KERNELS_DEVICE);
        String mac = to.equals("own") ? "02:00:00:00:78:02" : "ff:ff:ff:ff:ff:ff";
        PacketOptions near = PacketOptions.on(OUR_DEVICE).netns(ours.name()).offload(false);
        PacketOptions far = PacketOptions.on(KERNELS_DEVICE).netns(kernel.name()).offload(false);
        MacAddress own = MacAddress.parse("02:00:00:00:78:02");
        try (PacketTransport filtered = PacketTransport.open(near.mac(own));
                PacketTransport sender = PacketTransport.open(far)) {
            Wire.send(sender, frame("02:00:00:00:78:03"));
            Wire.send(sender, frame("02:00:00:01:78:02"));
            Wire.send(sender, frame(mac));
            sender.await(0);
            byte[] first = Wire.next(filtered);
            while (first[13] != 0x36) {
                // The kernels of both ends send IPv6 of their own.
                first = Wire.next(filtered);
            }
            assertThat(first).startsWith(frame(mac));
        }
    }

    /** A frame of 60 octets of a type that is for experiments. */
    private static byte[] frame(String to) {
        byte[] frame = new byte[60];
        String[] octets = to.split(":", -1);
        for (int i = 0; i < 6; i++) {
            frame[i] = (byte) Integer.parseInt(octets[i], 16);
        }
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0x36;
        return frame;
    }
}
