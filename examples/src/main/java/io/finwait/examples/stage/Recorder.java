package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.trace.Ladder;
import io.finwait.trace.LadderPacket;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;
import io.finwait.trace.PcapngTap;
import io.finwait.trace.PcapngWriter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Puts down what happens: on the ladder, and as a capture taken on one host. */
final class Recorder implements Diary, AutoCloseable {

    private final Ladder ladder;
    private final String[] states = {"CLOSED", "CLOSED"};
    private Path file;
    private PcapngWriter writer;
    private PcapngTap capture;
    private End captureAt;
    private boolean lastWasReceived;
    private boolean over;

    Recorder(Ladder ladder) {
        this.ladder = ladder;
    }

    Ladder ladder() {
        return ladder;
    }

    /** What happens from now on belongs to no scene any more. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** Captures on one host from now on. */
    PacketTap captureTo(Path newFile, End at, long epochOfZeroNs) {
        file = newFile;
        captureAt = at;
        try {
            writer = PcapngWriter.create(newFile);
            capture = new PcapngTap(writer, ladder.name(at), epochOfZeroNs);
        } catch (IOException e) {
            throw failure(e);
        }
        tellStates();
        return this::captured;
    }

    private void captured(long nowNs, PacketDirection way, ByteBuffer b, int offset, int length) {
        lastWasReceived = way == PacketDirection.RECEIVED;
        capture.packet(nowNs, way, b, offset, length);
    }

    LadderPacket sent(long nowNs, End from, ByteBuffer b, int offset, int length) {
        return ladder.sent(nowNs, from, b, offset, length);
    }

    @Override
    public void begins(long nowNs, End end, String state) {
        states[end.ordinal()] = state;
        ladder.state(nowNs, end, state);
        tellStates();
    }

    @Override
    public void state(long nowNs, End end, String state) {
        if (over || states[end.ordinal()].equals(state)) {
            return;
        }
        states[end.ordinal()] = state;
        ladder.state(nowNs, end, state);
        if (capture != null && end == captureAt && lastWasReceived) {
            capture.comment("-> " + ladder.name(end) + " " + state);
        }
        tellStates();
    }

    String state(End end) {
        return states[end.ordinal()];
    }

    private void tellStates() {
        if (capture != null) {
            capture.state(
                    "%s %s, %s %s"
                            .formatted(
                                    ladder.name(End.A),
                                    state(End.A),
                                    ladder.name(End.B),
                                    state(End.B)));
        }
    }

    @Override
    public void note(long nowNs, End end, String text) {
        if (!over) {
            ladder.note(nowNs, end, text);
        }
    }

    @Override
    public void close() {
        try {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private UncheckedIOException failure(IOException e) {
        return new UncheckedIOException(
                "the capture can't be written to '" + file + "': " + UserText.reason(e), e);
    }
}
