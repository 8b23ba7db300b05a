package io.finwait.examples.stage;

import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.trace.End;

/** A host of ours and the Linux kernel, on a TUN device in a network namespace of their own. */
final class TunWorld extends HalfWorld {

    private static final long LONGEST_WAIT_NS = 20_000_000;

    private final ScratchNamespace namespace;
    private final TunTransport device;
    private final KernelHost kernel;

    private TunWorld(
            ScratchNamespace namespace,
            TunTransport device,
            Settings settings,
            Setup setup,
            Recorder recorder) {
        super(settings, setup, recorder, setup.kernel().other(), device, LONGEST_WAIT_NS);
        this.namespace = namespace;
        this.device = device;
        End end = setup.kernel();
        KernelNet net = KernelNet.in(namespace.namespace());
        kernel = new KernelHost(this, net, recorder, end, address(end), setup.tcp(end));
    }

    static TunWorld open(Settings settings, Setup setup, Recorder recorder) {
        ScratchNamespace namespace = ScratchNamespace.create();
        try {
            TunTransport device = device(namespace.namespace(), setup.kernel());
            return new TunWorld(namespace, device, settings, setup, recorder);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /** A device whose kernel's side has an end's address. */
    static TunTransport device(NetworkNamespace namespace, End end) {
        return TunTransport.open(
                TunOptions.named("fw0").netns(namespace.name()).address(address(end) + "/24"));
    }

    @Override
    void look(long nowNs) {
        kernel.tellState(nowNs);
    }

    @Override
    public String place() {
        return namespace.namespace().name();
    }

    @Override
    Host other() {
        return kernel;
    }

    @Override
    public void close() {
        try (namespace;
                device) {
            ours().endpoint().close();
            kernel.closeAll();
        }
    }
}
