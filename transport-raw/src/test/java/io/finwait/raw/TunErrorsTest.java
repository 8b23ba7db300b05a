package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.UncheckedIOException;

/** Whatever can't be done says in one sentence what to do. */
class TunErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tun: | has 0 characters; choose one of 1 to 15, such as fw0",
                "tun:abcdefghijklmnop | has 16 characters; choose one of 1 to 15, such as fw0",
                "tun:a b | has a character that the kernel refuses; choose one such as fw0",
                "tun:a/b | has a character that the kernel refuses; choose one such as fw0",
                "tun:.. | has a character that the kernel refuses; choose one such as fw0",
                "tun:fw0?mtu=575 | is not a number from 576 to 65535",
                "tun:fw0?mtu=65536 | is not a number from 576 to 65535",
                "tun:fw0?txqueuelen=0 | is not a number from 1 to 1000000",
                "tun:fw0?address=10.9.0.1 | is not an address with a prefix length; write one such"
                        + " as",
                "tun:fw0?address=10.9.0/24 | '10.9.0' is not an IP address",
                "tun:fw0?address=10.9.0.1/33 | the prefix length in '10.9.0.1/33' is above 32",
                "tun:fw0?address6=fd00::1/129 | the prefix length in 'fd00::1/129' is above 128",
                "tun:fw0?address=fd00::1/64 | 'address' takes IPv4 and 'address6' takes IPv6",
                "tun:fw0?address6=10.9.0.1/24 | 'address' takes IPv4 and 'address6' takes IPv6",
                "tun:fw0?address6=fd00::1/64&mtu=1279 | an mtu of 1279 is too small for the IPv6",
                "tun:fw0?netns= | is no name of a network namespace; see: ip netns list",
                "tun:fw0?netns=a/b | is no name of a network namespace; see: ip netns list",
                "tun:fw0?pid=0 | is not a number from 1 to",
                "tun:fw0?pid=1&netns=x | exclude each other; choose one",
                "tun:fw0?defaultroute=1 | is neither 'on' nor 'off'",
                "tun:fw0?offload=yes | 'offload=yes' in tun:fw0?offload=yes is neither 'on' nor"
                        + " 'off'",
                "tun:fw0?speed=fast | 'speed' is unknown in tun:fw0?speed=fast; known are mtu",
            })
    void aWrongUriIsRefusedBeforeAnythingIsOpened(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open(uri))
                .withMessageContaining(message);
    }

    @Test
    void theBordersOfAUriAreAccepted() {
        for (String uri :
                new String[] {
                    "tun:abcdefghijklmno?mtu=576",
                    "tun:fw0?mtu=65535&address=10.9.0.1/0",
                    "tun:fw0?mtu=1280&address6=fd00::1/128&address=10.9.0.1/32&txqueuelen=1",
                }) {
            assertThat(TunProvider.options(TransportUri.parse(uri)).name()).isNotEmpty();
        }
    }

    @Test
    void optionsAreCheckedWithoutAUriAsWell() {
        TunOptions options = TunOptions.named("fw0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.mtu(575))
                .withMessage("mtu 575 is out of range; choose 576 to 65535 octets");
        assertThatIllegalArgumentException().isThrownBy(() -> options.mtu(65_536));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.txQueueLength(-1))
                .withMessageContaining("choose 1 or more");
    }

    @Test
    void anotherOperatingSystemIsNamed() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Linux.require("Mac OS X", "aarch64"))
                .withMessage(
                        "a TUN device is opened through Linux system calls, and this is Mac OS X;"
                                + " use the sim: or udp: transport here");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Linux.require("Linux", "ppc64le"))
                .withMessageContaining("and this is ppc64le");
    }

    @Test
    void aMissingDeviceFileIsExplained() {
        assertThat(TunDevice.cannotOpen(-Libc.ENOENT))
                .hasMessageContaining(
                        "there is no /dev/net/tun; load the module with 'modprobe tun'");
        assertThat(TunDevice.cannotOpen(-Libc.ENODEV)).hasMessageContaining("modprobe tun");
    }

    @Test
    void missingAccessToTheDeviceFileIsExplained() {
        Lab.assumeTunCanBeMade();
        assertThat(Rights.failureAsNobody(() -> open(TunOptions.named("fwerr%d"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "opening /dev/net/tun is not permitted; run as root or give the process"
                                + " CAP_NET_ADMIN and access to the file (EACCES)");
    }

    @Test
    void aProcessWithoutANamespaceIsExplained() {
        Lab.assumeTunCanBeMade();
        long own = ProcessHandle.current().pid();
        assertThatThrownBy(() -> open(TunOptions.named("fw0").process(own)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("has no network namespace of its own; start it with");
        // Larger than the kernel's numbers get.
        assertThatThrownBy(() -> open(TunOptions.named("fw0").process(1L << 23)))
                .hasMessageContaining("there is no process 8388608");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TunOptions.named("fw0").process(0))
                .withMessageContaining("there is no process 0");
    }

    @Test
    void aMissingCapabilityIsExplained() {
        Lab.assumeTunCanBeMade();
        assertThat(Rights.failureWithoutCapabilities(() -> open(TunOptions.named("fwerr%d"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "making the TUN device 'fwerr%d' is not permitted; run as root or give the"
                                + " process CAP_NET_ADMIN (EPERM)");
    }

    @Test
    void aMissingNamespaceIsExplained() {
        Lab.assumeTunCanBeMade();
        assertThatThrownBy(() -> open(TunOptions.named("fw0").netns("fwraw-nowhere")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(
                        "there is no network namespace 'fwraw-nowhere'; make it with: ip netns add"
                                + " fwraw-nowhere (ENOENT)");
    }

    @Test
    void aNameInUseIsExplained() {
        try (NetworkNamespace namespace = Lab.namespace()) {
            TunOptions options = TunOptions.named("fw0").netns(namespace.name());
            try (Transport first = TunTransport.open(options)) {
                assertThat(first.capabilities().mtu()).isEqualTo(1500);
                assertThatThrownBy(() -> open(options))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("'fw0' is in use by another process");
            }
            assertThatThrownBy(() -> open(TunOptions.named("lo").netns(namespace.name())))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("'lo' is an interface of another kind");
        }
    }

    @Test
    void ipv6SwitchedOffIsExplainedAndNoDeviceIsLeft() {
        try (NetworkNamespace namespace = Lab.namespace()) {
            namespace.exec("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
            TunOptions options = TunOptions.named("fw0").netns(namespace.name());
            assertThatThrownBy(() -> open(options.address("fd00::1/64")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("IPv6 is switched off for 'fw0'; switch it on with");
            assertThat(namespace.exec("ip", "-o", "link")).doesNotContain("fw0");
        }
    }

    private static void open(TunOptions options) {
        TunTransport.open(options).close();
    }
}
