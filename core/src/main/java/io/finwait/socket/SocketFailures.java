package io.finwait.socket;

import io.finwait.driver.RingConnection;
import io.finwait.tcp.CloseReason;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.concurrent.CompletionException;

/** What went wrong, in the classes and words of the JDK's sockets. */
final class SocketFailures {

    static final String CLOSED = "Socket closed";
    static final String BROKEN_PIPE = "Broken pipe";
    private static final String TIMED_OUT = "Connection timed out";

    private SocketFailures() {}

    static SocketException closed() {
        return new SocketException(CLOSED);
    }

    /** A connection could not be opened. */
    static IOException whileConnecting(RingConnection failed, int port) {
        String unreachable = failed.unreachable();
        if (unreachable != null) {
            return unreachable.startsWith("Network")
                    ? new SocketException(unreachable)
                    : new NoRouteToHostException("No route to host");
        }
        if (failed.refusal() != null) {
            return refusal(failed.refusal(), port);
        }
        CloseReason reason = failed.reason();
        if (reason instanceof CloseReason.Refused) {
            return new ConnectException("Connection refused");
        }
        if (reason instanceof CloseReason.TimedOut) {
            return new ConnectException(TIMED_OUT);
        }
        return new SocketException(
                reason == null ? "the driver has stopped; start another one" : reason.message());
    }

    private static IOException refusal(Throwable refusal, int port) {
        Throwable cause = refusal instanceof CompletionException ? refusal.getCause() : refusal;
        if (cause instanceof IllegalArgumentException) {
            // Nobody listens on port 0; everything else is an address that can't be reached from
            // here.
            return port == 0
                    ? new ConnectException("Connection refused")
                    : because(new SocketException("Network is unreachable"), cause);
        }
        String message = String.valueOf(cause.getMessage());
        if (message.startsWith("Address already in use")
                || message.startsWith("Cannot assign requested address")) {
            return because(new BindException("Cannot assign requested address"), cause);
        }
        return because(new SocketException(message), cause);
    }

    /** What a read says of a connection that has failed. */
    static SocketException whileReading(CloseReason reason, SocketBehaviour behaviour) {
        return reason instanceof CloseReason.ResetByPeer
                ? new SocketException(behaviour.resetWhileReading())
                : other(reason);
    }

    /** What the first write says of it. */
    static SocketException whileWriting(CloseReason reason, boolean finHadCome) {
        if (reason instanceof CloseReason.ResetByPeer) {
            return new SocketException(finHadCome ? BROKEN_PIPE : "Connection reset by peer");
        }
        return other(reason);
    }

    private static SocketException other(CloseReason reason) {
        return new SocketException(
                reason instanceof CloseReason.TimedOut ? TIMED_OUT : reason.message());
    }

    static <T extends Throwable> T because(T failure, Throwable cause) {
        failure.initCause(cause);
        return failure;
    }
}
