package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.stream.IntStream;

@Tag("ci")
class LabelPlacerTest {

    private static final int LABELS = 8;
    private static final int PICTURES = 200;

    /** Arrows in both directions that cross, with labels as long as half of them. */
    private static LabelPlacer crossing(int seed) {
        Random random = new Random(seed);
        LabelPlacer placer = new LabelPlacer();
        LabelPlacer.Line[] lines = new LabelPlacer.Line[LABELS];
        for (int i = 0; i < LABELS; i++) {
            boolean rightwards = random.nextBoolean();
            double y1 = random.nextInt(300);
            double y2 = y1 + 26 + random.nextInt(200);
            lines[i] = new LabelPlacer.Line(rightwards ? 0 : 560, y1, rightwards ? 560 : 0, y2);
            placer.addLine(lines[i]);
        }
        for (int i = 0; i < LABELS; i++) {
            placer.add(lines[i], "x".repeat(15 + random.nextInt(25)), false, i);
        }
        return placer;
    }

    private static long touching(LabelPlacer placer) {
        return IntStream.range(0, LABELS).filter(each -> placer.touched(each) >= 0).count();
    }

    @Test
    void whatTouchesMayFindABetterPlaceOnceAllAreThere() {
        long inTurn = 0;
        long settled = 0;
        for (int seed = 0; seed < PICTURES; seed++) {
            LabelPlacer placer = crossing(seed);
            inTurn += touching(placer);
            placer.settle();
            settled += touching(placer);
        }
        assertThat(settled).isLessThan(inTurn * 8 / 10);
    }

    @Test
    void theHighestOwnerBeforeALabelIsTold() {
        LabelPlacer placer = new LabelPlacer();
        placer.take(0, 0, 50, 3);
        placer.take(10, 0, 50, 7);
        int label = placer.add(new LabelPlacer.Line(-30, 9, 30, 9), "x".repeat(6), false, 9);
        assertThat(placer.touched(label)).isEqualTo(7);
        assertThat(placer.touched(0)).isEqualTo(-1);
    }
}
