package io.finwait.sim.tcp;

import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PcapngWriter;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A capture of a simulated network, taken where somebody might have taken it. */
final class Vantage implements SimObserver {

    /** Where the capture is taken. */
    enum Place {
        CLIENT,
        SERVER,
        MIDDLE,
        BOTH_ENDS
    }

    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    private final Place place;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final PcapngWriter writer = new PcapngWriter(file);
    private final int on;
    private final int atServer;

    Vantage(Place place) {
        this.place = place;
        try {
            on = writer.addInterface("client");
            atServer = place == Place.BOTH_ENDS ? writer.addInterface("server") : on;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        if (place == Place.MIDDLE
                || place == Place.BOTH_ENDS
                || isFromClient(packet) == (place == Place.CLIENT)) {
            write(isFromClient(packet) ? on : atServer, nowNs, packet);
        }
    }

    @Override
    public void delivered(long nowNs, SimPacket packet) {
        if (place == Place.BOTH_ENDS
                || (place != Place.MIDDLE && isFromClient(packet) != (place == Place.CLIENT))) {
            write(isFromClient(packet) ? atServer : on, nowNs, packet);
        }
    }

    private static boolean isFromClient(SimPacket packet) {
        return packet.from().equals("client");
    }

    private void write(int where, long nowNs, SimPacket packet) {
        try {
            writer.packet(
                    where,
                    EPOCH_NS + nowNs,
                    PacketDirection.SENT,
                    packet.buffer(),
                    packet.offset(),
                    packet.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What can be concluded from it. */
    CaptureExplainer explained() {
        CaptureExplainer explainer = new CaptureExplainer();
        try {
            writer.flush();
            explainer.read(
                    CaptureReader.open(new ByteArrayInputStream(file.toByteArray())), octets -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return explainer;
    }
}
