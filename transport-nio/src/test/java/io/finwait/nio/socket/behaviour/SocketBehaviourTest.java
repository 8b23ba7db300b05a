package io.finwait.nio.socket.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.socket.TwoDrivers;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/** The same programs on the kernel's sockets and on ours: the same comes of them. */
@Timeout(60)
class SocketBehaviourTest {

    static final Map<String, List<Behaviour>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("Reading", Reading.ALL);
        GROUPS.put("Writing, and ending the output", Writing.ALL);
        GROUPS.put("Closing", Closing.ALL);
        GROUPS.put("Binding and connecting", Opening.ALL);
        GROUPS.put("Listening", Listening.ALL);
        GROUPS.put("Options", Options.ALL);
        GROUPS.put("Interrupts", Interrupts.ALL);
        GROUPS.put("Channels", Channels.ALL);
        GROUPS.put("Channels as sockets", Adaptors.ALL);
        GROUPS.put("Selectors", Selecting.ALL);
        GROUPS.put("What the JDK tests of its sockets", JdkSocketTests.ALL);
        GROUPS.put("What the JDK tests of its channels", JdkChannelTests.ALL);
        GROUPS.put("What the JDK tests of its selectors", JdkSelectorTests.ALL);
    }

    private static final Path PAGE = Path.of("..", "docs", "socket-behaviour.md");

    private static final String HEAD =
            """
            # What sockets do

            The same programs with `java.net` sockets and `java.nio` channels, run on those of the JDK over Linux's
            TCP and on those of `DriverSocketFactory`, `DriverServerSocketFactory` and `DriverSelectorProvider`. Printed by `SocketBehaviourTest`, which runs
            them; not written by hand. What several calls give is separated by commas.

            Where systems differ, `SocketBehaviour` chooses: this page is about `JAVA_ON_LINUX`, the default.

            The last three tables tell anew what the JDK's own tests of `java.net` and `java.nio.channels` check, as far as no program above does
            already. Of those tests, these have nothing to do with a TCP and are not told: proxies and SOCKS, `SecurityManager`, implementations of
            `SocketImpl` of one's own, handles that other processes inherit, datagrams, a selector's speed, urgent data that wakes it, link-local addresses and IPv6 that is switched off.
            """;

    private record Outcome(String kernel, String ours) {}

    private final Map<Behaviour, Outcome> outcomes = new HashMap<>();

    static Stage ours() throws IOException {
        TwoDrivers drivers = new TwoDrivers();
        return new Stage(
                new DriverSocketFactory(drivers.client),
                new DriverServerSocketFactory(drivers.server),
                "10.0.0.1",
                TwoDrivers.SERVER,
                new DriverSelectorProvider(drivers.client),
                new DriverSelectorProvider(drivers.server),
                drivers::close);
    }

    static Stage kernels() throws IOException {
        return new Stage(
                SocketFactory.getDefault(),
                ServerSocketFactory.getDefault(),
                "127.0.0.1",
                "127.0.0.1",
                SelectorProvider.provider(),
                SelectorProvider.provider(),
                () -> {});
    }

    @TestFactory
    Stream<DynamicNode> theSameComesOfThem() {
        return Stream.concat(
                GROUPS.values().stream().flatMap(List::stream).map(this::compared),
                Stream.of(dynamicTest("the page tells it", this::thePageIsUpToDate)));
    }

    private DynamicTest compared(Behaviour each) {
        return dynamicTest(
                each.name(),
                () -> {
                    assumeTrue(
                            System.getProperty("os.name").equals("Linux"),
                            "what the kernel does is known for Linux only");
                    String kernel;
                    try (Stage stage = kernels()) {
                        kernel = each.outcome(stage);
                    }
                    String ours;
                    try (Stage stage = ours()) {
                        ours = each.outcome(stage);
                    }
                    outcomes.put(each, new Outcome(kernel, ours));
                    if (each.reason().isEmpty()) {
                        assertThat(ours).as("ours, as on the kernel").isEqualTo(kernel);
                    } else {
                        assertThat(ours).as(each.reason()).isNotEqualTo(kernel);
                    }
                });
    }

    private void thePageIsUpToDate() throws IOException {
        assumeTrue(
                outcomes.size() == GROUPS.values().stream().mapToInt(List::size).sum(),
                "not all programs were run");
        assumeTrue(LightThreads.virtual().isPresent(), "the page tells of virtual threads as well");
        StringBuilder page = new StringBuilder(HEAD);
        GROUPS.forEach(
                (group, behaviours) -> {
                    page.append("\n## ").append(group).append("\n\n");
                    page.append("| what is done | kernel | Finwait |\n|---|---|---|\n");
                    behaviours.forEach(each -> page.append(line(each)));
                });
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as(
                        "run: mvn -pl transport-nio -am test -Dtest=SocketBehaviourTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dfinwait.write.docs=true")
                .exists()
                .hasContent(page.toString().stripTrailing());
    }

    private String line(Behaviour each) {
        Outcome outcome = outcomes.get(each);
        String ours =
                each.reason().isEmpty() ? "the same" : "`" + outcome.ours() + "`: " + each.reason();
        return "| " + each.name() + " | `" + outcome.kernel() + "` | " + ours + " |\n";
    }
}
