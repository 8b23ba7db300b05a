package io.finwait.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for a driver's answer in the manner of sockets. */
final class Answers {

    private Answers() {}

    /**
     * Waits for an answer.
     *
     * @param timeoutMs 0 for as long as it takes
     * @throws SocketTimeoutException with {@code timedOut} when it did not come in time; it may still come
     * @throws SocketException in the driver's words
     */
    static <T> T within(int timeoutMs, CompletableFuture<T> answer, String timedOut)
            throws IOException {
        try {
            return timeoutMs == 0 ? answer.get() : answer.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw (SocketTimeoutException) new SocketTimeoutException(timedOut).initCause(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("interrupted while waiting").initCause(e);
        } catch (CancellationException e) {
            throw closed(e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static SocketException closed(Throwable cause) {
        return (SocketException) new SocketException("Socket closed").initCause(cause);
    }

    private static SocketException failure(Throwable cause) {
        if (cause instanceof ConnectException refused) {
            return (ConnectException) new ConnectException(refused.getMessage()).initCause(refused);
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return (SocketException) new SocketException(message).initCause(cause);
    }
}
