package io.finwait.trace;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Captures the packets of one transport as one interface of a pcapng file. Several taps may share a
 * writer, as long as they are used by one thread; who made the writer closes it.
 *
 * <p>When the file can't be written any more, this is logged once and the capture ends; the
 * connections go on.
 */
public final class PcapngTap implements PacketTap {

    private static final Logger LOG = LoggerFactory.getLogger(PcapngTap.class);

    private final PcapngWriter writer;
    private final int interfaceNumber;
    private final long epochOfZeroNs;
    private String state = "";
    private long lastPacket = -1;
    private IOException failure;

    /**
     * Adds an interface to a capture.
     *
     * @param writer where the packets go
     * @param interfaceName what the reader of the capture sees, an end's name for instance
     * @param epochOfZeroNs nanoseconds since 1970-01-01 UTC at time 0 of the endpoint's clock; 0
     *     lets the stamps of a simulation be its own times
     * @throws IOException when the capture can't be written
     */
    public PcapngTap(PcapngWriter writer, String interfaceName, long epochOfZeroNs)
            throws IOException {
        this.writer = writer;
        this.epochOfZeroNs = epochOfZeroNs;
        interfaceNumber = writer.addInterface(interfaceName);
    }

    /**
     * What is written on every packet from now on, such as {@code client FIN_WAIT_1}; empty for
     * nothing. For a sent packet that is the state after the call that sent it, for a received one
     * the state that it meets.
     */
    public void state(String text) {
        state = text;
    }

    /**
     * Writes on the packet that passed last, such as {@code -> FIN_WAIT_2}.
     *
     * @return false when no packet of this tap can be written on any more: none has passed, another
     *     one followed through another tap, or it has been written out
     */
    public boolean comment(String text) {
        if (failure != null || lastPacket < 0) {
            return false;
        }
        try {
            return writer.comment(lastPacket, text);
        } catch (IOException e) {
            fail(e);
            return false;
        }
    }

    /** Why the capture ended early, or null. */
    public IOException failure() {
        return failure;
    }

    @Override
    public void packet(
            long nowNs, PacketDirection direction, ByteBuffer buffer, int offset, int length) {
        if (failure != null) {
            return;
        }
        try {
            lastPacket =
                    writer.packet(
                            interfaceNumber,
                            epochOfZeroNs + nowNs,
                            direction,
                            buffer,
                            offset,
                            length);
            if (!state.isEmpty()) {
                writer.comment(lastPacket, state);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public void idle() {
        if (failure != null) {
            return;
        }
        try {
            writer.flush();
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public boolean allocates() {
        return false;
    }

    private void fail(IOException e) {
        failure = e;
        LOG.warn("the capture can't be written any more and ends here: {}", e.toString());
    }
}
