package io.finwait.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.gateway.GatewayLab.Way;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What the kernel's TCP sees of the kernel's TCP: the same with a gateway of ours between them and
 * with nothing but a cable, in network namespaces; and what docs/gateway.md says of it. {@code
 * -Dfinwait.write.docs=true} with {@code -Dgroups=thorough} writes the table down anew.
 */
@Timeout(180)
@Tag("ci")
class GatewayFidelityTest {

    private static final Executor ASIDE = task -> Thread.ofPlatform().daemon().start(task);

    private static GatewayLab cable;
    private static GatewayLab ours;

    @BeforeAll
    static void open() throws IOException {
        GatewayLab.assumePossible();
        cable = new GatewayLab(Way.NOTHING);
        ours = new GatewayLab(Way.FINWAIT);
    }

    @AfterAll
    static void close() {
        if (cable != null) {
            cable.close();
        }
        if (ours != null) {
            ours.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void theEndsSeeWhatTheySeeOfEachOther(Ending ending) throws Exception {
        CompletableFuture<String> meanwhile =
                CompletableFuture.supplyAsync(() -> played(ending, cable), ASIDE);
        String seen = played(ending, ours);
        String without = meanwhile.join();
        String through = ending.through(without);
        assertThat(seen).as(ending.words()).isEqualTo(through);
        if (!Boolean.getBoolean("finwait.write.docs")) {
            FidelityTable page = FidelityTable.read();
            assertThat(page.get(ending, Way.NOTHING)).as("docs/gateway.md").isEqualTo(without);
            assertThat(page.get(ending, Way.FINWAIT)).as("docs/gateway.md").isEqualTo(through);
        }
    }

    /** The other two are not ours to hold: another version may do better, or worse. */
    @Test
    @Tag("thorough")
    void thePageSaysWhatTheEndsSeeThroughOthers() throws Exception {
        assumeTrue(Way.SLIRP4NETNS.isInstalled(), "slirp4netns is not here: skipped");
        assumeTrue(Way.PASTA.isInstalled(), "pasta is not here: skipped");
        FidelityTable page = FidelityTable.read();
        List<String> differ = new ArrayList<>();
        for (Way way : List.of(Way.NOTHING, Way.FINWAIT, Way.SLIRP4NETNS, Way.PASTA)) {
            try (GatewayLab lab = new GatewayLab(way)) {
                for (Ending each : Ending.values()) {
                    String seen = played(each, lab);
                    if (!seen.equals(page.get(each, way))) {
                        differ.add(way + ", " + each.words() + ": " + seen);
                    }
                    page.put(each, way, seen);
                }
            }
        }
        if (Boolean.getBoolean("finwait.write.docs")) {
            page.write();
        } else {
            List<String> others = differ.stream().filter(GatewayFidelityTest::isOfOthers).toList();
            others.forEach(each -> System.out.println("docs/gateway.md says otherwise: " + each));
            differ.removeAll(others);
            assertThat(differ).as("run with -Dfinwait.write.docs=true").isEmpty();
        }
    }

    private static boolean isOfOthers(String difference) {
        return difference.startsWith(Way.SLIRP4NETNS + ",")
                || difference.startsWith(Way.PASTA + ",");
    }

    private static String played(Ending ending, GatewayLab lab) {
        try {
            return ending.play(lab);
        } catch (Exception e) {
            return "can't be played: " + e.getMessage();
        }
    }
}
