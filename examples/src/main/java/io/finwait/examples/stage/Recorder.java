package io.finwait.examples.stage;

import io.finwait.picture.Ladder;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.End;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;
import io.finwait.trace.PcapngTap;
import io.finwait.trace.PcapngWriter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Puts down what happens: on the ladder, and as a capture with an interface for each host. */
final class Recorder implements Diary, AutoCloseable {

    private final Ladder ladder;
    private final String[] states = {"CLOSED", "CLOSED"};
    private Path file;
    private PcapngWriter writer;
    private final PcapngTap[] captures = new PcapngTap[2];
    private final boolean[] lastWasReceived = new boolean[2];
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

    /**
     * Captures on both hosts from now on.
     *
     * @param newFile null for no capture
     */
    void captureTo(Path newFile, long epochOfZeroNs) {
        if (newFile == null) {
            return;
        }
        file = newFile;
        try {
            writer = PcapngWriter.create(newFile);
            for (End end : End.values()) {
                captures[end.ordinal()] = new PcapngTap(writer, ladder.name(end), epochOfZeroNs);
            }
        } catch (IOException e) {
            throw failure(e);
        }
        tellStates();
    }

    boolean captures() {
        return writer != null;
    }

    /** What an end's interface sees; nothing where nothing is captured. */
    PacketTap captureAt(End end) {
        return (nowNs, way, buffer, offset, length) -> {
            if (writer != null && !over) {
                lastWasReceived[end.ordinal()] = way == PacketDirection.RECEIVED;
                captures[end.ordinal()].packet(nowNs, way, buffer, offset, length);
            }
        };
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
        if (writer != null && lastWasReceived[end.ordinal()]) {
            captures[end.ordinal()].comment("-> " + ladder.name(end) + " " + state);
        }
        tellStates();
    }

    String state(End end) {
        return states[end.ordinal()];
    }

    private void tellStates() {
        if (writer == null) {
            return;
        }
        String both =
                "%s %s, %s %s"
                        .formatted(
                                ladder.name(End.A), state(End.A), ladder.name(End.B), state(End.B));
        for (PcapngTap each : captures) {
            each.state(both);
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
