package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The kernel's own ends without rights: plain sockets on the loopback device. States and what calls
 * say can be seen there, packets can't.
 */
final class LoopbackWorld extends RealTime implements World {

    private static final long LONGEST_WAIT_NS = 1_000_000;

    private final LoopbackClaim claim;
    private final KernelHost client;
    private final KernelHost server;

    LoopbackWorld(Setup setup, Recorder recorder) {
        super(System.nanoTime(), LONGEST_WAIT_NS);
        claim = LoopbackClaim.take();
        client = host(End.A, claim.network() + "1", setup, recorder);
        server = host(End.B, claim.network() + "2", setup, recorder);
    }

    private KernelHost host(End end, String address, Setup setup, Recorder recorder) {
        return new KernelHost(
                this, KernelNet.here(), recorder, end, IpAddress.parse(address), setup.tcp(end));
    }

    private static CannotShowException cannot(String what) {
        return new CannotShowException(
                "on the loopback device of the kernel nobody can "
                        + what
                        + "; as root (sudo) this process is the wire between two network"
                        + " namespaces, and can");
    }

    @Override
    int work() {
        long now = nowNs();
        client.tellState(now);
        server.tellState(now);
        return 0;
    }

    @Override
    void await(long timeoutNs) {
        LockSupport.parkNanos(timeoutNs);
    }

    @Override
    long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public Host client() {
        return client;
    }

    @Override
    public Host server() {
        return server;
    }

    @Override
    public void pass(Duration time) {
        passUntil(() -> false, time);
    }

    @Override
    public void atOnce(Runnable calls) {
        throw cannot("close both ends before a packet arrives");
    }

    @Override
    public void lose(End from, Predicate<Segment> which, boolean once) {
        throw cannot("lose a packet");
    }

    @Override
    public Late keepCopy(End from, Predicate<Segment> which) {
        throw cannot("keep a copy of a packet");
    }

    @Override
    public void delay(End from, Predicate<Segment> which, Duration longer) {
        throw cannot("keep a packet waiting");
    }

    @Override
    public void cut(Duration time) {
        throw cannot("cut the wire");
    }

    @Override
    public boolean packetsUnderWay() {
        return false;
    }

    @Override
    public void close() {
        client.closeAll();
        server.closeAll();
        claim.close();
    }
}
