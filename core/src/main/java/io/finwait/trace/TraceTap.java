package io.finwait.trace;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Describes each packet in one line:
 *
 * <pre>
 *         0  sent      10.0.0.1:50000 > 10.0.0.2:80  SYN  seq 0
 *   20.1 ms  received  10.0.0.2:80 > 10.0.0.1:50000  SYN, ACK  seq 0 ack 1
 * </pre>
 *
 * <p>Times count from the first packet, numbers from the initial sequence number where it was seen;
 * what is sent once more ends in {@code again}. In one line around any transport:
 *
 * <pre>{@code
 * new TapTransport(transport, new TraceTap(System.err::println))
 * }</pre>
 */
public final class TraceTap implements PacketTap {

    private static final int REMEMBERED = 65_536;

    private final SegmentReader reader = new SegmentReader();
    private final Consumer<String> lines;
    private boolean begun;
    private long firstNs;

    /**
     * A tap that passes the lines to a consumer.
     *
     * @param lines gets each line, without a newline, on the endpoint's thread: {@code LOG::info}
     *     for instance
     */
    public TraceTap(Consumer<String> lines) {
        this.lines = lines;
        reader.remembersAtMost(REMEMBERED);
    }

    @Override
    public void packet(
            long nowNs, PacketDirection direction, ByteBuffer buffer, int offset, int length) {
        if (!begun) {
            begun = true;
            firstNs = nowNs;
        }
        boolean sent = direction == PacketDirection.SENT;
        SegmentLabel label = reader.read(sent ? End.A : End.B, buffer, offset, length);
        lines.accept(
                "%9s  %-8s  %s  %s"
                        .formatted(
                                TimeText.of(nowNs - firstNs),
                                sent ? "sent" : "received",
                                reader.ends(),
                                label.text()));
    }
}
