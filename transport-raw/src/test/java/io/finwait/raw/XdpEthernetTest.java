package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;
import io.finwait.nio.ChildJvm;
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
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Our TCP at an XDP socket on one end of a veth pair, the Linux kernel's at the other. */
@Timeout(120)
class XdpEthernetTest {

    private static final String NEAR_KERNELS = "10.78.0.9";

    private XdpLab lab;

    @BeforeEach
    void open() {
        lab = new XdpLab();
        lab.theirs.exec("ip", "addr", "add", EthernetStory.KERNELS + "/24", "dev", XdpLab.FAR);
        lab.theirs.exec(
                "ip", "addr", "add", EthernetStory.KERNELS6 + "/64", "dev", XdpLab.FAR, "nodad");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private String uri(String more) {
        return "xdp:%s?%s&netns=%s%s"
                .formatted(XdpLab.NEAR, EthernetStory.OWN, lab.ours.name(), more);
    }

    private EthernetStory story(String more) {
        if (more.contains("generic")) {
            // Only a program in the driver makes a veth's other end send plain frames.
            lab.theirs.exec("ip", "link", "set", XdpLab.FAR, "gso_max_segs", "1");
        }
        return new EthernetStory(lab.theirs, XdpLab.FAR, uri(more));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&mode=generic"})
    void everythingThatTwoHostsDo(String more) throws Exception {
        try (EthernetStory story = story(more)) {
            story.ping();
            story.curl();
            story.connectionsOverIpv6();
            story.manyConnections();
            story.bulk(4_000_000);
        }
    }

    @Test
    @Tag("thorough")
    void thousandsOfConnections() throws Exception {
        try (EthernetStory story = story("")) {
            story.thousands();
        }
    }

    @Test
    void whoAsksIsAnswered() {
        try (EthernetStory story = story("")) {
            story.askWhoWeAre();
        }
    }

    @Test
    void tsharkFindsNothingWrongInWhatWeSend(@TempDir Path folder) throws Exception {
        assumeTrue(Lab.runs("tshark", "-v"), "tshark is not here: skipped");
        assumeTrue(Lab.runs("tcpdump", "--version"), "tcpdump is not here: skipped");
        try (EthernetStory story = story("")) {
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

    /** The kernel of the interface has an address, too, and talks to the other end meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&mode=generic"})
    void theKernelGoesOnUsingTheInterface(String more) throws Exception {
        bothTalkToTheOtherEnd(more);
    }

    /** Both have one Ethernet address, and are told apart by their IP addresses. */
    @Test
    void theKernelAndWeShareAnEthernetAddress() throws Exception {
        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "address", "02:00:00:00:78:02");
        bothTalkToTheOtherEnd("");
    }

    private void bothTalkToTheOtherEnd(String more) throws Exception {
        lab.ours.exec("ip", "addr", "add", NEAR_KERNELS + "/24", "dev", XdpLab.NEAR);
        try (ServerSocket server = listen(lab.theirs, EthernetStory.KERNELS);
                Socket before = connect(lab.ours, EthernetStory.KERNELS);
                Socket accepted = server.accept()) {
            exchange(before, accepted);
            try (EthernetStory story = story(more)) {
                exchange(before, accepted);
                story.curl();
                exchange(before, accepted);
                try (ServerSocket near = listen(lab.ours, NEAR_KERNELS);
                        Socket during = connect(lab.theirs, NEAR_KERNELS);
                        Socket taken = near.accept()) {
                    exchange(during, taken);
                }
                story.connectionsOverIpv6();
            }
            exchange(before, accepted);
        }
    }

    private static ServerSocket listen(NetworkNamespace where, String address) {
        return where.call(() -> new ServerSocket(7_001, 4, InetAddress.getByName(address)));
    }

    private static Socket connect(NetworkNamespace where, String address) {
        return where.call(
                () -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(address, 7_001), 20_000);
                    socket.setSoTimeout(20_000);
                    return socket;
                });
    }

    private static void exchange(Socket one, Socket other) throws IOException {
        other.setSoTimeout(20_000);
        one.getOutputStream().write(5);
        assertThat(other.getInputStream().read()).isEqualTo(5);
        other.getOutputStream().write(6);
        assertThat(one.getInputStream().read()).isEqualTo(6);
    }

    @Test
    void aConnectionSurvivesAnInterfaceThatGoesDown() throws Exception {
        try (EthernetStory story = story("")) {
            story.survives(
                    () -> {
                        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "down");
                        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "up");
                    });
        }
    }

    @Test
    void anInterfaceThatIsRemovedEndsTheDriverWithAWord() throws Exception {
        Driver driver =
                Driver.start(
                        EndpointConfig.at(EthernetStory.OURS).build(), Transports.open(uri("")));
        lab.ours.exec("ip", "link", "del", XdpLab.NEAR);
        assertThat(driver.stopped().get(30, TimeUnit.SECONDS).failure())
                .hasMessageContaining("the interface 'fwx0' is gone: somebody has removed it");
    }

    @Test
    void theProgramGoesWithTheTransport() {
        for (int i = 0; i < 3; i++) {
            try (Transport _ = Transports.open(uri(""))) {
                assertThat(lab.hasProgram()).isTrue();
            }
            assertThat(lab.hasProgram()).isFalse();
        }
    }

    /** The kernel closes the link with the process, without any help from us. */
    @Test
    void theProgramGoesWithAKilledProcess() throws Exception {
        List<String> options = List.of("--enable-native-access=ALL-UNNAMED");
        String[] arguments = {uri(""), EthernetStory.OURS, "7"};
        try (ChildJvm child = ChildJvm.start(options, EchoProgram.class, arguments)) {
            child.untilItSays(EchoProgram.READY);
            assertThat(lab.hasProgram()).isTrue();
            child.kill();
        }
        assertThat(lab.hasProgram()).isFalse();
        Transports.open(uri("")).close();
    }

    @Test
    void withoutAnAddressItCarriesFrames() {
        String uri = "xdp:" + XdpLab.NEAR + "?netns=" + lab.ours.name();
        try (Transport frames = Transports.open(uri)) {
            Capabilities capabilities = frames.capabilities();
            assertThat(capabilities.medium()).isEqualTo(Medium.ETHERNET);
            assertThat(capabilities.mtu()).isEqualTo(1_514);
            assertThat(capabilities.segmentationOffload()).isFalse();
        }
    }
}
