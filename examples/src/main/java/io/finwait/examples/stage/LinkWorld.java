package io.finwait.examples.stage;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
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

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Two hosts of ours over transports of any kind that reach each other. Time is real. */
final class LinkWorld implements World {

    /** One thread can wait at one transport only, so it looks at the other one this often. */
    private static final long LONGEST_WAIT_NS = 1_000_000;

    private static final long QUIET_NS = 50_000_000;

    private final long originNs = System.nanoTime();
    private final Recorder recorder;
    private final Side client;
    private final Side server;
    private long lastPacketNs;

    private LinkWorld(
            Transport forClient,
            Transport forServer,
            Settings settings,
            Setup setup,
            Recorder recorder) {
        this.recorder = recorder;
        PacketTap capture = (now, way, b, offset, length) -> {};
        if (settings.pcap() != null) {
            long epochNs = System.currentTimeMillis() * 1_000_000L - nowNs();
            capture = recorder.captureTo(settings.pcap(), End.A, epochNs);
        }
        client = new Side(End.A, "10.0.0.1", forClient, settings, setup, capture);
        server = new Side(End.B, "10.0.0.2", forServer, settings, setup, (n, w, b, o, l) -> {});
    }

    static LinkWorld open(Settings settings, Setup setup, Recorder recorder) {
        Transport forServer = Transports.open(settings.link().server());
        Transport forClient;
        try {
            forClient = Transports.open(settings.link().client());
        } catch (RuntimeException e) {
            forServer.close();
            throw e;
        }
        return new LinkWorld(forClient, forServer, settings, setup, recorder);
    }

    /** One host with its transport, and what it has sent that has not arrived. */
    private final class Side {

        private final End end;
        private final Transport transport;
        private final Gate gate;
        private final PacketTap capture;
        private final EndpointHost host;
        private final IpView ip = new IpView();
        private final Segment segment = new Segment();
        private final List<UnderWay> underWay = new ArrayList<>();
        private final List<Loss> losses = new ArrayList<>();
        private final List<Copy> copies = new ArrayList<>();
        private long cutUntilNs;

        Side(
                End end,
                String address,
                Transport transport,
                Settings settings,
                Setup setup,
                PacketTap capture) {
            this.end = end;
            this.transport = transport;
            this.capture = capture;
            gate = new Gate(transport);
            EndpointConfig.Builder config =
                    EndpointConfig.at(address)
                            .plain()
                            .timeWaitPolicy(
                                    TimeWaitPolicy.defaults().withTwoMsl(settings.twoMsl()));
            host =
                    new EndpointHost(
                            LinkWorld.this,
                            recorder,
                            end,
                            IpAddress.parse(address),
                            setup.apply(end, config),
                            new TapTransport(gate, this::passes));
        }

        private void passes(long nowNs, PacketDirection way, ByteBuffer b, int offset, int length) {
            boolean isTcp =
                    ip.parse(b, offset, length) == Verdict.OK && ip.protocol() == Protocol.TCP;
            if (!isTcp) {
                return;
            }
            lastPacketNs = nowNs;
            byte[] octets = new byte[length];
            b.get(offset, octets);
            if (way == PacketDirection.SENT) {
                sent(nowNs, b, offset, octets);
            } else {
                side(end.other()).arrived(nowNs, octets);
            }
            capture.packet(nowNs, way, b, offset, length);
        }

        private void sent(long nowNs, ByteBuffer b, int offset, byte[] octets) {
            LadderPacket arrow = recorder.sent(nowNs, end, b, offset, octets.length);
            boolean isLost = false;
            if (segment.parse(ip, true) == Verdict.OK) {
                for (Copy copy : copies) {
                    copy.keepIfWanted(segment, octets, arrow);
                }
                isLost = cutUntilNs - nowNs > 0 || isToBeLost();
            }
            gate.dropNext(isLost);
            if (isLost) {
                arrow.lost();
            } else {
                underWay.add(new UnderWay(octets, arrow));
            }
        }

        private boolean isToBeLost() {
            Iterator<Loss> each = losses.iterator();
            while (each.hasNext()) {
                Loss loss = each.next();
                if (loss.which.test(segment)) {
                    if (loss.once) {
                        each.remove();
                    }
                    return true;
                }
            }
            return false;
        }

        /** The transport may reorder, lose and repeat, so that a packet is known by its octets. */
        private void arrived(long nowNs, byte[] octets) {
            for (int i = 0; i < underWay.size(); i++) {
                if (Arrays.equals(underWay.get(i).octets, octets)) {
                    underWay.remove(i).arrow.arrives(nowNs);
                    return;
                }
            }
        }

        void sendAgain(Copy copy) {
            Packet packet = gate.claim(copy.octets.length);
            if (packet == null) {
                throw new IllegalStateException("the transport has no room for the late packet");
            }
            packet.buffer().put(packet.offset(), copy.octets);
            underWay.add(new UnderWay(copy.octets, copy.arrow));
            gate.commit(packet, nowNs());
        }

        void close() {
            host.endpoint().close();
            transport.close();
            underWay.forEach(each -> each.arrow.lost());
        }
    }

    private static final class UnderWay {
        private final byte[] octets;
        private final LadderPacket arrow;

        UnderWay(byte[] octets, LadderPacket arrow) {
            this.octets = octets;
            this.arrow = arrow;
        }
    }

    private record Loss(Predicate<Segment> which, boolean once) {}

    private static final class Copy {
        private final Predicate<Segment> which;
        private byte[] octets;
        private LadderPacket arrow;

        Copy(Predicate<Segment> which) {
            this.which = which;
        }

        void keepIfWanted(Segment segment, byte[] packet, LadderPacket itsArrow) {
            if (octets == null && which.test(segment)) {
                octets = packet;
                arrow = itsArrow;
            }
        }
    }

    private Side side(End end) {
        return end == End.A ? client : server;
    }

    @Override
    public long nowNs() {
        return System.nanoTime() - originNs;
    }

    @Override
    public String place() {
        return "";
    }

    @Override
    public Host client() {
        return client.host;
    }

    @Override
    public Host server() {
        return server.host;
    }

    @Override
    public void settle() {
        while (client.host.endpoint().doWork(nowNs()) + server.host.endpoint().doWork(nowNs())
                > 0) {
            // What one host sends may be there for the other one at once.
        }
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
            long left = end - nowNs();
            if (left <= 0) {
                return false;
            }
            client.gate.await(Math.min(left, LONGEST_WAIT_NS));
        }
    }

    @Override
    public void atOnce(Runnable calls) {
        client.gate.shut(true);
        server.gate.shut(true);
        try {
            calls.run();
        } finally {
            client.gate.shut(false);
            server.gate.shut(false);
        }
    }

    @Override
    public void lose(End from, Predicate<Segment> which, boolean once) {
        side(from).losses.add(new Loss(which, once));
    }

    @Override
    public Late keepCopy(End from, Predicate<Segment> which) {
        Copy copy = new Copy(which);
        side(from).copies.add(copy);
        return () -> {
            side(from).sendAgain(copy);
            settle();
        };
    }

    @Override
    public void cut(Duration time) {
        client.cutUntilNs = nowNs() + time.toNanos();
        server.cutUntilNs = client.cutUntilNs;
    }

    @Override
    public boolean packetsUnderWay() {
        return nowNs() - lastPacketNs < QUIET_NS;
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
