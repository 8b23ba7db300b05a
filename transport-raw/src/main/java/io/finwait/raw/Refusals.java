package io.finwait.raw;

import io.finwait.icmp.LocalErrors;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Unreachable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.IntSupplier;

/**
 * What the kernel refuses to carry: it is lost, as packets may be, and retransmitted by its
 * connection. It is counted; the log says when that begins and when it is over; and the connection
 * is told by the ICMP message that a router would send, so that its user can know, too.
 *
 * <p>A packet for which the MTU has become too small is told at once, because the same packet would
 * be refused for ever. That a device is down is told from a second on, because an orphan gives up
 * after such a message, and a device that goes down and up again at once should not cost it. That a
 * queue is full is told to nobody: it is congestion, and TCP sees that itself.
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    /** A device whose queue overflows all the time must not fill the log. */
    private static final long QUIET_NS = 10_000_000_000L;

    private static final long TOLD_AFTER_NS = 1_000_000_000L;

    private static final int VLAN = 0x8100;
    private static final int TYPE = 12;
    private static final int LINK_HEADER = 14;
    private static final int TAG = 4;

    private final String device;
    private final boolean frames;
    private final IntSupplier mtu;
    private final LocalErrors errors = new LocalErrors();
    private long count;

    /** True from a refusal to the next packet that is taken. */
    private boolean refusing;

    private long sinceNs;
    private long countBefore;

    /** True when the log says that this outage has begun. */
    private boolean logged;

    private boolean everLogged;
    private long loggedNs;

    /**
     * Nothing has been refused yet.
     *
     * @param device what it is called in the log
     * @param frames whether packets begin with an Ethernet header
     * @param mtu what the device carries now, asked when it refuses a packet for its length
     */
    Refusals(String device, boolean frames, IntSupplier mtu) {
        this.device = device;
        this.frames = frames;
        this.mtu = mtu;
    }

    /** How many packets have been refused. */
    long count() {
        return count;
    }

    /** The kernel has taken a packet. */
    void taken() {
        if (refusing) {
            refusing = false;
            if (logged) {
                LOG.info("{} carries packets again; {} were lost", device, count - countBefore);
            }
        }
    }

    /**
     * The kernel has refused a packet for good.
     *
     * @param failed the negative errno
     */
    void refused(Packet packet, long failed) {
        long now = System.nanoTime();
        if (!refusing) {
            refusing = true;
            sinceNs = now;
            countBefore = count;
            logged = !everLogged || now - loggedNs >= QUIET_NS;
            if (logged) {
                everLogged = true;
                loggedNs = now;
                LOG.warn("{} refuses packets ({}): {}", device, Linux.name(failed), reason(failed));
            }
        }
        count++;
        if (failed == -Libc.EMSGSIZE) {
            errors.tooBig(packet, linkHeader(packet), mtu.getAsInt());
        } else if (failed != -Libc.ENOBUFS && now - sinceNs >= TOLD_AFTER_NS) {
            errors.unreachable(packet, linkHeader(packet), Unreachable.NETWORK);
        }
    }

    /** The queue to the device was full, and one of the packets behind each other is lost. */
    void dropped() {
        refused(null, -Libc.ENOBUFS);
    }

    private static String reason(long failed) {
        return switch ((int) -failed) {
            case Libc.EIO, Libc.ENETDOWN -> "it is down; connections wait until it is up again";
            case Libc.ENOBUFS -> "its queue is full";
            case Libc.EMSGSIZE -> "its MTU has become smaller; connections send smaller segments";
            default -> "they are lost, and sent again";
        };
    }

    private int linkHeader(Packet packet) {
        if (!frames) {
            return 0;
        }
        boolean tagged =
                packet.length() >= LINK_HEADER
                        && (packet.buffer().getShort(packet.offset() + TYPE) & 0xFFFF) == VLAN;
        return tagged ? LINK_HEADER + TAG : LINK_HEADER;
    }

    /** True when a connection is to be told something. */
    boolean hasWord() {
        return !errors.isEmpty();
    }

    /** Adds what connections are to be told; it is valid until the next call. */
    int drain(PacketBatch into) {
        errors.giveBackLent();
        return errors.drain(into);
    }
}
