package io.finwait.nio.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.Driver;
import io.finwait.sim.SimNetwork;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.function.Supplier;

/** A stack shows itself, is found, and leaves nothing behind. */
@Timeout(60)
@SuppressWarnings("try") // what is opened is seen by those who look, not by the test
class ControlSocketTest {

    @TempDir private Path temporary;
    private Path folder;

    @BeforeEach
    void nameTheFolder() {
        folder = temporary.resolve("finwait");
    }

    private ControlSocket open(String name, Supplier<String> text) throws IOException {
        return ControlSocket.open(folder, name, ControlSocket.onlyConnections(text));
    }

    private RunningStack only() throws IOException {
        assertThat(RunningStacks.list(folder)).hasSize(1);
        return RunningStacks.list(folder).get(0);
    }

    @Test
    void whoLooksIsSentTheTextOfTheMoment() throws IOException {
        int[] looks = {0};
        try (ControlSocket open = open("web", () -> "look " + ++looks[0])) {
            RunningStack stack = only();
            assertThat(stack.name()).isEqualTo("web");
            assertThat(stack.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(stack.look()).isEqualTo("look 1");
            assertThat(stack.look()).isEqualTo("look 2");
        }
        assertThat(RunningStacks.list(folder)).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aDriverShowsItsConnections() throws IOException {
        Driver driver =
                Driver.start(EndpointConfig.at("10.0.0.1").build(), SimNetwork.seeded(1).host("a"));
        try (driver;
                ControlSocket open =
                        ControlSocket.open(
                                folder, "web", view -> ControlSocket.shown(driver, view))) {
            driver.listen(80, 1).join();
            assertThat(only().look()).contains("10.0.0.1:80").endsWith("LISTEN\n");
            assertThat(only().look(View.STATISTICS))
                    .startsWith("Ip:\n    0 total packets received\n")
                    .contains("Tcp:\n    0 active connection openings\n");
        }
    }

    @Test
    void oneThatFailsShowsNothingAndGoesOn() throws IOException {
        boolean[] stopped = {true};
        try (ControlSocket open =
                open(
                        "web",
                        () -> {
                            if (stopped[0]) {
                                throw new IllegalStateException("the driver has stopped");
                            }
                            return "back";
                        })) {
            assertThat(only().look()).isEmpty();
            stopped[0] = false;
            assertThat(only().look()).isEqualTo("back");
        }
    }

    @Test
    void commandsAreCarriedOutWhereTheyAreTaken() throws IOException {
        try (ControlSocket open =
                ControlSocket.open(
                        folder,
                        "relay",
                        () -> "text",
                        command -> {
                            if (command.equals("nothing")) {
                                throw new IllegalArgumentException("write something");
                            }
                            return command.toUpperCase(Locale.ROOT);
                        })) {
            assertThat(only().command("reset all now")).isEqualTo("RESET ALL NOW");
            assertThat(only().look()).isEqualTo("text");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> only().command("nothing"))
                    .withMessage("write something");
            assertThatIllegalArgumentException().isThrownBy(() -> only().command("two\nlines"));
            assertThatIllegalArgumentException().isThrownBy(() -> only().command("x".repeat(501)));
        }
        try (ControlSocket open = open("web", () -> "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> only().command("reset"))
                    .withMessageContaining("takes no commands");
        }
    }

    @Test
    void severalStandByName() throws IOException {
        try (ControlSocket first = open("web", () -> "1");
                ControlSocket second = open("web", () -> "2");
                ControlSocket third = open("mail", () -> "3")) {
            assertThat(RunningStacks.list(folder))
                    .extracting(RunningStack::name)
                    .containsExactly("mail", "web", "web");
        }
    }

    @Test
    void nobodyElseMayEnter() throws IOException {
        open("web", () -> "").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> open("web", () -> "").close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no folder that is ours alone: remove it");
        assertThatThrownBy(() -> RunningStacks.list(folder)).isInstanceOf(IOException.class);
    }

    @Test
    void aLinkToSomewhereElseIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(folder, elsewhere);
        assertThatThrownBy(() -> open("web", () -> "").close()).isInstanceOf(IOException.class);
    }

    @Test
    void whatAKilledProcessHasLeftBehindIsRemoved() throws IOException, InterruptedException {
        open("web", () -> "").close();
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path left = folder.resolve("web." + ended.pid() + ".1");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(left));
        }
        Path other = Files.createFile(folder.resolve("notes"));
        Path noSocket = Files.createFile(folder.resolve("web." + ended.pid() + ".2"));
        assertThat(RunningStacks.list(folder)).isEmpty();
        assertThat(left).doesNotExist();
        assertThat(other).exists();
        assertThat(noSocket).exists();
    }

    @Test
    void aNameIsAName() {
        for (String wrong : new String[] {"", "a/b", "a.b", "x".repeat(33)}) {
            assertThatThrownBy(() -> open(wrong, () -> "").close())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("write 1 to 32 letters");
        }
    }

    @Test
    void aFolderThatWasNeverMadeHasNoStacks() throws IOException {
        assertThat(RunningStacks.list(folder)).isEmpty();
    }
}
