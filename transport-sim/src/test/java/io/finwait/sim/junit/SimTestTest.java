package io.finwait.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.finwait.sim.net.Fault;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.FileEntry;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs tests that are meant to be red, and looks at what they say. */
class SimTestTest {

    /** What JUnit was told. */
    private static final class Told implements TestExecutionListener {

        private final Map<String, Throwable> red = new HashMap<>();
        private final List<String> green = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();
        private final List<Map<String, String>> entries = new ArrayList<>();
        private final List<String> files = new ArrayList<>();

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                String name = test.getDisplayName().replaceAll("\\(.*", "");
                result.getThrowable().ifPresentOrElse(e -> red.put(name, e), () -> green.add(name));
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skipped.add(reason);
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            entries.add(entry.getKeyValuePairs());
        }

        @Override
        public void fileEntryPublished(TestIdentifier test, FileEntry file) {
            files.add(Path.of(file.getPath().toString()).getFileName().toString());
        }

        String entry(String key) {
            String last = null;
            for (Map<String, String> each : entries) {
                last = each.getOrDefault(key, last);
            }
            return last;
        }
    }

    private static Told run(Class<?> tests) {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(tests))
                        // The test that waits for these has the thread which TestThread would give
                        // them.
                        .configurationParameter(
                                "junit.jupiter.extensions.autodetection.enabled", "false")
                        .build();
        Told told = new Told();
        LauncherFactory.create().execute(request, told);
        return told;
    }

    private static void acceptAndClose(NetHost host) {
        host.run(
                "server",
                () -> {
                    try (ServerSocket listening = host.serverSocket(80)) {
                        listening.accept().close();
                    }
                });
    }

    @SimTest(seed = 77)
    static class Specimens {

        @Test
        void green(SimNet net, NetHost shop, @Named("client") NetHost app) throws Exception {
            assertThat(net.seed()).isEqualTo(77);
            assertThat(shop.name()).isEqualTo("shop");
            assertThat(app.name()).isEqualTo("client");
            acceptAndClose(shop);
            try (Socket s = app.socket()) {
                s.connect(shop.at(80));
                assertThat(s.getInputStream().read()).isEqualTo(-1);
            }
        }

        @Test
        void leavesCloseWait(SimNet net, NetHost shop, NetHost app) throws Exception {
            acceptAndClose(shop);
            Socket s = app.socket();
            s.connect(shop.at(80));
            assertThat(s.getInputStream().read()).isEqualTo(-1);
        }

        @Test
        void leavesOctetsUnread(SimNet net, NetHost shop, NetHost app) throws Exception {
            Socket[] accepted = new Socket[1];
            shop.run(
                    "server",
                    () -> {
                        try (ServerSocket listening = shop.serverSocket(80)) {
                            accepted[0] = listening.accept();
                        }
                    });
            Socket s = app.socket();
            s.connect(shop.at(80));
            s.getOutputStream().write(new byte[12]);
        }

        @Test
        void leavesAThreadThatWaits(SimNet net, NetHost shop) {
            shop.run("server", () -> shop.serverSocket(80).accept());
        }

        @Test
        void failsInAThread(SimNet net, NetHost shop) {
            shop.run(
                    "server",
                    () -> {
                        throw new IllegalStateException("out of stock");
                    });
        }

        @Test
        void failsByItself(SimNet net, NetHost shop, NetHost app) throws Exception {
            acceptAndClose(shop);
            app.socketFactory().createSocket("shop", 80).close();
            throw new IllegalStateException("the test's own");
        }
    }

    static class Points {

        @FaultAtEveryPacket({Fault.LOST, Fault.RESET})
        void readsToTheEnd(SimNet net, NetHost shop, NetHost app) throws Exception {
            acceptAndClose(shop);
            try (Socket s = app.socket()) {
                s.connect(shop.at(80));
                net.saw("read " + s.getInputStream().read());
            } catch (java.io.IOException e) {
                net.saw(e.getMessage());
                shop.kill();
            }
        }
    }

    static class RedPoints {

        @FaultAtEveryPacket(Fault.RESET)
        void wantsTheEnd(SimNet net, NetHost shop, NetHost app) throws Exception {
            acceptAndClose(shop);
            try (Socket s = app.socket()) {
                s.connect(shop.at(80));
                net.saw("read " + s.getInputStream().read());
            }
        }
    }

    @Test
    void aRedPointSaysHowToRunItAloneAndIsThenTheOnlyOne() {
        Told all = run(RedPoints.class);
        assertThat(all.red).containsKey("RESET@1 app > shop SYN");
        assertThat(all.red.get("RESET@1 app > shop SYN").getSuppressed())
                .anySatisfy(
                        told ->
                                assertThat(told)
                                        .hasMessage(
                                                "run this one alone with"
                                                        + " -Dfinwait.simnet.only=RESET@1"));
        System.setProperty("finwait.simnet.only", "RESET@1");
        try {
            Told alone = run(RedPoints.class);
            assertThat(alone.red).containsOnlyKeys("RESET@1");
            assertThat(alone.green).isEmpty();
        } finally {
            System.clearProperty("finwait.simnet.only");
        }
    }

    @SimTest(threads = Threads.SINGLE_CARRIER)
    static class Carried {

        @Test
        void isCarried(SimNet net, NetHost shop, NetHost app) throws Exception {
            acceptAndClose(shop);
            try (Socket s = app.socketFactory().createSocket("shop", 80)) {
                assertThat(s.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    /** With the option that lets us at the JDK's schedulers, and without. */
    @Test
    void aModeThatTheJvmCannotRunSkipsTheTestAndSaysWhy() {
        boolean possible = Object.class.getModule().isOpen("java.lang", getClass().getModule());
        Told told = run(Carried.class);
        assertThat(told.red).isEmpty();
        if (possible) {
            assertThat(told.green).containsExactly("isCarried");
        } else {
            assertThat(told.skipped)
                    .singleElement()
                    .asString()
                    .contains("--add-opens java.base/java.lang=ALL-UNNAMED");
        }
    }

    @Test
    void whatIsLeftBehindFailsATestAndIsNamed() {
        Told told = run(Specimens.class);

        assertThat(told.green).containsExactly("green");
        assertThat(told.red)
                .containsOnlyKeys(
                        "leavesCloseWait",
                        "leavesOctetsUnread",
                        "leavesAThreadThatWaits",
                        "failsInAThread",
                        "failsByItself");
        assertThat(told.red.get("leavesCloseWait")).hasMessageContaining("CLOSE_WAIT at app");
        assertThat(told.red.get("leavesOctetsUnread"))
                .hasMessageContaining("12 octets unread at shop");
        assertThat(told.red.get("leavesAThreadThatWaits"))
                .hasMessageContaining("a thread still waits: \"shop/server\"")
                .hasMessageContaining("ServerSocket.accept");
        assertThat(told.red.get("failsInAThread")).hasMessageContaining("out of stock");
    }

    @Test
    void aRedTestShowsItsNetworkAndPublishesIt() {
        Told told = run(Specimens.class);

        Throwable red = told.red.get("failsByItself");
        assertThat(red).hasMessage("the test's own");
        assertThat(red.getSuppressed()).hasSize(1);
        assertThat(red.getSuppressed()[0])
                .hasMessageContaining("seed 77")
                .hasMessageContaining("FIN_WAIT_1")
                .hasMessageContaining("SYN, ACK");
        assertThat(told.entry("seed")).isEqualTo("77");
        assertThat(told.files).contains("network.txt", "network.pcapng", "network.html");
    }

    @Test
    void eachPointIsARowOfTheTable() {
        Told told = run(Points.class);

        assertThat(told.red).isEmpty();
        List<String> table = told.entry("table").lines().toList();
        assertThat(table.get(0)).isEqualTo("without a fault | read -1");
        assertThat(table).contains("LOST@1 app > shop SYN | read -1");
        assertThat(table).contains("RESET@1 app > shop SYN | Connection refused");
        assertThat(table.size()).isEqualTo(1 + 2 * ((table.size() - 1) / 2)).isGreaterThan(10);
    }
}
