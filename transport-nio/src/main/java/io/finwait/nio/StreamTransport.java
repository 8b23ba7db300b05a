package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * IP packets or Ethernet frames over a stream socket, TCP or Unix domain, each behind its length in
 * four octets, the first the highest. QEMU ({@code -netdev stream}) and passt write and read frames
 * so.
 *
 * <p>One side is the server, which serves one peer at a time, the newest; the other is the client,
 * which connects again, with a pause that doubles, when the connection is lost. Connections of the
 * endpoint above survive that as they survive any bad link. While there is no connection, packets
 * that are committed are lost and counted.
 *
 * <p>A peer that reads slowly is waited for: at most 64 packets are kept, then {@link #claim} gives
 * null. A peer that reads nothing at all for a second is a link that is down: what waits is dropped
 * and counted, so that the clocks of the connections above run as they would on any dead link;
 * after fifteen seconds the connection is dropped too. So it is when the peer sends a length that
 * no packet has, 20 to 65,535 octets, or no frame, 14 to 65,553.
 *
 * <p>Nothing is allocated per packet.
 */
public final class StreamTransport extends SocketTransport {

    /** The largest MTU: the longest IPv4 packet. */
    public static final int LARGEST_MTU = FrameReader.LONGEST;

    /** The MTU where none is asked for. */
    public static final int DEFAULT_MTU = 1500;

    private static final Logger LOG = LoggerFactory.getLogger(StreamTransport.class);

    /** What stands in front of an IP packet in a frame, in octets. */
    private static final int LINK_HEADER = 14;

    private static final int VLAN_TAG = 4;

    private static final int SLOTS = 64;
    private static final int GATHER = 16;
    private static final long STALL_NS = 1_000_000_000L;
    private static final int STALLS_UNTIL_LOST = 15;

    private final ByteBuffer[] gather = new ByteBuffer[GATHER];
    private final FrameReader reader;
    private final ChannelSource source;
    private final Consumer<SelectionKey> ready;
    private final SocketAddress local;
    private SocketChannel channel;
    private SelectionKey key;
    private long seenNs;
    private boolean stalled;
    private long stalledSinceNs;
    private int stalls;

    private StreamTransport(SocketAddress address, boolean server, int mtu, Medium medium) {
        super(capabilities(mtu, medium), queue(mtu, medium));
        reader = new FrameReader(medium);
        try {
            if (server) {
                Acceptor acceptor = new Acceptor(address, selector);
                source = acceptor;
                local = acceptor.localAddress();
            } else {
                source = new Dialer(address, selector);
                local = null;
            }
        } catch (IOException e) {
            closeSelector();
            throw new UncheckedIOException(
                    "no peer can be awaited at "
                            + address
                            + ": "
                            + e.getMessage()
                            + "; choose an address of this host, or a path in a folder that is"
                            + " there and yours, that nobody uses",
                    e);
        }
        ready = source::ready;
    }

    private static Capabilities capabilities(int mtu, Medium medium) {
        int largest = largest(mtu, medium);
        int most = medium == Medium.IP ? mtu : mtu + LINK_HEADER;
        return new Capabilities(most, 0, largest, false, false, false, true, false, medium);
    }

    private static SendQueue queue(int mtu, Medium medium) {
        return new SendQueue(SLOTS, FrameReader.PREFIX, largest(mtu, medium));
    }

    private static int largest(int mtu, Medium medium) {
        return medium == Medium.IP ? mtu : mtu + LINK_HEADER + VLAN_TAG;
    }

    /**
     * Connects to a server, now or when it is there.
     *
     * @param peer an {@link java.net.InetSocketAddress} or {@link java.net.UnixDomainSocketAddress}
     * @param mtu the largest packet in octets, 576 to 65,535
     */
    public static StreamTransport client(SocketAddress peer, int mtu) {
        return client(peer, mtu, Medium.IP);
    }

    /**
     * Connects to a server, now or when it is there.
     *
     * @param peer an {@link java.net.InetSocketAddress} or {@link java.net.UnixDomainSocketAddress}
     * @param mtu the largest IP packet in octets, 576 to 65,535; frames have 14 more, or 18 with a
     *     VLAN tag
     * @param medium what is carried
     */
    public static StreamTransport client(SocketAddress peer, int mtu, Medium medium) {
        return new StreamTransport(peer, false, mtu, medium);
    }

    /**
     * Waits for a client. The file that a killed server has left behind is replaced.
     *
     * @param at an {@link java.net.InetSocketAddress}, port 0 for a free one, or a {@link
     *     java.net.UnixDomainSocketAddress}
     * @param mtu the largest packet in octets, 576 to 65,535
     * @throws UncheckedIOException when the address can't be had
     */
    public static StreamTransport server(SocketAddress at, int mtu) {
        return server(at, mtu, Medium.IP);
    }

    /**
     * Waits for a client, as {@link #server(SocketAddress, int)} does.
     *
     * @param mtu as in {@link #client(SocketAddress, int, Medium)}
     * @param medium what is carried
     */
    public static StreamTransport server(SocketAddress at, int mtu, Medium medium) {
        return new StreamTransport(at, true, mtu, medium);
    }

    /**
     * Where the server listens, with the port that was chosen when 0 was asked for.
     *
     * @throws IllegalStateException on a client
     */
    public SocketAddress localAddress() {
        if (local == null) {
            throw new IllegalStateException("a client listens nowhere; ask the server");
        }
        return local;
    }

    /**
     * True while there is a connection to the peer, as far as is known on the endpoint's thread.
     */
    public boolean isConnected() {
        return channel != null;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        seenNs = nowNs;
        SocketChannel fresh = source.next(channel != null, nowNs);
        if (fresh != null) {
            adopt(fresh);
        }
        flush();
        if (stalled && nowNs - stalledSinceNs >= STALL_NS) {
            dropStalled();
        }
        return channel == null ? 0 : read(into);
    }

    private int read(PacketBatch into) {
        int before = into.size();
        String end = null;
        try {
            reader.read(channel, into);
            switch (reader.verdict()) {
                case GOES_ON -> {}
                case ENDED -> end = "the peer has ended it";
                case BROKEN -> {
                    counters.badFrames.add(1);
                    end = "a length that no packet has";
                }
            }
        } catch (IOException e) {
            end = e.getMessage();
        }
        int added = into.size() - before;
        if (added > 0) {
            counters.packetsReceived.add(added);
            source.worked();
        }
        if (end != null) {
            lose(end);
        }
        return added;
    }

    private void adopt(SocketChannel fresh) {
        if (channel != null) {
            lose("the peer has connected anew");
        }
        try {
            key = fresh.register(selector, SelectionKey.OP_READ);
            channel = fresh;
            counters.connections.add(1);
        } catch (IOException e) {
            LOG.debug("a connection ended at once: {}", e.getMessage());
            Sockets.close(fresh, selector);
            source.lost(seenNs);
        }
    }

    private void lose(String why) {
        LOG.debug("the connection is lost: {}", why);
        counters.sendDrops.add(queue.dropAll());
        Sockets.close(channel, selector);
        channel = null;
        key = null;
        stalled = false;
        stalls = 0;
        reader.reset();
        source.lost(seenNs);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        seenNs = nowNs;
        queue.commit(packet);
        flush();
    }

    @Override
    boolean flush() {
        if (queue.isEmpty()) {
            return false;
        }
        int before = queue.size();
        if (channel == null) {
            counters.sendDrops.add(queue.dropAll());
            return true;
        }
        try {
            boolean moved = true;
            while (moved && !queue.isEmpty()) {
                moved = write() > 0;
                if (moved) {
                    stalled = false;
                    stalls = 0;
                }
                removeWritten();
            }
        } catch (IOException e) {
            lose(e.getMessage());
            return true;
        }
        boolean left = !queue.isEmpty();
        if (left && !stalled) {
            stalled = true;
            stalledSinceNs = seenNs;
        }
        int interest = left ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
        return queue.size() < before;
    }

    private long write() throws IOException {
        int several = Math.min(queue.size(), GATHER);
        if (several == 1) {
            return channel.write(queue.waiting(0));
        }
        for (int i = 0; i < several; i++) {
            gather[i] = queue.waiting(i);
        }
        return channel.write(gather, 0, several);
    }

    private void removeWritten() {
        while (!queue.isEmpty() && !queue.waiting(0).hasRemaining()) {
            queue.removeFirst();
            counters.packetsSent.add(1);
        }
    }

    private void dropStalled() {
        counters.sendDrops.add(queue.dropUnstarted());
        stalledSinceNs = seenNs;
        stalls++;
        if (stalls == STALLS_UNTIL_LOST) {
            lose("the peer reads nothing");
        }
    }

    @Override
    public long nextDeadlineNs() {
        long ofSource = source.nextDeadlineNs();
        if (channel == null || !stalled) {
            return ofSource;
        }
        long ofStall = stalledSinceNs + STALL_NS;
        return ofSource == Long.MAX_VALUE || ofStall - ofSource < 0 ? ofStall : ofSource;
    }

    /**
     * {@inheritDoc} The timeout is rounded up to whole milliseconds, which is what the JDK waits
     * in.
     */
    @Override
    public void await(long timeoutNs) {
        if (!closed && !reader.hasFrame()) {
            Waiting.await(selector, timeoutNs, ready);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        flush();
        closed = true;
        counters.sendDrops.add(queue.dropAll());
        Sockets.close(channel, selector);
        source.close();
        closeSelector();
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing a selector: {}", e.getMessage());
        }
    }
}
