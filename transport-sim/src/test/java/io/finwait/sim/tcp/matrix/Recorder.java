package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import java.util.List;

/** Writes down what the user is told. */
final class Recorder implements ConnectionObserver {

    private final List<String> told;

    Recorder(List<String> told) {
        this.told = told;
    }

    @Override
    public void onEstablished(Connection connection) {
        told.add("established");
    }

    @Override
    public void onReadable(Connection connection) {
        told.add("readable");
    }

    @Override
    public void onWritable(Connection connection) {
        told.add("writable");
    }

    @Override
    public void onPeerClosed(Connection connection) {
        told.add("peer closed");
    }

    @Override
    public void onCloseAcknowledged(Connection connection) {
        told.add("close acknowledged");
    }

    @Override
    public void onLingerExpired(Connection connection) {
        told.add("linger expired");
    }

    @Override
    public void onSoftError(Connection connection, String message) {
        told.add("soft error: " + message);
    }

    @Override
    public void onEnded(Connection connection) {
        told.add("ended");
    }
}
