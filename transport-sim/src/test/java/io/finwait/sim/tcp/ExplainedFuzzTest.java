package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.Connection;
import io.finwait.trace.capture.BrokenCaptureException;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.CapturedLadder;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;

/**
 * Spoilt captures are read, explained and drawn as far as they go; where they break, a sentence
 * says so. {@code -Dfinwait.fuzz.octets=10000000} reads more than the build.
 */
class ExplainedFuzzTest {

    private static final long OCTETS = Long.getLong("finwait.fuzz.octets", 1_000_000);
    private static final long SEED = 4711;

    private static byte[] capture() throws IOException {
        LinkModel lossy = LinkModel.perfect().delay(10 * MS).loss(0.1);
        TwoHosts hosts = new TwoHosts(3, lossy, config -> config, config -> config);
        Vantage vantage = new Vantage(Vantage.Place.BOTH_ENDS);
        hosts.net.observe(vantage);
        Connection client = hosts.connect();
        hosts.run(5 * SECOND);
        Connection server = hosts.listener.accept();
        client.send(ByteBuffer.allocate(5_000));
        hosts.run(5 * SECOND);
        server.close();
        client.close();
        hosts.run(5 * SECOND);
        return vantage.octets();
    }

    @Test
    void spoiltCapturesEndInASentence() throws IOException {
        byte[] whole = capture();
        Random random = new Random(SEED);
        long read = 0;
        int broken = 0;
        int rounds = 0;
        while (read < OCTETS) {
            byte[] spoilt = whole.clone();
            for (int i = random.nextInt(20); i >= 0; i--) {
                spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
            }
            broken += isExplained(spoilt, "seed " + SEED + " round " + rounds) ? 0 : 1;
            read += spoilt.length;
            rounds++;
        }
        System.out.printf("%,d octets in %,d captures, %,d broken%n", read, rounds, broken);
        assertThat(broken).isBetween(1, rounds - 1);
    }

    /** False when the file broke; anything but the sentence is a failure. */
    private static boolean isExplained(byte[] file, String which) throws IOException {
        CaptureExplainer explainer = new CaptureExplainer();
        BitSet all = new BitSet();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(file))) {
            explainer.read(reader, octets -> {});
        } catch (BrokenCaptureException e) {
            assertThat(e.getMessage()).as(which).isNotBlank();
            return false;
        }
        for (int i = 0; i < explainer.connections(); i++) {
            assertThat(explainer.story(i).verdict()).as(which).isNotBlank();
            all.set(i);
        }
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(file))) {
            assertThat(CapturedLadder.several(reader, all, 50))
                    .as(which)
                    .hasSize(all.cardinality());
        }
        if (explainer.broken() != null) {
            assertThat(explainer.broken().getMessage()).as(which).contains("octet ");
            return false;
        }
        return true;
    }
}
