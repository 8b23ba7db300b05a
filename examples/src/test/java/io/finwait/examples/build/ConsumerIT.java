package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The jars as they are published: a program is built against them and run with a JDK 17, by the
 * class path and by the module path. Runs when all modules are packaged.
 */
@Timeout(120)
class ConsumerIT {

    private static final Path SOURCES = Path.of("src/it/consumer");

    @TempDir private Path out;

    private static String jdk17() throws Exception {
        String home = run(List.of("bash", "../build/machine.sh", "jdk", "17", "17")).strip();
        assumeTrue(!home.isEmpty(), "there is no JDK 17 here; set JAVA17_HOME to one");
        return home;
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target/lib"))) {
            return files.filter(ConsumerIT::isForJava17).sorted().toList();
        }
    }

    private static boolean isForJava17(Path jar) {
        return jar.getFileName()
                .toString()
                .matches("(finwait-(core|transport-sim|transport-nio)|jctools|slf4j)-.*jar");
    }

    private static String path() throws IOException {
        return jars().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s%n%s", command, said).isZero();
        return said;
    }

    private static List<String> command(String... parts) {
        return new ArrayList<>(List.of(parts));
    }

    @Test
    void aProgramOfTheClassPathRunsOnJava17() throws Exception {
        String jdk = jdk17();
        String main = SOURCES.resolve("consumer/Consumer.java").toString();
        run(command(jdk + "/bin/javac", "-Werror", "-cp", path(), "-d", out.toString(), main));
        String classes = path() + File.pathSeparator + out;
        String said = run(command(jdk + "/bin/java", "-cp", classes, "consumer.Consumer"));
        assertThat(said.lines())
                .containsExactly(
                        "Java 17",
                        "module null",
                        "Closed in order, by this end first",
                        "Closed in order, by this end first");
    }

    @Test
    void aProgramOfTheModulePathRunsOnJava17() throws Exception {
        String jdk = jdk17();
        String main = SOURCES.resolve("consumer/Consumer.java").toString();
        String module = SOURCES.resolve("module-info.java").toString();
        run(command(jdk + "/bin/javac", "-p", path(), "-d", out.toString(), module, main));
        String modules = path() + File.pathSeparator + out;
        String said =
                run(command(jdk + "/bin/java", "-p", modules, "-m", "consumer/consumer.Consumer"));
        assertThat(said.lines())
                .containsExactly(
                        "Java 17",
                        "module io.finwait.core",
                        "Closed in order, by this end first",
                        "Closed in order, by this end first");
    }
}
