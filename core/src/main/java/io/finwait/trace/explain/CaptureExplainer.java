package io.finwait.trace.explain;

import io.finwait.trace.capture.BrokenCaptureException;
import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.capture.CapturedPacket;
import io.finwait.trace.capture.LinkLayer;
import io.finwait.trace.capture.SeenSegment;

import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * Reads a capture and tells the story of each of its connections. One thread at a time. Memory
 * grows with the number of connections, not with their packets.
 *
 * <pre>{@code
 * CaptureExplainer explainer = new CaptureExplainer();
 * try (CaptureReader reader = CaptureReader.open(file)) {
 *     explainer.read(reader, octets -> {});
 * }
 * for (int i = 0; i < explainer.connections(); i++) {
 *     System.out.println(explainer.story(i).verdict());
 * }
 * }</pre>
 */
public final class CaptureExplainer {

    private static final int PROGRESS_EVERY = 1 << 14;

    private final Conversations conversations = new Conversations();
    private final CapturedPacket packet = new CapturedPacket();
    private final SeenSegment segment = new SeenSegment();
    private long packets;
    private long segments;
    private long fragments;
    private long cut;
    private long unknownLinkTypes;
    private long lastNs;
    private BrokenCaptureException broken;

    /** An explainer that has read nothing. */
    public CaptureExplainer() {}

    /**
     * Reads a capture to its end. Where it is damaged, what stands before that is used, and {@link
     * #broken} tells of it.
     *
     * @param progress told the octets read so far, every few thousand packets
     * @throws IOException when the file can't be read
     */
    public void read(CaptureReader reader, LongConsumer progress) throws IOException {
        try {
            while (next(reader) != NONE) {
                if (packets % PROGRESS_EVERY == 0) {
                    progress.accept(reader.octetsRead());
                }
            }
        } catch (BrokenCaptureException e) {
            broken = e;
        }
    }

    /** No connection. */
    public static final int NONE = -2;

    /** A packet that belongs to no connection. */
    public static final int OTHER = -1;

    /**
     * Reads one packet, for a program that follows a growing capture.
     *
     * @return the connection that it belongs to, {@link #OTHER}, or {@link #NONE} at the end
     * @throws IOException when the file is broken or can't be read
     */
    public int next(CaptureReader reader) throws IOException {
        if (!reader.next(packet)) {
            return NONE;
        }
        packets++;
        lastNs = Math.max(lastNs, packet.timeNs());
        SeenSegment.Kind kind = segment.read(packet);
        switch (kind) {
            case TCP -> {
                segments++;
                return conversations.segment(segment).stream;
            }
            case FRAGMENT -> fragments++;
            case CUT -> cut++;
            case OTHER -> {
                if (!LinkLayer.isKnown(packet.linkType())) {
                    unknownLinkTypes++;
                }
            }
        }
        return OTHER;
    }

    /** How many connections there are. */
    public int connections() {
        return conversations.all().size();
    }

    /** True when a connection is over: reset, or both FINs acknowledged. */
    public boolean hasEnded(int stream) {
        Conversation conversation = conversations.all().get(stream);
        boolean closed =
                conversation.flows[0].finAcknowledged && conversation.flows[1].finAcknowledged;
        return closed || conversation.reset != null;
    }

    /** The story of a connection, from 0. */
    public ConnectionStory story(int stream) {
        return Judge.of(conversations.all().get(stream), lastNs);
    }

    /** Packets read, of any kind. */
    public long packets() {
        return packets;
    }

    /** TCP segments among them. */
    public long segments() {
        return segments;
    }

    /** Fragments of IP packets whose first one was not seen before them; not looked into. */
    public long fragments() {
        return fragments;
    }

    /** Packets of which the capture holds less than the headers. */
    public long cut() {
        return cut;
    }

    /** Packets of a link type that is not known. */
    public long unknownLinkTypes() {
        return unknownLinkTypes;
    }

    /** Why the capture could not be read to its end, or null. */
    public BrokenCaptureException broken() {
        return broken;
    }
}
