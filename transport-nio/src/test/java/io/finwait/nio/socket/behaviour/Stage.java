package io.finwait.nio.socket.behaviour;

import io.finwait.driver.Driver;
import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/**
 * Where a program with sockets is run: on those of the kernel, or on ours. It closes what is left
 * open.
 */
public final class Stage implements AutoCloseable {

    private static final int BACKLOG = 50;
    private static final long PATIENCE_S = 60;
    private static final int MUCH = 64 << 10;
    private static final int STUCK_MS = 500;

    /** Something done with sockets, and what comes of it. */
    @FunctionalInterface
    interface Step {
        Object run() throws Exception;
    }

    /** Something that goes on in another thread, and is waiting there. */
    record Meanwhile(Thread thread, CompletableFuture<String> outcome) {

        String result() throws Exception {
            return outcome.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    /** Two ends of a connection. */
    record Pair(Socket client, Socket server) {

        Pair swapped() {
            return new Pair(server, client);
        }
    }

    private static final int SETTLING_MS = 30;

    final SocketFactory sockets;
    final ServerSocketFactory servers;
    final InetAddress clientAddress;
    final InetAddress serverAddress;
    final ChannelStage channels;
    private final Closeable below;
    private final Deque<Closeable> open = new ArrayDeque<>();

    /**
     * Where clients and servers have factories, addresses and providers of their own.
     *
     * @param below closed with the stage, behind what is left open on it
     */
    public Stage(
            SocketFactory sockets,
            ServerSocketFactory servers,
            String clientAddress,
            String serverAddress,
            SelectorProvider clientChannels,
            SelectorProvider serverChannels,
            Closeable below)
            throws IOException {
        this.sockets = sockets;
        this.servers = servers;
        this.clientAddress = InetAddress.getByName(clientAddress);
        this.serverAddress = InetAddress.getByName(serverAddress);
        this.channels = new ChannelStage(this, clientChannels, serverChannels);
        this.below = below;
    }

    /** On our sockets, at both ends. */
    public static Stage over(
            Driver client,
            String clientAddress,
            Driver server,
            String serverAddress,
            Closeable below)
            throws IOException {
        return new Stage(
                new DriverSocketFactory(client),
                new DriverServerSocketFactory(server),
                clientAddress,
                serverAddress,
                new DriverSelectorProvider(client),
                new DriverSelectorProvider(server),
                below);
    }

    Socket socket() throws IOException {
        return keep(sockets.createSocket());
    }

    ServerSocket listen() throws IOException {
        return listen(BACKLOG);
    }

    ServerSocket listen(int backlog) throws IOException {
        return keep(servers.createServerSocket(0, backlog, serverAddress));
    }

    ServerSocket unboundServer() throws IOException {
        return keep(servers.createServerSocket());
    }

    Socket connect(ServerSocket to) throws IOException {
        return keep(sockets.createSocket(serverAddress, to.getLocalPort()));
    }

    Socket accept(ServerSocket from) throws IOException {
        return keep(from.accept());
    }

    InetSocketAddress addressOf(ServerSocket server) {
        return new InetSocketAddress(serverAddress, server.getLocalPort());
    }

    /** A connection and nobody listening any more. */
    Pair pair() throws IOException {
        ServerSocket listening = listen();
        Socket client = connect(listening);
        Socket server = accept(listening);
        listening.close();
        return new Pair(client, server);
    }

    /** A port of the server on which nobody listens. */
    int closedPort() throws IOException {
        ServerSocket listening = listen();
        int port = listening.getLocalPort();
        listening.close();
        return port;
    }

    <T extends Closeable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    // Words for what happens.

    static String attempt(Step step) {
        try {
            return String.valueOf(step.run());
        } catch (Exception e) {
            return e.getClass().getSimpleName()
                    + (e.getMessage() == null ? "" : ": " + e.getMessage());
        }
    }

    static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String writes(Socket to, String text) {
        return attempt(
                () -> {
                    write(to, text);
                    return "done";
                });
    }

    /** What one read of up to a hundred octets gives. */
    static String reads(Socket from) {
        return reads(from, 100);
    }

    private static String reads(Socket from, int most) {
        return attempt(
                () -> {
                    byte[] octets = new byte[most];
                    int count = from.getInputStream().read(octets);
                    return count < 0
                            ? count
                            : "'" + new String(octets, 0, count, StandardCharsets.US_ASCII) + "'";
                });
    }

    /** Reads until something else than text comes, which is the answer. */
    static String readsToTheEnd(Socket from) {
        String outcome = reads(from, MUCH);
        while (outcome.startsWith("'")) {
            outcome = reads(from, MUCH);
        }
        return outcome;
    }

    /** Writes until that fails, which it does as soon as the peer's reset is here. */
    static String writesUntilItFails(Socket to) {
        String outcome = writes(to, "x");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (outcome.equals("done") && System.nanoTime() - end < 0) {
            outcome = writes(to, "x");
        }
        return outcome;
    }

    /** Writes more than all buffers hold. */
    static Object fill(Socket to) throws IOException {
        byte[] much = new byte[64 << 20];
        to.getOutputStream().write(much);
        return "done";
    }

    // Time.

    static boolean until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            pause(1);
        }
        return true;
    }

    /**
     * Waits until everything under way has arrived and was answered, also on a busy machine: octets
     * have gone both ways behind it, through the same threads.
     */
    void settle() throws IOException {
        pause(SETTLING_MS);
        Pair other = pair();
        for (int round = 0; round < 3; round++) {
            other.client().getOutputStream().write(round);
            other.server().getInputStream().read();
            other.server().getOutputStream().write(round);
            other.client().getInputStream().read();
        }
    }

    /** Looking again and again must leave the processor to others. */
    static void pause(int ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    static boolean arrived(Socket at, int octets) throws Exception {
        return until(() -> at.getInputStream().available() == octets);
    }

    /** Writes in a thread of its own, and returns when all buffers have long been full. */
    Meanwhile stuck(Socket to) throws Exception {
        AtomicLong written = new AtomicLong();
        Meanwhile write =
                meanwhile(
                        () -> {
                            byte[] some = new byte[16 << 10];
                            while (true) {
                                to.getOutputStream().write(some);
                                written.incrementAndGet();
                            }
                        });
        long seen = -1;
        while (written.get() != seen && !write.outcome().isDone()) {
            seen = written.get();
            pause(STUCK_MS);
            settle();
        }
        return write;
    }

    /** Does something in a thread of its own, and returns when it waits there. */
    Meanwhile meanwhile(Step step) throws Exception {
        return waiting(step, false);
    }

    /** The same in a virtual thread. */
    Meanwhile meanwhileVirtual(Step step) throws Exception {
        return waiting(step, true);
    }

    /** Does something in a thread of its own, which may not have begun when this returns. */
    Meanwhile unawaited(Step step) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> outcome.complete(attempt(step)), "meanwhile");
        thread.setDaemon(true);
        thread.start();
        return new Meanwhile(thread, outcome);
    }

    /** Does something in a thread that has to wait for another one, which does the same. */
    Meanwhile behind(Step step, boolean virtual) throws Exception {
        return begun(step, virtual, Stage::waitsForALock);
    }

    private Meanwhile waiting(Step step, boolean virtual) throws Exception {
        return begun(step, virtual, Stage::isWaiting);
    }

    private static Meanwhile begun(Step step, boolean virtual, Predicate<Thread> waits)
            throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Runnable work = () -> outcome.complete(attempt(step));
        Thread thread =
                virtual ? LightThreads.unstarted("meanwhile", work) : new Thread(work, "meanwhile");
        thread.setDaemon(true);
        thread.start();
        until(() -> outcome.isDone() || waits.test(thread));
        return new Meanwhile(thread, outcome);
    }

    private static boolean waitsForALock(Thread thread) {
        return isWaiting(thread)
                || Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().endsWith(".ReentrantLock"));
    }

    /** It waits for the kernel, or at our gate; not for a lock or a class to be loaded. */
    private static boolean isWaiting(Thread thread) {
        StackTraceElement[] frames = thread.getStackTrace();
        if (frames.length > 0
                && frames[0].isNativeMethod()
                && frames[0].getClassName().startsWith("sun.nio.ch.")) {
            return true;
        }
        for (StackTraceElement frame : frames) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (method.startsWith("io.finwait.socket.SocketGate.await")
                    || method.equals("io.finwait.socket.DriverSelector.await")
                    || method.equals("sun.nio.ch.NioSocketImpl.park")) {
                return thread.getState() != Thread.State.BLOCKED;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : open) {
            // Whatever the program has set: nobody waits for what it has left.
            if (each instanceof Socket socket && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            } else if (each instanceof SocketChannel channel && channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            each.close();
        }
        below.close();
    }
}
