package io.finwait.trace;

import io.finwait.spi.Capabilities;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport that passes every packet to a {@link PacketTap} as well as to the transport below.
 *
 * <p>The tap gets the packets without a copy. Only super-packets, and packets whose checksum the
 * transport completes, are rebuilt for the tap in a buffer of its own, so that a capture holds the
 * segments as a network would carry them.
 *
 * <p>Closing the transport does not close the tap. A tap that throws is logged once and not called
 * again.
 */
public final class TapTransport extends ForwardingTransport {

    private static final Logger LOG = LoggerFactory.getLogger(TapTransport.class);

    private final PacketTap tap;
    private final Runnable afterClose;
    private final SegmentCutter cutter = new SegmentCutter();
    private boolean tapFailed;

    /**
     * Puts a tap on a transport.
     *
     * @param below carries the packets; closed with this one
     * @param tap is told of them
     */
    public TapTransport(Transport below, PacketTap tap) {
        this(below, tap, () -> {});
    }

    /** A tap that nobody else closes is closed by {@code afterClose}. */
    TapTransport(Transport below, PacketTap tap, Runnable afterClose) {
        super(below);
        Medium.IP.require(below, "a packet tap");
        this.tap = tap;
        this.afterClose = afterClose;
    }

    private static Capabilities allocating(Capabilities of) {
        return new Capabilities(
                of.mtu(),
                of.headroom(),
                of.largestPacket(),
                of.checksumOffload(),
                of.segmentationOffload(),
                of.lossless(),
                of.ordered(),
                true);
    }

    @Override
    public Capabilities capabilities() {
        Capabilities of = super.capabilities();
        return tap.allocates() && !of.allocates() ? allocating(of) : of;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int first = into.size();
        int added = super.receive(into, nowNs);
        for (int i = first; i < first + added; i++) {
            show(into.get(i), nowNs, PacketDirection.RECEIVED);
        }
        return added;
    }

    /** Shows the packet before it goes down: afterwards its octets are the transport's. */
    @Override
    public void commit(Packet packet, long nowNs) {
        show(packet, nowNs, PacketDirection.SENT);
        super.commit(packet, nowNs);
    }

    @Override
    public void await(long timeoutNs) {
        if (!tapFailed) {
            try {
                tap.idle();
            } catch (RuntimeException e) {
                giveUp(e);
            }
        }
        super.await(timeoutNs);
    }

    @Override
    public void close() {
        super.close();
        afterClose.run();
    }

    private void show(Packet packet, long nowNs, PacketDirection direction) {
        if (tapFailed) {
            return;
        }
        try {
            if (packet.segmentSize() > 0 || packet.checksumOffloaded()) {
                cutter.show(packet, nowNs, direction, tap);
            } else {
                tap.packet(nowNs, direction, packet.buffer(), packet.offset(), packet.length());
            }
        } catch (RuntimeException e) {
            giveUp(e);
        }
    }

    /** A failing tap must never harm a connection, so the exception ends here. */
    private void giveUp(RuntimeException e) {
        tapFailed = true;
        LOG.warn("the packet tap {} failed and sees no more packets", tap, e);
    }
}
