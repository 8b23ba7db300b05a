package io.finwait.nio;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Supplies the connections of a stream link, by connecting or accepting. No method throws. */
interface ChannelSource extends AutoCloseable {

    /**
     * A new connection, non-blocking and registered with no other selector than the link's; or
     * null.
     *
     * @param connected true when the link has a connection that seems to work
     */
    SocketChannel next(boolean connected, long nowNs);

    /** The link has lost its connection. */
    void lost(long nowNs);

    /** A packet has come in over the link's connection. */
    void worked();

    /** Told of keys that the selector has found ready. */
    void ready(SelectionKey key);

    /** When {@link #next} has work without a key being ready; {@link Long#MAX_VALUE}: never. */
    long nextDeadlineNs();

    @Override
    void close();
}
