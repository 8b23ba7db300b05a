package io.finwait.examples.stage;

import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.End;
import io.finwait.wire.IpAddress;

/** A world in real time in which one host is ours, and lives in this process. */
abstract class HalfWorld extends RealWorld {

    private final Gate gate;
    private final EndpointHost ours;

    /**
     * A world with our host.
     *
     * @param below carries its packets; belongs to the caller
     */
    HalfWorld(
            Settings settings,
            Setup setup,
            Recorder recorder,
            End end,
            Transport below,
            long longestWaitNs) {
        super(recorder, longestWaitNs, false);
        gate = Gate.ofTheOnlyEnd(below, wire(), end);
        captureTo(settings.pcap(), recorder);
        IpAddress address = address(end);
        EndpointConfig.Builder config = setup.tcp(end).config(address, settings.twoMsl());
        ours = new EndpointHost(this, recorder, end, address, config, gate);
    }

    static IpAddress address(End end) {
        return IpAddress.parse(end == End.A ? "10.0.0.1" : "10.0.0.2");
    }

    /** The host that is elsewhere. */
    abstract Host other();

    EndpointHost ours() {
        return ours;
    }

    @Override
    public Host client() {
        return ours.end() == End.A ? ours : other();
    }

    @Override
    public Host server() {
        return ours.end() == End.B ? ours : other();
    }

    @Override
    int work() {
        long now = nowNs();
        int work = ours.endpoint().doWork(now) + wire().release();
        look(now);
        return work;
    }

    @Override
    void await(long timeoutNs) {
        gate.await(timeoutNs);
    }

    @Override
    long nextDeadlineNs() {
        return Math.min(ours.endpoint().nextDeadlineNs(), wire().nextDeadlineNs());
    }

    /** What the other host sends can be kept waiting; what is sent to it arrives at once. */
    @Override
    public End beginsAtOnce() {
        return ours.end().other();
    }

    @Override
    public void atOnce(Runnable calls) {
        gate.shut(true);
        try {
            calls.run();
        } finally {
            gate.shut(false);
        }
    }
}
