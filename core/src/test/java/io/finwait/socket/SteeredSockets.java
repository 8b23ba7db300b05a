package io.finwait.socket;

import io.finwait.driver.SteeredPair;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** Sockets of a {@link SteeredPair}: a client's, and a server's port 80. */
final class SteeredSockets {

    static final InetAddress CLIENT = SteeredPair.CLIENT.toInetAddress();
    static final InetAddress SERVER = SteeredPair.SERVER.toInetAddress();
    static final InetSocketAddress PORT_80 = new InetSocketAddress(SERVER, 80);
    static final InetSocketAddress NOBODY =
            new InetSocketAddress(SteeredPair.NOBODY.toInetAddress(), 80);

    final SteeredPair pair;
    final DriverSocketFactory sockets;
    final ServerSocket listening;

    SteeredSockets() throws IOException {
        this(SocketBehaviour.JAVA_ON_LINUX);
    }

    SteeredSockets(SocketBehaviour behaviour) throws IOException {
        pair = new SteeredPair(UnaryOperator.identity());
        sockets = new DriverSocketFactory(pair.client, behaviour);
        listening = new DriverServerSocketFactory(pair.server, behaviour).createServerSocket(80);
    }

    Socket connect() throws IOException {
        return sockets.createSocket(SERVER, 80);
    }

    /** What a call gives, or the class and the words of what it throws. */
    static String outcome(Callable<?> call) {
        try {
            return String.valueOf(call.call());
        } catch (Exception e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    /** Something that gives nothing. */
    interface Step {
        void take() throws Exception;
    }

    static String outcomeOf(Step step) {
        return outcome(
                () -> {
                    step.take();
                    return "done";
                });
    }

    /** For {@link SteeredPair#whileWaiting}. */
    static Runnable quietly(Step step) {
        return () -> {
            try {
                step.take();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
    }
}
