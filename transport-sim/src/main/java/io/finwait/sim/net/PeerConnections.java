package io.finwait.sim.net;

/** The connections that a host accepts at a port, those to come included. */
public final class PeerConnections {

    private final NetHost host;
    private final int port;

    PeerConnections(NetHost host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * One of them.
     *
     * @param number 1 for the first that the host's program accepts there
     */
    public PeerConnection nth(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("connections are counted from 1 on");
        }
        return new PeerConnection(host, port, number);
    }

    /** How many have been accepted so far. */
    public int accepted() {
        return host.net().locked(() -> host.accepted().count(port));
    }
}
