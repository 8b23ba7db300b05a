package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Namespaces are made, entered and removed. */
@Timeout(60)
class NetworkNamespaceTest {

    @BeforeEach
    void rights() {
        Lab.assumeTunCanBeMade();
    }

    @Test
    void aNamespaceHasNothingButLoopbackAndGoesAway() {
        Path file;
        try (NetworkNamespace namespace = Lab.namespace()) {
            file = Path.of("/run/netns", namespace.name());
            assertThat(file).exists();
            assertThat(namespace.exec("ip", "-o", "link", "show", "up").lines()).hasSize(1);
        }
        assertThat(Files.exists(file)).isFalse();
    }

    @Test
    void whatACommandPrintsComesBackAndItsFailureIsTold() {
        try (NetworkNamespace namespace = Lab.namespace()) {
            assertThat(namespace.exec("echo", "hello")).isEqualTo("hello\n");
            assertThatThrownBy(() -> namespace.exec("ip", "link", "show", "nothing"))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("ip link show nothing' failed")
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void socketsOpenedInsideStayInsideAndTheCallerStaysOutside() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (NetworkNamespace namespace = Lab.namespace();
                ServerSocket server = namespace.call(() -> new ServerSocket(0, 5, loopback))) {
            int port = server.getLocalPort();
            try (Socket inside = namespace.call(() -> new Socket(loopback, port))) {
                assertThat(inside.isConnected()).isTrue();
            }
            assertThatThrownBy(() -> new Socket(loopback, port).close())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatAnActionThrowsComesThrough() {
        try (NetworkNamespace namespace = Lab.namespace()) {
            assertThatThrownBy(
                            () ->
                                    namespace.call(
                                            () -> {
                                                throw new IOException("as it is");
                                            }))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("as it is");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    namespace.call(
                                            () -> {
                                                throw new IllegalArgumentException("wrong");
                                            }));
        }
    }

    @Test
    void wrongAndTakenNamesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkNamespace.create("../x"))
                .withMessageContaining("choose letters and digits");
        try (NetworkNamespace namespace = Lab.namespace()) {
            assertThatThrownBy(() -> NetworkNamespace.create(namespace.name()))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("File exists");
        }
    }

    /** A killed run can't remove its namespaces, and another one may get its process id. */
    @Test
    void whatAKilledProcessLeftIsRemovedAndOthersStay() throws Exception {
        Lab.assumeTunCanBeMade();
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        String prefix = "fwleft" + ProcessHandle.current().pid();
        NetworkNamespace.create(prefix + "-" + gone.pid() + "-0123abcd");
        try (NetworkNamespace first = NetworkNamespace.createOwn(prefix);
                NetworkNamespace second = NetworkNamespace.createOwn(prefix);
                NetworkNamespace named = NetworkNamespace.create(prefix + "-mine")) {
            assertThat(Path.of("/run/netns").toFile().list())
                    .contains(first.name(), second.name(), named.name())
                    .doesNotContain(prefix + "-" + gone.pid() + "-0123abcd");
        }
    }
}
