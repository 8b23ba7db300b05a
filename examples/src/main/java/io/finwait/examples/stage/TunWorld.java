package io.finwait.examples.stage;

import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.trace.End;
import io.finwait.trace.LadderPacket;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;
import io.finwait.trace.TapTransport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A host of ours and the Linux kernel, on a TUN device in a network namespace that lives as long as the
 * scene. Time is real.
 */
final class TunWorld implements World {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    private static final long LONGEST_WAIT_NS = 20_000_000;
    private static final Duration QUIET = Duration.ofMillis(50);

    private final long originNs = System.nanoTime();
    private final NetworkNamespace namespace;
    private final Thread remover;
    private final Recorder recorder;
    private final IpView ip = new IpView();
    private final KernelTable table;
    private final TunTransport device;
    private final Gate gate;
    private final EndpointHost ours;
    private final KernelHost kernel;
    private PacketTap capture = (now, way, b, offset, length) -> {};
    private long lastPacketNs;
    private long cutUntilNs;
    private final Segment segment = new Segment();
    private final List<Loss> losses = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();

    private TunWorld(
            NetworkNamespace namespace, Settings settings, Setup setup, Recorder recorder) {
        this.namespace = namespace;
        this.recorder = recorder;
        remover = new Thread(namespace::close);
        End kernelEnd = setup.kernel();
        IpAddress kernelAddress = address(kernelEnd);
        IpAddress ourAddress = address(kernelEnd.other());
        table = new KernelTable(namespace);
        device =
                TunTransport.open(
                        TunOptions.named("fw0")
                                .netns(namespace.name())
                                .address(kernelAddress + "/24"));
        gate = new Gate(device);
        if (settings.pcap() != null) {
            long epochNs = System.currentTimeMillis() * 1_000_000L - nowNs();
            capture = recorder.captureTo(settings.pcap(), kernelEnd.other(), epochNs);
        }
        kernel =
                new KernelHost(
                        this,
                        namespace,
                        table,
                        recorder,
                        kernelEnd,
                        kernelAddress,
                        setup.receiveBuffer(kernelEnd));
        Transport tapped = new TapTransport(gate, this::passes);
        EndpointConfig.Builder config =
                EndpointConfig.at(ourAddress.toString())
                        .plain()
                        .timeWaitPolicy(TimeWaitPolicy.defaults().withTwoMsl(settings.twoMsl()));
        ours =
                new EndpointHost(
                        this,
                        recorder,
                        kernelEnd.other(),
                        ourAddress,
                        setup.apply(kernelEnd.other(), config),
                        tapped);
        Runtime.getRuntime().addShutdownHook(remover);
    }

    static TunWorld open(Settings settings, Setup setup, Recorder recorder) {
        requireRoot();
        String name = "finwait-" + ProcessHandle.current().pid() + "-";
        NetworkNamespace namespace = NetworkNamespace.create(name + NAMESPACES.incrementAndGet());
        try {
            return new TunWorld(namespace, settings, setup, recorder);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private static void requireRoot() {
        boolean root;
        try {
            root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            throw new UncheckedIOException(
                    "--transport tun needs Linux; without --transport both ends are simulated",
                    new IOException(e));
        }
        if (!root) {
            String sentence = "--transport tun makes a network namespace, so run it as root (sudo)";
            throw new UncheckedIOException(sentence, new IOException(sentence));
        }
    }

    private static IpAddress address(End end) {
        return IpAddress.parse(end == End.A ? "10.0.0.1" : "10.0.0.2");
    }

    private void passes(long nowNs, PacketDirection way, ByteBuffer b, int offset, int length) {
        boolean isTcp = ip.parse(b, offset, length) == Verdict.OK && ip.protocol() == Protocol.TCP;
        if (!isTcp) {
            return;
        }
        lastPacketNs = nowNs;
        look(nowNs);
        boolean sent = way == PacketDirection.SENT;
        LadderPacket arrow =
                recorder.sent(nowNs, sent ? ours.end() : kernel.end(), b, offset, length);
        if (sent && segment.parse(ip, true) == Verdict.OK) {
            copyIfWanted(b, offset, length, arrow);
            gate.dropNext(isLost(nowNs));
        }
        if (sent && gate.dropsNext()) {
            arrow.lost();
        } else {
            arrow.arrives(nowNs);
        }
        capture.packet(nowNs, way, b, offset, length);
    }

    private boolean isLost(long nowNs) {
        if (cutUntilNs - nowNs > 0) {
            return true;
        }
        for (int i = 0; i < losses.size(); i++) {
            if (losses.get(i).which.test(segment)) {
                if (losses.get(i).once) {
                    losses.remove(i);
                }
                return true;
            }
        }
        return false;
    }

    private void copyIfWanted(ByteBuffer b, int offset, int length, LadderPacket arrow) {
        for (Copy copy : copies) {
            if (copy.octets == null && copy.which.test(segment)) {
                copy.octets = new byte[length];
                b.get(offset, copy.octets);
                copy.arrow = arrow;
            }
        }
    }

    @Override
    public void lose(End from, Predicate<Segment> which, boolean once) {
        if (from == ours.end()) {
            losses.add(new Loss(which, once));
        } else {
            gate.loseArriving(which);
        }
    }

    @Override
    public Late keepCopy(End from, Predicate<Segment> which) {
        Copy copy = new Copy(which);
        copies.add(copy);
        return () -> {
            Packet packet = gate.claim(copy.octets.length);
            packet.buffer().put(packet.offset(), copy.octets);
            copy.arrow.arrives(nowNs());
            gate.commit(packet, nowNs());
            settle();
        };
    }

    @Override
    public void cut(Duration time) {
        cutUntilNs = nowNs() + time.toNanos();
        gate.cutUntil(cutUntilNs);
    }

    private record Loss(Predicate<Segment> which, boolean once) {}

    private static final class Copy {
        private final Predicate<Segment> which;
        private byte[] octets;
        private LadderPacket arrow;

        Copy(Predicate<Segment> which) {
            this.which = which;
        }
    }

    private void look(long nowNs) {
        recorder.state(nowNs, kernel.end(), table.state());
    }

    @Override
    public long nowNs() {
        return System.nanoTime() - originNs;
    }

    @Override
    public String place() {
        return namespace.name();
    }

    @Override
    public Host client() {
        return kernel.end() == End.A ? kernel : ours;
    }

    @Override
    public Host server() {
        return kernel.end() == End.B ? kernel : ours;
    }

    @Override
    public void settle() {
        while (work() > 0) {
            // The kernel answers a packet within the call that hands it over.
        }
    }

    private int work() {
        long now = nowNs();
        int work = ours.endpoint().doWork(now);
        look(now);
        return work;
    }

    @Override
    public void pass(Duration time) {
        passUntil(() -> false, time);
    }

    @Override
    public boolean passUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNs() + limit.toNanos();
        while (true) {
            settle();
            if (condition.getAsBoolean()) {
                return true;
            }
            long now = nowNs();
            if (now - end >= 0) {
                return false;
            }
            long deadline = ours.endpoint().nextDeadlineNs();
            long wait = Math.min(end - now, LONGEST_WAIT_NS);
            gate.await(deadline == Long.MAX_VALUE ? wait : Math.min(wait, deadline - now));
        }
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

    @Override
    public boolean packetsUnderWay() {
        return nowNs() - lastPacketNs < QUIET.toNanos();
    }

    @Override
    public void close() {
        try (table;
                device) {
            kernel.closeAll();
            ours.endpoint().close();
        } finally {
            namespace.close();
            Runtime.getRuntime().removeShutdownHook(remover);
        }
    }
}
