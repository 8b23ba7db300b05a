package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.link.EthernetConfig;
import io.finwait.spi.Transports;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.UncheckedIOException;

/** Whatever keeps an XDP socket from being opened is told in a sentence that says what to do. */
@Timeout(60)
class XdpErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "xdp: | has 0 characters; choose one of 1 to 15, such as fw0",
                "xdp:eth0?mode=fast | 'mode=fast' in xdp:eth0?mode=fast is none of auto, native",
                "xdp:eth0?queue=-1 | queue",
                "xdp:eth0?queue=4096 | queue",
                "xdp:eth0?offload=yes | is neither 'on' nor 'off'",
                "xdp:eth0?netns=a/b | is no name of a network namespace",
                "xdp:eth0?gateway=10.0.0.1 | needs an address of the endpoint; add own=ADDRESS",
                "xdp:eth0?mtu=1500 | 'mtu' is unknown in xdp:eth0?mtu=1500; known are netns",
            })
    void aWrongUriIsRefusedBeforeAnythingIsOpened(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open(uri))
                .withMessageContaining(message);
    }

    @Test
    void aHostNeedsAnEthernetAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XdpOptions.on("eth0").host(EthernetConfig.at("10.9.0.2/24")))
                .withMessageContaining("give it one with withFixedMac()");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> opening(XdpOptions options) {
        return assertThatThrownBy(() -> XdpTransport.open(options).close())
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void whatCantBeOpenedIsExplained() {
        try (XdpLab lab = new XdpLab()) {
            opening(XdpOptions.on("fwnone"))
                    .hasMessageContaining("there is no interface 'fwnone'; those that are there");
            opening(XdpOptions.on("lo")).hasMessageContaining("'lo' carries no Ethernet frames");
            opening(lab.near().netns("fwnowhere"))
                    .hasMessageContaining("there is no network namespace 'fwnowhere'");
            opening(lab.near().queue(5))
                    .hasMessage(
                            "'fwx0' has no queue 5; it has 1, counted from 0. See them with:"
                                    + " ethtool -l fwx0");
            lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "mtu", "9000");
            opening(lab.near())
                    .hasMessage(
                            "the mtu 9000 of 'fwx0' is above 3820, which is what a frame of an XDP"
                                    + " socket holds; set a smaller one with: ip link set fwx0 mtu"
                                    + " 1500");
            lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "down");
            opening(lab.near())
                    .hasMessageContaining("is down; bring it up with: ip link set fwx0 up");
        }
    }

    /** The peer's frames must fit into a page, in which the driver runs the program. */
    @Test
    void aDriverThatCantRunTheProgramIsNamed() {
        try (XdpLab lab = new XdpLab()) {
            lab.theirs.exec("ip", "link", "set", XdpLab.FAR, "mtu", "9000");
            opening(lab.near().mode(XdpMode.NATIVE))
                    .hasMessageContaining("the driver of 'fwx0' does not run XDP programs")
                    .hasMessageContaining("use mode=generic");
            try (XdpTransport behind = XdpTransport.open(lab.near())) {
                assertThat(behind.isNative()).isFalse();
            }
            lab.theirs.exec("ip", "link", "set", XdpLab.FAR, "mtu", "1500");
            try (XdpTransport inside = XdpTransport.open(lab.near())) {
                assertThat(inside.isNative()).isTrue();
            }
        }
    }

    @Test
    void whoIsThereAlreadyIsNamed() {
        try (XdpLab lab = new XdpLab()) {
            try (XdpTransport _ = XdpTransport.open(lab.near())) {
                opening(lab.near())
                        .hasMessageContaining("the queue 0 of 'fwx0' has an XDP socket already");
            }
            int link = lab.ours.call(XdpErrorsTest::attachAProgram);
            opening(lab.near())
                    .hasMessageContaining("another XDP program is attached to 'fwx0'")
                    .hasMessageContaining("ip link set fwx0 xdp off");
            opening(lab.near().mode(XdpMode.GENERIC))
                    .hasMessageContaining("another XDP program is attached to 'fwx0'");
            new Libc().close(link);
            XdpTransport.open(lab.near()).close();
        }
    }

    /** One that lets every frame pass. */
    private static int attachAProgram() {
        Bpf bpf = new Bpf();
        BpfProgram program = new BpfProgram();
        program.move(0, 2);
        program.exit();
        try (Interface face = new Interface(XdpLab.NEAR)) {
            return bpf.attach(bpf.load(program), face.index(), Bpf.NATIVE);
        }
    }

    @Test
    void whoMayNotIsTold() {
        try (XdpLab lab = new XdpLab()) {
            assertThat(lab.hasProgram()).isFalse();
            assertThat(
                            Rights.failureWithoutCapabilities(
                                    () -> XdpTransport.open(XdpOptions.on("lo")).close()))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage(
                            "opening an XDP socket is not permitted; run as root or give the"
                                    + " process CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF (EPERM)");
        }
    }

    @Test
    void aKernelWithoutItIsNamed() {
        assertThat(XdpErrors.cannotOpen(-Libc.EAFNOSUPPORT))
                .hasMessageContaining("this kernel has no XDP sockets");
        assertThat(XdpErrors.cannotOpen(-Libc.ENOBUFS)).hasMessageContaining("ulimit -l");
        assertThatThrownBy(() -> XdpErrors.requireBpf(-Libc.EINVAL))
                .hasMessageContaining("it takes Linux 5.9 or newer with BPF. Use packet:");
        assertThatThrownBy(() -> XdpErrors.requireBpf(-Libc.EPERM)).hasMessageContaining("CAP_BPF");
    }
}
