package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * What the launcher and the build say of a machine that lacks something: played in a folder that
 * holds the launcher alone, with a PATH on which there is only what a test puts there.
 */
@Timeout(60)
class LauncherTest {

    private static final List<String> ALWAYS_THERE =
            List.of("bash", "readlink", "dirname", "sed", "grep", "find", "head", "id", "uname");

    @TempDir private Path machine;
    private Path bin;
    private Path jvms;

    @BeforeEach
    void anEmptyMachine() throws IOException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "elsewhere JDKs are found where this test can't hide them");
        bin = Files.createDirectories(machine.resolve("bin"));
        jvms = Files.createDirectories(machine.resolve("jvms"));
        for (String program : ALWAYS_THERE) {
            program(program, "exec " + where(program) + " \"$@\"");
        }
        Path root = Path.of("..").toAbsolutePath().normalize();
        Files.createDirectories(machine.resolve("build"));
        Files.copy(root.resolve("finwait"), machine.resolve("finwait"));
        Files.copy(root.resolve("build/machine.sh"), machine.resolve("build/machine.sh"));
    }

    private static Path where(String program) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new AssertionError("there is no " + program);
    }

    private void program(String name, String script) throws IOException {
        executable(bin.resolve(name), script);
    }

    private static void executable(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** apt that offers these packages and no others. */
    private void aptOffers(String... packages) throws IOException {
        String offered = String.join(" ", packages);
        program(
                "apt-cache",
                """
                for each in %s; do
                    [ "$2" = "$each" ] && echo "  Candidate: 25.0.1" && exit
                done
                echo "  Candidate: (none)"
                """
                        .formatted(offered));
    }

    private Path jdk(String folder, String version) throws IOException {
        Path home = jvms.resolve(folder);
        executable(home.resolve("bin/javac"), "true");
        executable(home.resolve("bin/java"), "echo \"started by " + folder + "\"");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** Runs a command of this machine; its lines, and its exit status last. */
    private String run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(machine.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", bin.toString());
        environment.put("HOME", machine.toString());
        environment.put("MACHINE_JVMS", jvms.toString());
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return said + process.waitFor();
    }

    private String launch() throws Exception {
        return run(bin.resolve("bash").toString(), "finwait", "stories");
    }

    private String sudo() throws Exception {
        String user = run(bin.resolve("bash").toString(), "-c", "id -u");
        return user.startsWith("0\n") ? "" : "sudo ";
    }

    @Test
    void everythingThatIsMissingIsSaidAtOnceWithTheCommandOfThisMachine() throws Exception {
        aptOffers("openjdk-25-jdk", "maven", "bash");
        assertThat(launch().lines())
                .containsExactly(
                        "finwait: needs a JDK, 25 or newer, and there is none: "
                                + sudo()
                                + "apt-get install openjdk-25-jdk",
                        "finwait: needs Maven, once, to be built: "
                                + sudo()
                                + "apt-get install maven",
                        "1");
    }

    @Test
    void aPackageThatThePackageManagerDoesNotHaveIsNotSuggested() throws Exception {
        aptOffers("temurin-25-jdk", "bash");
        assertThat(launch())
                .contains("apt-get install temurin-25-jdk")
                .contains("no package manager here offers Maven")
                .doesNotContain("openjdk");
    }

    @Test
    void withoutAnyOfThemThereIsSdkman() throws Exception {
        aptOffers("maven", "bash");
        jdk("old", "17.0.15");
        Files.createDirectories(machine.resolve(".sdkman/bin"));
        Files.writeString(
                machine.resolve(".sdkman/bin/sdkman-init.sh"),
                "sdk() { echo '| 26.0.1-tem | 25.0.3-tem | 25.0.1-tem'; }\n");
        assertThat(launch()).contains("there is none: sdk install java 25.0.3-tem\n");
    }

    @Test
    void aMachineThatOffersNothingIsToldSo() throws Exception {
        aptOffers("bash");
        assertThat(launch())
                .contains(
                        "no package manager here offers a JDK 25 or newer: get it from its makers,"
                                + " or by SDKMAN, and set JAVA_HOME to it");
    }

    @Test
    void aFreshContainerIsToldToAskForTheListsFirst() throws Exception {
        aptOffers();
        assertThat(launch()).contains("apt-get update, then start this again");
    }

    @Test
    void dnfAndHomebrewHaveNamesOfTheirOwn() throws Exception {
        program("dnf", "[ \"$3\" = java-latest-openjdk-devel ]");
        assertThat(launch()).contains("dnf install java-latest-openjdk-devel");
        Files.delete(bin.resolve("dnf"));
        program("brew", "[ \"$2\" = openjdk ] || [ \"$2\" = maven ]");
        assertThat(launch()).contains("brew install openjdk\n").contains("brew install maven\n");
    }

    @Test
    void anyJdkFrom25OnWillDoBesideA17() throws Exception {
        jdk("a-seventeen", "17.0.15");
        jdk("b-twenty-six", "26");
        build();
        assertThat(launch()).contains("started by b-twenty-six");
    }

    /** A signal to the launcher would otherwise leave the command running. */
    @Test
    void theCommandTakesTheLaunchersPlace() throws Exception {
        Path home = jdk("twenty-five", "25.0.1");
        executable(home.resolve("bin/java"), "echo \"I am $$\"");
        build();
        assertThat(run(bin.resolve("bash").toString(), "-c", "echo $$; exec bash finwait stories"))
                .matches("(\\d+)\nI am \\1\n0");
    }

    @Test
    void whatIsBuiltNeedsNoMaven() throws Exception {
        jdk("twenty-five", "25.0.1");
        build();
        assertThat(launch()).isEqualTo("started by twenty-five\n0");
    }

    /** At a terminal there are colours, but for TERM=dumb and for NO_COLOR with any value. */
    @ParameterizedTest
    @CsvSource({
        "xterm-256color, '', true",
        "dumb, '', false",
        "'', '', false",
        "xterm, 1, false",
        "xterm, 0, false"
    })
    void aTerminalThatKnowsNoColoursGetsNone(String term, String noColor, boolean colours)
            throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "needs script (package bsdutils): skipped");
        executable(jdk("twenty-five", "25").resolve("bin/java"), "echo \"$*\"");
        build();
        String bash = bin.resolve("bash").toString();
        String set = "TERM='" + term + "' NO_COLOR='" + noColor + "' " + bash + " finwait close";
        assertThat(run(script.toString(), "-qec", set, "/dev/null"))
                .contains("-Dfinwait.colour=" + colours)
                .contains("-Dfinwait.progress=" + !(term.isEmpty() || term.equals("dumb")))
                .endsWith("0");
    }

    private void build() throws IOException {
        Files.createDirectories(machine.resolve("examples/target/lib"));
        for (String module :
                List.of("core", "transport-sim", "transport-nio", "transport-raw", "examples")) {
            Files.createDirectories(machine.resolve(module).resolve("src/main"));
            Files.writeString(machine.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(machine.resolve("pom.xml"), "");
        Files.writeString(machine.resolve("examples/target/finwait-examples.jar"), "");
    }

    @Test
    void theBuildSaysOnceWhatItsTestsWillMiss() throws Exception {
        aptOffers("iproute2", "tshark", "curl", "iputils-ping", "socat", "openjdk-25-jdk", "bash");
        program("curl", "true");
        assertThat(run(bin.resolve("bash").toString(), "build/machine.sh", "missing"))
                .contains(
                        "This build needs a JDK, 25 or newer, beside that of Maven: "
                                + sudo()
                                + "apt-get install openjdk-25-jdk\n")
                .contains(
                        "Some tests will be skipped, for want of ip tshark ping socat: "
                                + sudo()
                                + "apt-get install iproute2 tshark iputils-ping socat\n")
                .contains("Nothing will be run with a JDK 17, since there is none");
    }
}
