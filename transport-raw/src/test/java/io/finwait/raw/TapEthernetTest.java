package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.Finwait;
import io.finwait.link.EthernetTransport;
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
import java.nio.file.Path;

/** Our TCP with the Linux kernel's at the other end of a TAP device: frames, ARP and all. */
@Timeout(120)
class TapEthernetTest {

    private static final String DEVICE = "fwt0";

    private NetworkNamespace kernel;

    @BeforeEach
    void open() {
        kernel = Lab.namespace();
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private EthernetStory story(String offload) {
        String uri =
                "tap:%s?address=%s/24&address6=%s/64&%s&offload=%s&netns=%s"
                        .formatted(
                                DEVICE,
                                EthernetStory.KERNELS,
                                EthernetStory.KERNELS6,
                                EthernetStory.OWN,
                                offload,
                                kernel.name());
        return new EthernetStory(kernel, DEVICE, uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "on"})
    void everythingThatTwoHostsDo(String offload) throws Exception {
        try (EthernetStory story = story(offload)) {
            story.ping();
            story.curl();
            story.connectionsOverIpv6();
            story.manyConnections();
            story.bulk(4_000_000);
            assertThat(kernel.exec("ip", "neigh", "show", "dev", DEVICE))
                    .contains("10.78.0.2 lladdr 02:00:00:00:78:02")
                    .contains("fd78::2 lladdr 02:00:00:00:78:02");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "on"})
    @Tag("thorough")
    void thousandsOfConnections(String offload) throws Exception {
        try (EthernetStory story = story(offload)) {
            story.thousands();
        }
    }

    @Test
    void whoAsksIsAnswered() {
        try (EthernetStory story = story("off")) {
            story.askWhoWeAre();
        }
    }

    @Test
    void tsharkFindsNothingWrong(@TempDir Path folder) throws Exception {
        assumeTrue(Lab.runs("tshark", "-v"), "tshark is not here: skipped");
        assumeTrue(Lab.runs("tcpdump", "--version"), "tcpdump is not here: skipped");
        try (EthernetStory story = story("off")) {
            story.capture(folder.resolve("frames.pcap"));
            story.ping();
            story.curl();
            story.connectionsOverIpv6();
            story.bulk(200_000);
            assertThat(story.complaints()).isEmpty();
            assertThat(story.frames("arp.opcode == 2")).isPositive();
            assertThat(story.frames("icmpv6.type == 136")).isPositive();
            assertThat(story.frames("tcp")).isGreaterThan(100);
        }
    }

    @Test
    void withoutAnAddressItCarriesFrames() {
        try (Transport tap = Transports.open("tap:fwt1?netns=" + kernel.name())) {
            assertThat(tap.capabilities().medium()).isEqualTo(Medium.ETHERNET);
            assertThat(tap.capabilities().mtu()).isEqualTo(1_514);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Finwait.open(EndpointConfig.at("10.0.0.1").build(), tap))
                    .withMessageContaining("add own=ADDRESS/PREFIX to its URI");
        }
    }

    @Test
    void aTagLeavesRoomForWholePackets() {
        String uri = "tap:fwt1?own=10.0.0.1/24&vlan=7&netns=" + kernel.name();
        try (Transport tap = Transports.open(uri)) {
            assertThat(tap).isInstanceOf(EthernetTransport.class);
            assertThat(tap.capabilities().mtu()).isEqualTo(1_500);
        }
    }

    @Test
    void aConnectionInAVlan() throws Exception {
        assumeTrue(
                Lab.runs("modprobe", "-n", "8021q"),
                "this kernel has no VLANs (module 8021q): skipped");
        String uri =
                "tap:%s?%s&vlan=7&netns=%s".formatted(DEVICE, EthernetStory.OWN, kernel.name());
        try (EthernetStory story = new EthernetStory(kernel, DEVICE, uri)) {
            kernel.exec(
                    "ip", "link", "add", "link", DEVICE, "name", "v7", "type", "vlan", "id", "7");
            kernel.exec("ip", "addr", "add", EthernetStory.KERNELS + "/24", "dev", "v7");
            kernel.exec("ip", "-6", "addr", "add", "fd78::1/64", "dev", "v7", "nodad");
            kernel.exec("ip", "link", "set", "v7", "up");
            story.connectionsOverIpv6();
            story.bulk(500_000);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tap:abcdefghijklmnop | has 16 characters; choose one of 1 to 15, such as fw0",
                "tap:fw0?mtu=65522 | an mtu of 65522 is too large for a TAP device; choose 65521",
                "tap:fw0?mac=02:00:00:00:00:01 | needs an address of the endpoint; add own=ADDRESS",
                "tap:fw0?own=10.0.0.1 | is not an address with a prefix length",
                "tap:fw0?own=fd00::1/64 | 'own' takes IPv4 and 'own6' takes IPv6",
                "tap:fw0?own=10.0.0.1/24&gateway=10.1.0.1 | is no neighbour of [10.0.0.1/24]",
                "tap:fw0?own=10.0.0.1/24&mac=1:2 | is not an Ethernet address; write one such as",
                "tap:fw0?own=10.0.0.1/24&vlan=4095 | is not a number from 1 to 4094",
                "tap:fw0?own=10.0.0.1/24&probing=yes | is neither 'on' nor 'off'",
                "tap:fw0?speed=1 | 'speed' is unknown in tap:fw0?speed=1; known are mtu",
                "tap:udp://127.0.0.1:1 | names no file; add &pcap=FILE",
            })
    void aWrongUriIsRefusedBeforeAnythingIsOpened(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open(uri))
                .withMessageContaining(message);
    }

    @Test
    void aNameInUseIsExplained() {
        TunOptions options = TunOptions.named("fwt1").netns(kernel.name());
        try (Transport first = TunTransport.open(options.ethernet(true))) {
            assertThat(first.capabilities().medium()).isEqualTo(Medium.ETHERNET);
            assertThatThrownBy(() -> TunTransport.open(options.ethernet(true)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("the TAP device 'fwt1' is in use by another process");
            assertThatThrownBy(() -> TunTransport.open(options))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("'fwt1' is an interface of another kind");
        }
    }
}
