package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.link.EthernetConfig;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;

/**
 * Which frames the program takes for us and which it leaves to the kernel: each frame comes to one
 * of the two, whole.
 */
@Timeout(60)
class XdpFilterTest {

    private static final String OURS = "020000007802";
    private static final String SHARED = "02:00:00:00:78:33";
    private static final String KERNELS = "020000007899";
    private static final String SENDER = "020000007801";
    private static final String ALL = "ffffffffffff";

    /** 10.78.0.2 and fd78::2, and two that are not ours. */
    private static final String IP = "0a4e0002";

    private static final String OTHER_IP = "0a4e0003";
    private static final String IP6 = "fd780000000000000000000000000002";
    private static final String OTHER_IP6 = "fd780000000000000000000001000002";

    /** A type for experiments; with it a frame begins that follows each tested one. */
    private static final String EXPERIMENT = "88b5";

    private static XdpLab lab;

    @BeforeAll
    static void open() {
        lab = new XdpLab();
        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "address", SHARED);
        for (NetworkNamespace each : new NetworkNamespace[] {lab.ours, lab.theirs}) {
            // The kernels would send solicitations of their own.
            each.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        }
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private static String arp(int operation, String sender, String target) {
        return "00010800060400%02x%s%s000000000000%s".formatted(operation, SENDER, sender, target);
    }

    private static String discovery(String nextHeader, String type, String target) {
        return "600000000020"
                + nextHeader
                + "ff"
                + "fe800000000000000000000000000001"
                + "ff0200000000000000000001ff000002"
                + type
                + "0000000000"
                + "0000"
                + target
                + "0101"
                + SENDER;
    }

    private static String ip(String destination) {
        return "450000140000000040110000" + "0a4e0001" + destination;
    }

    private static String ip6(String destination) {
        return "60000000000011ff" + "fe800000000000000000000000000001" + destination;
    }

    private static String payload(String what) {
        return switch (what) {
            case "question" -> "0806" + arp(1, "0a4e0001", IP);
            case "probe" -> "0806" + arp(1, "00000000", IP);
            case "claim" -> "0806" + arp(1, IP, IP);
            case "reply" -> "0806" + arp(2, IP, OTHER_IP);
            case "otherQuestion" -> "0806" + arp(1, "0a4e0001", OTHER_IP);
            case "otherClaim" -> "0806" + arp(1, OTHER_IP, OTHER_IP);
            case "shortArp" -> "0806" + arp(1, "0a4e0001", IP).substring(0, 40);
            case "solicitation" -> "86dd" + discovery("3a", "87", IP6);
            case "advertisement" -> "86dd" + discovery("3a", "88", IP6);
            case "otherSolicitation" -> "86dd" + discovery("3a", "87", OTHER_IP6);
            case "echo" -> "86dd" + discovery("3a", "80", IP6);
            case "udp" -> "86dd" + discovery("11", "87", IP6);
            case "shortSolicitation" -> "86dd" + discovery("3a", "87", IP6).substring(0, 120);
            case "ip" -> "0800" + ip(IP);
            case "otherIp" -> "0800" + ip(OTHER_IP);
            case "shortIp" -> "0800" + ip(IP).substring(0, 38);
            case "ip6" -> "86dd" + ip6(IP6);
            case "otherIp6" -> "86dd" + ip6(OTHER_IP6);
            case "nothing" -> EXPERIMENT + "00".repeat(46);
            default -> throw new IllegalArgumentException(what);
        };
    }

    private static byte[] frame(String to, String tag, String what) {
        String tagged = tag == null ? "" : "8100" + tag;
        return HexFormat.of().parseHex(to + SENDER + tagged + payload(what));
    }

    private static EthernetConfig host(int vlan) {
        return EthernetConfig.at("10.78.0.2/24", "fd78::2/64").mac("02:00:00:00:78:02").vlan(vlan);
    }

    @ParameterizedTest
    @CsvSource({
        "ours, nothing, ours",
        "ours, otherQuestion, ours",
        "kernels, nothing, kernels",
        "kernels, question, kernels",
        "kernels, solicitation, kernels",
        "all, nothing, kernels",
        "all, question, ours",
        "all, probe, ours",
        "all, claim, ours",
        "all, reply, ours",
        "all, otherQuestion, kernels",
        "all, otherClaim, kernels",
        "all, shortArp, kernels",
        "group, solicitation, ours",
        "group, advertisement, ours",
        "group, otherSolicitation, kernels",
        "group, echo, kernels",
        "group, udp, kernels",
        "group, shortSolicitation, kernels",
    })
    void eachFrameIsOursOrTheKernels(String to, String what, String whose) {
        carried(host(0), frame(address(to), null, what), "ours", whose);
    }

    @ParameterizedTest
    @CsvSource({
        "ours, 0007, nothing, ours",
        "kernels, 0007, nothing, kernels",
        "all, 0007, question, ours",
        "all, a007, question, ours",
        "all, 0008, question, kernels",
        "all, , question, kernels",
        "all, 0007, otherQuestion, kernels",
        "group, 0007, solicitation, ours",
        "group, 0007, otherSolicitation, kernels",
    })
    void questionsOfOurVlanAreOurs(String to, String tag, String what, String whose) {
        carried(host(7), frame(address(to), tag, what), "ours", whose);
    }

    /** The interface's own Ethernet address, which the kernel has as well. */
    @ParameterizedTest
    @CsvSource({
        "shared, nothing, kernels",
        "shared, ip, ours",
        "shared, otherIp, kernels",
        "shared, shortIp, kernels",
        "shared, ip6, ours",
        "shared, otherIp6, kernels",
        "shared, reply, ours",
        "shared, question, ours",
        "shared, otherQuestion, kernels",
        "shared, advertisement, ours",
        "shared, otherSolicitation, kernels",
        "kernels, ip, kernels",
        "all, question, ours",
        "all, otherQuestion, kernels",
        "group, solicitation, ours",
    })
    void whereTheAddressIsSharedIpAddressesDecide(String to, String what, String whose) {
        carried(host(0).mac(SHARED), frame(address(to), null, what), "shared", whose);
    }

    private static String address(String of) {
        return switch (of) {
            case "shared" -> SHARED.replace(":", "");
            case "ours" -> OURS;
            case "kernels" -> KERNELS;
            case "all" -> ALL;
            default -> "3333ff000002";
        };
    }

    /** What the kernel gets is seen by a packet socket, which comes behind the program. */
    private static void carried(EthernetConfig host, byte[] frame, String own, String whose) {
        PacketOptions passed = PacketOptions.on(XdpLab.NEAR).netns(lab.ours.name()).offload(false);
        PacketOptions far = PacketOptions.on(XdpLab.FAR).netns(lab.theirs.name()).offload(false);
        try (Transport ours = XdpTransport.open(lab.near().host(host));
                Transport kernels = PacketTransport.open(passed);
                Transport sender = PacketTransport.open(far)) {
            byte[] oursNext = frame(address(own), null, own.equals("ours") ? "nothing" : "ip");
            byte[] kernelsNext = frame(KERNELS, null, "nothing");
            for (byte[] each : new byte[][] {frame, oursNext, kernelsNext}) {
                assertThat(Wire.send(sender, each)).isTrue();
            }
            sender.await(0);
            boolean isOurs = whose.equals("ours");
            assertThat(Wire.next(ours)).isEqualTo(isOurs ? frame : oursNext);
            assertThat(Wire.next(kernels)).isEqualTo(isOurs ? kernelsNext : frame);
        }
    }

    @Test
    void withoutAHostEveryFrameIsOurs() {
        PacketOptions far = PacketOptions.on(XdpLab.FAR).netns(lab.theirs.name()).offload(false);
        try (Transport ours = XdpTransport.open(lab.near());
                Transport sender = PacketTransport.open(far)) {
            byte[] frame = frame(KERNELS, null, "nothing");
            assertThat(Wire.send(sender, frame)).isTrue();
            sender.await(0);
            assertThat(Wire.next(ours)).isEqualTo(frame);
        }
    }

    /** A socket has one queue; what comes in at another one stays the kernel's. */
    @Test
    void whatComesInAtAnotherQueueIsTheKernels() {
        lab.ours.exec(
                "sh",
                "-ec",
                "ip link add fwq0 numrxqueues 2 numtxqueues 2 type veth peer name fwq1"
                        + " numrxqueues 2 numtxqueues 2; ip link set fwq0 up; ip link set fwq1 up");
        XdpOptions options = XdpOptions.on("fwq0").netns(lab.ours.name()).host(host(0));
        PacketOptions passed = PacketOptions.on("fwq0").netns(lab.ours.name()).offload(false);
        PacketOptions far = PacketOptions.on("fwq1").netns(lab.ours.name()).offload(false);
        byte[] frame = frame(OURS, null, "nothing");
        int[] seen = new int[2];
        for (int queue = 0; queue < 2; queue++) {
            try (Transport ours = XdpTransport.open(options.queue(queue));
                    Transport kernels = PacketTransport.open(passed);
                    Transport sender = PacketTransport.open(far)) {
                assertThat(Wire.send(sender, frame)).isTrue();
                sender.await(0);
                PacketBatch batch = new PacketBatch(4);
                while (batch.size() == 0) {
                    ours.await(1_000_000);
                    seen[queue] += ours.receive(batch, 0);
                    kernels.receive(batch, 0);
                }
                assertThat(Wire.octets(batch.get(0))).isEqualTo(frame);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1);
    }
}
