package io.finwait.sim.script;

import io.finwait.sim.script.TcpPacket.Sequence;
import io.finwait.wire.TcpHeader;

import java.util.HashMap;
import java.util.Map;

/**
 * The socket under test: which ports its packets have, and how the numbers of the script become
 * those on the wire.
 *
 * <p>A script counts from the initial sequence numbers: 0 is the SYN, 1 the first octet. In
 * segments with SYN the numbers are those on the wire, as far as they are ours to choose.
 */
final class ScriptBinding {

    /** The port that scripts bind and connect to. */
    static final int PORT = 8080;

    private static final int FIRST_PEER_PORT = 40_000;

    /**
     * How far the handshake of the socket under test has come, which decides how its packets are
     * read.
     */
    enum Stage {
        NONE,
        UNCONNECTED,
        LISTENING,
        CONNECTING,
        CHILD
    }

    private final Map<Integer, Integer> liveTimestamps = new HashMap<>();
    private Stage stage = Stage.NONE;
    private int localPort;
    private int remotePort;
    private int localIsn;
    private int scriptLocalIsn;
    private boolean localIsnKnown;
    private int remoteIsn;
    private boolean acknowledged;
    private boolean reset;
    private boolean finished;
    private boolean peerFinished;
    private int peers;
    private boolean timestampSeen;
    private int firstScriptTimestamp;
    private int firstLiveTimestamp;

    Stage stage() {
        return stage;
    }

    int localPort() {
        return localPort;
    }

    int remotePort() {
        return remotePort;
    }

    /** The script made a new socket. */
    void created() {
        clear(Stage.UNCONNECTED, 0, 0);
    }

    /** The script made it listen. */
    void listening() {
        clear(Stage.LISTENING, PORT, 0);
    }

    /** The script connects from a port. */
    void connecting(int port) {
        clear(Stage.CONNECTING, port, PORT);
    }

    private void clear(Stage newStage, int newLocalPort, int newRemotePort) {
        stage = newStage;
        localPort = newLocalPort;
        remotePort = newRemotePort;
        localIsn = 0;
        scriptLocalIsn = 0;
        localIsnKnown = false;
        remoteIsn = 0;
        acknowledged = false;
        forgetTheEnd();
        timestampSeen = false;
        liveTimestamps.clear();
    }

    /**
     * Notes which connection a segment belongs to that is about to be injected.
     *
     * @return true when its numbers go to the wire as they are: there is no connection that they
     *     could be relative to
     */
    boolean inbound(TcpPacket packet) {
        Stage before = stage;
        int seq = (int) packet.sequence().start();
        switch (stage) {
            case NONE, LISTENING, UNCONNECTED -> {
                clear(Stage.CHILD, PORT, FIRST_PEER_PORT + peers++);
                remoteIsn = before == Stage.UNCONNECTED ? 0 : seq;
            }
            case CONNECTING, CHILD -> {
                // Until we have acknowledged one, every SYN may be the beginning of the peer's
                // numbers.
                if (packet.flags().has(TcpHeader.SYN) && !acknowledged) {
                    remoteIsn = seq;
                }
                reset |= packet.flags().has(TcpHeader.RST);
                peerFinished |= packet.flags().has(TcpHeader.FIN);
            }
        }
        return before == Stage.UNCONNECTED;
    }

    /** True when a sent segment is one of the socket under test. */
    boolean owns(int sourcePort, int destinationPort) {
        return switch (stage) {
            // What is still sent then is of earlier sockets.
            case NONE, UNCONNECTED, LISTENING -> false;
            case CONNECTING, CHILD -> sourcePort == localPort && destinationPort == remotePort;
        };
    }

    /** Takes note of what the socket under test has sent. */
    void outbound(Observed came) {
        acknowledged |= came.has(TcpHeader.ACK) && !came.has(TcpHeader.RST);
        finished |= came.has(TcpHeader.FIN);
    }

    /**
     * Takes note of our own SYN: the script's number for it is the one expected. Behind a RST, or a
     * FIN each way, a SYN with another number begins another connection of the same ports.
     */
    void outboundSyn(Observed syn, Sequence expected) {
        if (!expected.any()) {
            outboundSyn(syn.seq(), syn.has(TcpHeader.ACK), syn.ack(), expected);
        }
    }

    void outboundSyn(int seq, boolean hasAck, int ack, Sequence expected) {
        boolean over = reset || (finished && peerFinished);
        if (localIsnKnown && (!over || seq == localIsn)) {
            return;
        }
        if (localIsnKnown && hasAck) {
            remoteIsn = ack - 1;
        }
        localIsn = seq;
        scriptLocalIsn = (int) expected.start();
        localIsnKnown = true;
        forgetTheEnd();
    }

    private void forgetTheEnd() {
        reset = false;
        finished = false;
        peerFinished = false;
    }

    int liveSeq(boolean syn, int scriptSeq) {
        return syn ? scriptSeq : scriptSeq + remoteIsn;
    }

    int liveAck(boolean syn, int scriptAck) {
        return syn ? scriptAck + localIsn - scriptLocalIsn : scriptAck + localIsn;
    }

    int scriptSeq(boolean syn, int liveSeq) {
        return syn ? liveSeq - localIsn + scriptLocalIsn : liveSeq - localIsn;
    }

    int scriptAck(boolean syn, int liveAck) {
        return syn ? liveAck : liveAck - remoteIsn;
    }

    /** A number that we acknowledge (SACK of ours), as the script counts it. */
    int scriptPeerSeq(int live) {
        return live - remoteIsn;
    }

    /** A number of ours that the peer names (SACK of the peer, ICMP). */
    int liveOwnSeq(int script) {
        return script + localIsn;
    }

    /** Takes note of a timestamp of ours, so that the script can echo it. */
    void timestamp(int script, int live) {
        if (!timestampSeen) {
            timestampSeen = true;
            firstScriptTimestamp = script;
            firstLiveTimestamp = live;
        }
        liveTimestamps.put(script, live);
    }

    /** A timestamp of ours in the script's counting, its first one being the first. */
    int scriptTimestamp(int live) {
        return timestampSeen ? live - firstLiveTimestamp + firstScriptTimestamp : live;
    }

    boolean hasTimestamp() {
        return timestampSeen;
    }

    /**
     * What the peer echoes for a timestamp of the script; null when no segment of ours carried it.
     */
    Integer liveEcho(int script) {
        return script == 0 ? Integer.valueOf(0) : liveTimestamps.get(script);
    }

    /** The same by its distance from the first one. */
    int liveEchoScaled(int script) {
        return script - firstScriptTimestamp + firstLiveTimestamp;
    }
}
