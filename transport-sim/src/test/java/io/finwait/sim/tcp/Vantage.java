package io.finwait.sim.tcp;

import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PcapngWriter;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.wire.TcpHeader;

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
    private final long[] firstResetSent = {-1, -1};
    private final boolean[] finSeen = new boolean[2];
    private int lastTextSide = -1;
    private FirstReset firstReset;
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

    /**
     * The first RST in a capture.
     *
     * @param side who sent it: 0 the client
     * @param isItsFirst false when an earlier one of that side was lost before it came here
     * @param textMayWait true when the last text came from the other side, and no FIN went before:
     *     an abort and a close with text unread look alike
     */
    record FirstReset(int side, boolean isItsFirst, boolean textMayWait) {}

    /** The first RST in the capture, or null. */
    FirstReset firstReset() {
        return firstReset;
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        int side = isFromClient(packet) ? 0 : 1;
        if (firstResetSent[side] < 0 && !packet.isCopy() && hasFlag(packet, TcpHeader.RST)) {
            firstResetSent[side] = packet.number();
        }
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

    private static int tcp(SimPacket packet) {
        return packet.offset() + (packet.buffer().get(packet.offset()) & 0xF) * 4;
    }

    private static boolean hasFlag(SimPacket packet, int flag) {
        return (packet.buffer().get(tcp(packet) + 13) & flag) != 0;
    }

    private void look(SimPacket packet) {
        int side = isFromClient(packet) ? 0 : 1;
        if (firstReset == null && hasFlag(packet, TcpHeader.RST)) {
            long number = packet.isCopy() ? packet.copyOf() : packet.number();
            firstReset =
                    new FirstReset(
                            side,
                            number == firstResetSent[side],
                            lastTextSide == 1 - side && !finSeen[side]);
        }
        finSeen[side] |= hasFlag(packet, TcpHeader.FIN);
        int tcp = tcp(packet);
        int header = (packet.buffer().get(tcp + 12) >>> 4 & 0xF) * 4;
        if (packet.offset() + packet.length() > tcp + header) {
            lastTextSide = side;
        }
    }

    private void write(int where, long nowNs, SimPacket packet) {
        look(packet);
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

    /** The capture as a file. */
    byte[] octets() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
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
