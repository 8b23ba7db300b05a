package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.wire.Segment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** A world in real time whose packets pass through this process. */
abstract class RealWorld extends RealTime implements World {

    private final Wire wire;

    RealWorld(Recorder recorder, long longestWaitNs, boolean arrivalsAreSeen) {
        super(System.nanoTime(), longestWaitNs);
        wire = new Wire(recorder, this::nowNs, this::look, arrivalsAreSeen);
    }

    /** Sees in which states the hosts are that don't tell it themselves. */
    abstract void look(long nowNs);

    Wire wire() {
        return wire;
    }

    void captureTo(Path file, Recorder recorder) {
        recorder.captureTo(file, System.currentTimeMillis() * 1_000_000L - nowNs());
    }

    @Override
    public void pass(Duration time) {
        passUntil(() -> false, time);
    }

    @Override
    public void lose(End from, Predicate<Segment> which, boolean once) {
        wire.lose(from, which, once);
    }

    @Override
    public Late keepCopy(End from, Predicate<Segment> which) {
        Late late = wire.keepCopy(from, which);
        return () -> {
            late.arrive();
            settle();
        };
    }

    @Override
    public void delay(End from, Predicate<Segment> which, Duration longer) {
        wire.delay(from, which, longer);
    }

    @Override
    public void cut(Duration time) {
        wire.cut(time);
    }

    @Override
    public boolean packetsUnderWay() {
        return wire.isBusy();
    }
}
