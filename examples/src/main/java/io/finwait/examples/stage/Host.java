package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.util.List;

/** A host on the stage: its TCP and the applications on it. */
public interface Host {

    /** Which side of the ladder it is drawn on. */
    End end();

    /** Its address. */
    IpAddress address();

    /** True when its TCP is the kernel's. */
    boolean isKernel();

    /** Opens a port for connections. */
    void listen(int port);

    /** Waits for a connection at the port that is open. */
    Peer accept();

    /**
     * Begins to open a connection and does not wait for the answer.
     *
     * @return null when this host refuses to, because the pair of ports is in use
     */
    Peer startConnect(IpAddress to, int port, int fromPort);

    /** Waits until a connection is open, or has failed. */
    Outcome finishConnect(Peer peer);

    /** Its connections and listeners. */
    List<NetstatRow> netstat();

    /** Rules of its TCP that can be broken for a story. */
    Switches switches();

    /** The name of the host's own tool. */
    String tool();

    /** What the host's own tool shows of them: lines of at most 80 columns. */
    List<String> look();
}
