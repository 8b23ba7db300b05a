package io.finwait.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The user's handle of one connection. It outlives the connection itself: octets that were received
 * stay readable in TIME-WAIT and after, and {@link #closeReason()} stays.
 *
 * <p>All methods are called on the endpoint's thread; none blocks. What they cause is sent by the
 * next {@link Endpoint#doWork}.
 *
 * <h2>Which way to end it</h2>
 *
 * <ul>
 *   <li>{@link #shutdownOutput()}: "I have nothing more to say." The peer reads end-of-stream; we
 *   go on reading. This suits every protocol in which the other side answers last.
 *   <li>{@link #close()}: "I have nothing more to say and will not listen." Everything queued is
 *   still delivered. If the peer sends more, or if received octets are unread, it is reset: the
 *   peer may then lose what we sent last.
 *   <li>{@link #closeGracefully(long)}: sends FIN, then listens until the peer has finished or the
 *       deadline passes, so that no reset destroys our last octets. A server that answers before it
 *       has read the whole request wants this.
 *   <li>{@link #abort()}: at once, by reset; everything queued is lost.
 * </ul>
 */
public interface Connection extends ConnectionInfo, AutoCloseable {

    /**
     * Queues octets to be sent (the RFC's SEND).
     *
     * @param source the octets from position to limit; those taken are consumed and copied, so the
     *     caller may reuse the buffer after the call
     * @return how many octets were taken, 0 when the send buffer is full
     * @throws IOException "Broken pipe" after our own CLOSE or when the connection has ended. If
     *     the connection was cut off, and neither this method nor {@link #receive} has reported
     *     that yet: once, the error that {@link #receive} throws
     */
    int send(ByteBuffer source) throws IOException;

    /**
     * Takes received octets, in order (the RFC's RECEIVE). Octets that arrived before the
     * connection ended stay readable after it has ended.
     *
     * @param target receives as many octets as are available and fit
     * @return how many octets were taken, 0 when none has arrived yet, -1 at end-of-stream, at
     *     every call
     * @throws IOException when everything is read and the connection was cut off, at every call, so
     *     that nobody takes a truncated stream for a complete one: "Connection reset
     *     by peer" or another {@link CloseReason#message()}, "Connection reset" after {@link
     *     #abort()}, "Connection timed out" or what ICMP said about the path. A reset after the
     *     peer's FIN is end-of-stream where {@link ClosePolicy#endOfStreamAfterReset()} says so.
     *     Also thrown after our own {@link #close()}
     */
    int receive(ByteBuffer target) throws IOException;

    /**
     * Sends FIN behind everything queued, and goes on receiving (half-close). In SYN-SENT it ends
     * the connection without a segment, in SYN-RECEIVED it is deferred until the connection is
     * established (RFC 9293 §3.10.4). A second call does nothing.
     */
    void shutdownOutput();

    /**
     * Says that this end will read no more. No segment is sent; what arrives stays readable and is
     * acknowledged, as on Linux, until {@link #close()}.
     */
    void shutdownInput();

    /**
     * Closes both ways (the RFC's CLOSE): FIN behind everything queued; the handle is given up and
     * can't be read any more. With unread octets, or with linger 0, it is an {@link #abort()}. A
     * second call does nothing.
     */
    @Override
    void close();

    /**
     * Half-closes, then reads and throws away what the peer still sends, until its FIN or the
     * deadline; then closes. Use it to answer and leave without a reset that would destroy the
     * answer (RFC 9293 §3.6.1; the same idea as lingering close in web servers).
     *
     * @param deadlineNs a time of the endpoint's clock, in nanoseconds
     */
    void closeGracefully(long deadlineNs);

    /**
     * Ends the connection at once with RST; everything queued is lost (the RFC's ABORT). In
     * TIME-WAIT nothing is sent: the pair of sockets becomes free at once, and loses the protection
     * of the wait.
     */
    void abort();

    /**
     * What {@link #close()} does with text that is not yet acknowledged.
     *
     * @param lingerNs below 0 (default): it is delivered in the background. 0: everything is thrown
     *     away and the peer is reset. Above 0: delivered in the background, and the observer is
     *     told after at most this many nanoseconds whether the FIN was acknowledged; nothing blocks
     */
    void linger(long lingerNs);

    /**
     * How long octets, or a FIN, may stay unacknowledged before the connection is given up (RFC
     * 9293 §3.8.3, RFC 5482), also behind a closed window and after CLOSE.
     *
     * @param timeoutNs nanoseconds, 0 for the endpoint's rule (R2)
     */
    void userTimeout(long timeoutNs);

    /**
     * The user timeout, in nanoseconds; 0 where the endpoint's rule holds, or the connection has
     * ended.
     */
    long userTimeout();

    /**
     * Keepalive probes on an idle connection (RFC 9293 §3.8.4). Off by default.
     *
     * @param idleNs silence before the first probe, 0 to switch off
     * @param intervalNs between probes
     * @param probes unanswered ones that end the connection
     */
    void keepAlive(long idleNs, long intervalNs, int probes);

    /**
     * Nagle's algorithm (RFC 9293 §3.7.4): small segments wait for the acknowledgment of earlier
     * ones. On by default; never delays the last text before a FIN.
     */
    void nagle(boolean on);

    /** Sets the observer that is told what happens; it replaces the earlier one. */
    void observer(ConnectionObserver observer);

    /** True once the connection has ended, TIME-WAIT included: {@link #closeReason()} is there. */
    boolean hasEnded();

    /** How the connection ended, or null while it has not. A new object at each call. */
    CloseReason closeReason();

    /**
     * The inner state of the connection at this moment, like {@code ss -tino} for one connection. A
     * new object at
     * each call.
     */
    TcpInfo tcpInfo();

    /** Octets of room in the send buffer. */
    int sendRoom();

    /** Octets that are queued and were never sent. */
    long unsent();

    /** True when {@link #receive} would return octets, -1 or an error instead of 0. */
    boolean isReadable();

    /**
     * Gives the handle back to the endpoint for use by a later connection, to spare the garbage
     * collector. The connection must have ended. A caller that keeps using the handle may meet a
     * connection of somebody else.
     *
     * @throws IllegalStateException when the connection has not ended
     */
    void release();

    /** An object of the user's, for finding its own data in a callback; null at first. */
    Object attachment();

    /** Sets {@link #attachment()}. */
    void attach(Object attachment);
}
