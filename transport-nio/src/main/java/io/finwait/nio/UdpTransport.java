package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;

/**
 * One IP packet per UDP datagram: two processes, or two hosts, speak TCP over it without
 * privileges.
 *
 * <p>The peer is fixed ({@link #between}), or the first one to send anything ({@link #withFirst}),
 * or there are many, told apart by the inner source address of what they send ({@link #withMany}).
 * Nothing proves who sent a datagram; where strangers can reach the port, fix the peer and put the
 * datagrams into something that authenticates them.
 *
 * <p>A datagram that no packet fits, or that nobody can be found for, is dropped and counted, as is
 * one that the socket refuses: the link loses packets, it never throws. The carrier's own
 * unreachability (nobody listens at the peer's port) is one more loss.
 *
 * <p>With a fixed peer nothing is allocated per packet. Without one the JDK makes an address object
 * whenever the sender is another one than before, and {@link Capabilities#allocates()} says so.
 */
public final class UdpTransport extends SocketTransport {

    /** The largest MTU: 65,535 octets less the outer IPv4 and UDP headers (RFC 768, RFC 791). */
    public static final int LARGEST_MTU = 65_507;

    /**
     * The MTU where none is asked for: passes a path of 1,500 octets inside IPv4 or IPv6 and UDP,
     * with some room for tunnels below.
     */
    public static final int DEFAULT_MTU = 1400;

    private static final Logger LOG = LoggerFactory.getLogger(UdpTransport.class);
    private static final int SLOTS = 64;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int NOTHING_THERE = -1;
    private static final int NO_PACKET = -2;
    private static final int FAILED = -3;

    private final DatagramChannel channel;
    final SelectionKey key;
    private final KeyPause pause;

    /** What datagrams of a fixed peer are read from; another one in tests. */
    ReadableByteChannel reading;

    private final InetSocketAddress local;
    private final UdpPeers peers;
    private final Packet[] arrivals = new Packet[SLOTS];
    private final ByteBuffer[] rooms = new ByteBuffer[SLOTS];

    private UdpTransport(InetSocketAddress bind, InetSocketAddress peer, UdpPeers peers, int mtu) {
        super(
                new Capabilities(
                        requireFits(mtu), 0, mtu, false, false, false, false, peer == null),
                new SendQueue(SLOTS, 0, mtu));
        this.peers = peers;
        // One octet more than the MTU shows a datagram that was cut.
        int room = mtu + 1;
        ByteBuffer all = ByteBuffer.allocateDirect(SLOTS * room);
        for (int i = 0; i < SLOTS; i++) {
            arrivals[i] = new Packet();
            rooms[i] = all.slice(i * room, room);
        }
        try {
            channel = DatagramChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
            channel.bind(bind);
            if (peer != null) {
                channel.connect(peer);
            }
            local = (InetSocketAddress) channel.getLocalAddress();
            key = channel.register(selector, SelectionKey.OP_READ);
            pause = new KeyPause(key, SelectionKey.OP_READ);
            reading = channel;
        } catch (IOException e) {
            closeQuietly();
            throw new UncheckedIOException(
                    "no datagrams can be exchanged at "
                            + bind
                            + (peer == null ? "" : " with " + peer)
                            + ": "
                            + e.getMessage()
                            + "; choose a free port, or port 0, of an address of this host"
                            + (peer == null ? "" : " from which the peer can be reached"),
                    e);
        }
    }

    private static int requireFits(int mtu) {
        if (mtu > LARGEST_MTU) {
            throw new IllegalArgumentException(
                    "mtu " + mtu + " is more than a datagram holds; choose at most " + LARGEST_MTU);
        }
        return mtu;
    }

    /**
     * A link with one peer; datagrams of others do not get in.
     *
     * @param local where to receive; port 0 takes a free one
     * @param peer where to send
     * @param mtu the largest packet in octets, 576 to {@link #LARGEST_MTU}
     * @throws UncheckedIOException when the local address can't be had
     */
    public static UdpTransport between(InetSocketAddress local, InetSocketAddress peer, int mtu) {
        return new UdpTransport(local, peer, null, mtu);
    }

    /**
     * A link with whoever sends a packet first. Until then what is committed is lost.
     *
     * @param local where to receive; port 0 takes a free one
     * @param mtu the largest packet in octets, 576 to {@link #LARGEST_MTU}
     * @throws UncheckedIOException when the local address can't be had
     */
    public static UdpTransport withFirst(InetSocketAddress local, int mtu) {
        return new UdpTransport(local, null, new UdpPeers(true), mtu);
    }

    /**
     * A link with any number of peers. A packet goes where its destination address was last heard
     * from; a peer may move. A packet for an address that was never heard from is lost.
     *
     * @param local where to receive; port 0 takes a free one
     * @param mtu the largest packet in octets, 576 to {@link #LARGEST_MTU}
     * @throws UncheckedIOException when the local address can't be had
     */
    public static UdpTransport withMany(InetSocketAddress local, int mtu) {
        return new UdpTransport(local, null, new UdpPeers(false), mtu);
    }

    /** Where datagrams are received, with the port that was chosen when 0 was asked for. */
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        flush();
        if (pause.holds(nowNs)) {
            return 0;
        }
        int most = Math.min(into.room(), SLOTS);
        int added = 0;
        int strangers = 0;
        int failures = 0;
        // Datagrams that are no packets must not keep this loop from ending.
        while (added < most && strangers < SLOTS) {
            ByteBuffer room = rooms[added].clear();
            int length = read(room);
            if (length == NOTHING_THERE) {
                break;
            }
            if (length < 0) {
                counters.receiveDrops.add(length == NO_PACKET ? 1 : 0);
                failures += length == FAILED ? 1 : 0;
                strangers++;
                continue;
            }
            into.add(arrivals[added].set(room, 0, length));
            added++;
        }
        counters.packetsReceived.add(added);
        if (failures == SLOTS) {
            // A socket reports an error once; this one keeps failing.
            LOG.debug("nothing can be received at {} for a while", local);
            pause.begin(nowNs);
        } else {
            pause.worked();
        }
        return added;
    }

    /** Reads one datagram; its length, or that there is none, or none that is to be handed on. */
    private int read(ByteBuffer room) {
        SocketAddress from = null;
        try {
            if (peers == null) {
                if (reading.read(room) <= 0) {
                    return NOTHING_THERE;
                }
            } else {
                from = channel.receive(room);
                if (from == null) {
                    return NOTHING_THERE;
                }
            }
        } catch (PortUnreachableException e) {
            // An answer to a datagram of ours; that one is lost, others may wait behind it.
            return NO_PACKET;
        } catch (IOException e) {
            LOG.debug("nothing can be received at {}: {}", local, e.getMessage());
            return channel.isOpen() ? FAILED : NOTHING_THERE;
        }
        int length = room.position();
        boolean good =
                length <= capabilities().mtu()
                        && (peers == null || peers.heard(from, room, length));
        return good ? length : NO_PACKET;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        queue.commit(packet);
        flush();
    }

    @Override
    boolean flush() {
        if (queue.isEmpty()) {
            return false;
        }
        if (closed) {
            counters.sendDrops.add(queue.dropAll());
            return false;
        }
        boolean went = false;
        while (!queue.isEmpty() && write(queue.packet(0), queue.waiting(0))) {
            queue.removeFirst();
            went = true;
        }
        wantWritable(!queue.isEmpty());
        return went;
    }

    /** Sends or loses one packet; false when the socket has no room for it. */
    private boolean write(Packet packet, ByteBuffer octets) {
        SocketAddress to = null;
        if (peers != null) {
            to = peers.of(packet);
            if (to == null) {
                counters.sendDrops.add(1);
                return true;
            }
        }
        try {
            int written = peers == null ? writeToPeer(octets) : channel.send(octets, to);
            if (written == 0) {
                return false;
            }
            counters.packetsSent.add(1);
        } catch (IOException e) {
            counters.sendDrops.add(1);
            LOG.debug("a packet to {} is lost: {}", to == null ? "the peer" : to, e.getMessage());
        }
        return true;
    }

    private int writeToPeer(ByteBuffer octets) throws IOException {
        try {
            return channel.write(octets);
        } catch (PortUnreachableException e) {
            // The error concerns an earlier datagram; this one has not been tried.
            return channel.write(octets);
        }
    }

    private void wantWritable(boolean wanted) {
        int readable = pause.isOn() ? 0 : SelectionKey.OP_READ;
        int interest = wanted ? readable | SelectionKey.OP_WRITE : readable;
        if (key.isValid() && key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }

    @Override
    public long nextDeadlineNs() {
        return pause.nextDeadlineNs();
    }

    /**
     * {@inheritDoc} The timeout is rounded up to whole milliseconds, which is what the JDK waits
     * in.
     */
    @Override
    public void await(long timeoutNs) {
        if (!closed) {
            Waiting.await(selector, timeoutNs, readyKey -> {});
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
        closeQuietly();
    }

    private void closeQuietly() {
        try (selector;
                channel) {
            closed = true;
        } catch (IOException e) {
            LOG.debug("closing the datagrams at {}: {}", local, e.getMessage());
        }
    }
}
