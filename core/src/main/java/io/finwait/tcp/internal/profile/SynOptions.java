package io.finwait.tcp.internal.profile;

import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/** In which order, and with which padding, the options of a SYN are written. */
public enum SynOptions {
    /**
     * Each option begins at a multiple of four octets or ends there: MSS, SACK, timestamps, scale.
     */
    ALIGNED {
        @Override
        public int write(ByteBuffer b, int start, SynOffer offer) {
            int at = writeMss(b, start, offer);
            if (offer.sack) {
                at = TcpOptions.writeSackPermitted(b, at);
            }
            if (offer.timestamps) {
                at = TcpOptions.writeTimestamps(b, at, offer.timestamp, offer.echo);
            }
            return offer.windowScale < 0
                    ? at
                    : TcpOptions.writeWindowScale(b, at, offer.windowScale);
        }
    },
    /**
     * The order of Linux: "SACK permitted" takes the place of the two NOPs before the timestamps.
     */
    LINUX {
        @Override
        public int write(ByteBuffer b, int start, SynOffer offer) {
            int at = ALIGNED.write(b, start, offer);
            if (!offer.sack || !offer.timestamps) {
                return at;
            }
            at = writeMss(b, start, offer);
            at = writeSack(b, at);
            at = writeTimestamps(b, at, offer);
            return offer.windowScale < 0
                    ? at
                    : TcpOptions.writeWindowScale(b, at, offer.windowScale);
        }
    },
    /**
     * The order of FreeBSD: MSS, scale, SACK, timestamps, then END up to a multiple of four octets.
     */
    FREEBSD {
        @Override
        public int write(ByteBuffer b, int start, SynOffer offer) {
            int at = writeMss(b, start, offer);
            if (offer.windowScale >= 0) {
                at = TcpOptions.writeWindowScale(b, at, offer.windowScale);
            }
            if (offer.sack) {
                at = writeSack(b, at);
            }
            if (offer.timestamps) {
                at = writeTimestamps(b, at, offer);
            }
            while ((at - start & 3) != 0) {
                b.put(at++, (byte) TcpOptions.END);
            }
            return at;
        }
    };

    /** The most octets that any of them writes. */
    public static final int MOST_OCTETS = 24;

    /** An order that takes no more octets than the peer's SYN may have; mostly the same. */
    public SynOptions orShorter() {
        return this == ALIGNED ? LINUX : this;
    }

    /**
     * Writes the options.
     *
     * @return the index behind them, a multiple of four from the start
     */
    public abstract int write(ByteBuffer b, int start, SynOffer offer);

    private static int writeMss(ByteBuffer b, int at, SynOffer offer) {
        return offer.mss == 0 ? at : TcpOptions.writeMss(b, at, offer.mss);
    }

    private static int writeSack(ByteBuffer b, int at) {
        b.putShort(at, (short) (TcpOptions.SACK_PERMITTED << 8 | 2));
        return at + 2;
    }

    private static int writeTimestamps(ByteBuffer b, int at, SynOffer offer) {
        b.putShort(at, (short) (TcpOptions.TIMESTAMPS << 8 | 10));
        b.putInt(at + 2, offer.timestamp);
        b.putInt(at + 6, offer.echo);
        return at + 10;
    }
}
