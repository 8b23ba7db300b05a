package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.SynOffer;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;

/**
 * Handshakes of which nothing is kept until the peer has proved that it receives what is sent to
 * its address (RFC 4987 §3.6). The answer to the SYN is never longer than the SYN, and is not sent
 * again.
 */
final class StatelessHandshake {

    private final Context context;
    private final StatelessAnswers answers;
    private final Cookies cookies;
    private final FourTuple pair = new FourTuple();
    private final SynOffer offer = new SynOffer();

    StatelessHandshake(Context context, StatelessAnswers answers) {
        this.context = context;
        this.answers = answers;
        cookies = new Cookies(context.config.random());
    }

    /** Whether a SYN for a listener is to be answered by {@link #answer}. */
    boolean isFor(Backlog listener) {
        SynCookies when = context.config.limits().synCookies();
        return when == SynCookies.ALWAYS
                || (when == SynCookies.WHEN_FULL && listener.isFullOfHandshakes());
    }

    /** Answers a SYN, and forgets it. */
    void answer(Segment seg) {
        EndpointConfig config = context.config;
        TcpOptions options = seg.options();
        pair.ofReceiver(seg);
        offer.timestamps = config.timestamps() && options.hasTimestamps();
        boolean scales = config.windowScaling() && options.windowScale() >= 0;
        boolean sack = config.selectiveAcknowledgments() && options.sackPermitted();
        // Only the echo of a timestamp brings these back, so they are offered only along with it.
        offer.windowScale = scales && offer.timestamps ? context.sizes.windowScaleToOffer() : -1;
        offer.sack = sack && offer.timestamps;
        offer.ecn = config.ecn() != Ecn.NEVER && seg.asksForEcn() && offer.timestamps;
        // Four octets for an MSS that the peer did not offer would be four more than it has sent.
        offer.mss = options.mss() == 0 ? 0 : context.sizes.mssToOffer(pair);
        int scale = offer.windowScale < 0 ? -1 : options.windowScale();
        int clock = context.timestampFor(seg);
        offer.timestamp = CookieOptions.put(clock, scale, offer.sack, offer.ecn);
        offer.echo = options.timestampValue();
        int mss = Negotiation.offeredMss(pair, options.mss());
        int iss = cookies.make(pair, seg.seq(), mss, offer.timestamps, context.nowNs());
        int window = Math.min(config.receiveBufferOctets(), 0xFFFF);
        context.counters.add(Counter.SYN_COOKIES_SENT);
        answers.synAck(seg, iss, window, offer);
    }

    /**
     * The MSS, in octets, that an ACK for a listener brings back with a cookie; below 0 when it
     * brings none, and is answered.
     */
    int comesBack(Segment seg) {
        int mss = judge(seg);
        switch (mss) {
            // What began with it is over: a copy that comes late begins nothing.
            case Cookies.NOT_SENT, Cookies.USED -> answers.reset(seg);
            case Cookies.WRONG -> {
                context.counters.add(Counter.SYN_COOKIES_FAILED);
                answers.reset(seg);
            }
            // The one before was lost, and comes again: a reset would end an honest connection.
            case Cookies.LATER -> context.counters.add(Counter.DROPPED_SEGMENTS);
            default -> {}
        }
        return mss;
    }

    /** What {@link Cookies#judge} says of a segment with ACK and without SYN. */
    int judge(Segment seg) {
        pair.ofReceiver(seg);
        boolean timestamps = context.config.timestamps() && seg.options().hasTimestamps();
        return cookies.judge(pair, seg.seq() - 1, seg.ack() - 1, timestamps, context.nowNs());
    }

    /** A segment's cookie has become a connection; it is not believed again. */
    void used(Segment seg) {
        cookies.use(seg.ack() - 1);
    }
}
