package io.finwait.nio.socket.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.socket.TwoDrivers;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The same programs on the kernel's sockets and on ours: the same comes of them. */
@Timeout(60)
class SocketBehaviourTest {

    private static final Path PAGE = Path.of("..", "docs", "socket-behaviour.md");

    private static final int AT_ONCE = 4;

    private final Map<String, SideBySide.Opener> transports = new LinkedHashMap<>();
    private SideBySide sideBySide;
    private int passed;

    SocketBehaviourTest() {
        transports.put("datagrams (`udp:`)", lane -> overDatagrams());
        transports.put("a simulated network (`SimNet` in real time)", lane -> overSimNet());
    }

    private static Stage overDatagrams() throws IOException {
        TwoDrivers drivers = new TwoDrivers();
        return Stage.over(
                drivers.client, "10.0.0.1", drivers.server, TwoDrivers.SERVER, drivers::close);
    }

    private static Stage overSimNet() throws IOException {
        SimNet net = SimNet.create(1, Threads.FREE, Time.REAL);
        NetHost client = net.host("client");
        NetHost server = net.host("server");
        return new Stage(
                client.socketFactory(),
                server.serverSocketFactory(),
                client.address().getHostAddress(),
                server.address().getHostAddress(),
                client.selectorProvider(),
                server.selectorProvider(),
                net::close);
    }

    @AfterEach
    void close() {
        if (sideBySide != null) {
            sideBySide.close();
        }
    }

    @TestFactory
    Stream<DynamicNode> theSameComesOfThem() {
        sideBySide = new SideBySide(AT_ONCE, transports);
        return Stream.concat(
                sideBySide.tests().map(this::counted),
                Stream.of(dynamicTest("the page tells it", this::thePageIsUpToDate)));
    }

    private DynamicTest counted(DynamicTest test) {
        return dynamicTest(
                test.getDisplayName(),
                () -> {
                    test.getExecutable().execute();
                    passed++;
                });
    }

    private static String head(int programs, String links) {
        return """
        # What sockets do

        The same %d programs with `java.net` sockets and `java.nio` channels, run on those of the JDK over Linux's TCP and on those of
        `DriverSocketFactory`, `DriverServerSocketFactory` and `DriverSelectorProvider`: over %s.
        Printed by `SocketBehaviourTest`, which runs them; not written by hand. As root on Linux `SocketBehaviourOverTunTest` runs all of
        them as well over two TUN devices, with the kernel as the router between them. What several calls give is separated by commas.

        Where systems differ, `SocketBehaviour` chooses: this page is about `JAVA_ON_LINUX`, the default.

        The last three tables tell anew what the JDK's own tests of `java.net` and `java.nio.channels` check, as far as no program above does
        already. Of those tests, these have nothing to do with a TCP and are not told: proxies and SOCKS, `SecurityManager`, implementations of
        `SocketImpl` of one's own, handles that other processes inherit, datagrams, a selector's speed, urgent data that wakes it, link-local addresses and IPv6 that is switched off.
        """
                .formatted(programs, links);
    }

    private void thePageIsUpToDate() throws IOException {
        assumeTrue(passed == Behaviours.all().size(), "not all programs were run");
        assumeTrue(LightThreads.virtual().isPresent(), "the page tells of virtual threads as well");
        StringBuilder page =
                new StringBuilder(head(passed, String.join(" and ", transports.keySet())));
        Behaviours.GROUPS.forEach(
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
        String ours =
                each.reason().isEmpty()
                        ? "the same"
                        : "`" + sideBySide.onOurs(each) + "`: " + each.reason();
        return "| " + each.name() + " | `" + sideBySide.onKernel(each) + "` | " + ours + " |\n";
    }
}
