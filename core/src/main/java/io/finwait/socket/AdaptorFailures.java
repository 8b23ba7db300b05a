package io.finwait.socket;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/**
 * What channels throw, in the exceptions of sockets. As in the JDK an {@link IOException} passes
 * unchanged, except where the caller may only get a {@link SocketException}.
 */
final class AdaptorFailures {

    private AdaptorFailures() {}

    interface Call<T> {
        T run() throws IOException;
    }

    /** Does something with a channel for a socket. */
    static <T> T asSocket(Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (NotYetConnectedException e) {
            throw because("Socket is not connected", e);
        } catch (AlreadyBoundException e) {
            throw because("Already bound", e);
        } catch (NotYetBoundException e) {
            throw because("Socket is not bound yet", e);
        } catch (AlreadyConnectedException e) {
            throw because("Already connected", e);
        } catch (ConnectionPendingException e) {
            throw because("Connection in progress", e);
        } catch (UnresolvedAddressException e) {
            throw because("Unresolved address", e);
        } catch (UnsupportedAddressTypeException e) {
            throw because("Unsupported address type", e);
        }
    }

    private static SocketException because(String message, Exception cause) {
        return SocketFailures.because(new SocketException(message), cause);
    }

    /** Looks at or sets an option. */
    static <T> T option(Call<T> call) throws SocketException {
        try {
            return call.run();
        } catch (SocketException e) {
            throw e;
        } catch (ClosedChannelException e) {
            throw because("Socket is closed", e);
        } catch (IOException e) {
            throw because(e.getMessage(), e);
        }
    }
}
