package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A host whose TCP is the kernel's: sockets of this process that belong to a network namespace. A
 * call that blocks runs on a thread of its own, while the world moves our packets.
 */
final class KernelHost implements Host {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SECOND_NS = 1_000_000_000;

    private final WorldTime world;
    private final KernelNet net;
    private final KernelTable table;
    private final Diary diary;
    private final End end;
    private final IpAddress address;
    private final int receiveBuffer;
    private final List<KernelPeer> peers = new ArrayList<>();
    private ServerSocketChannel listener;

    KernelHost(
            WorldTime world, KernelNet net, Diary diary, End end, IpAddress address, Tcp special) {
        this.world = world;
        this.net = net;
        this.diary = diary;
        this.end = end;
        this.address = address;
        receiveBuffer = special.receiveBuffer();
        table = new KernelTable(net, address);
        if (special.maxSegmentSize() > 0) {
            net.set("tcp_timestamps", special.timestamps() ? 1 : 0);
        }
        if (special.closePolicy() != null) {
            net.set("tcp_fin_timeout", special.closePolicy().finWait2TimeoutNs() / SECOND_NS);
            net.set("tcp_orphan_retries", special.closePolicy().orphanRetries());
        }
    }

    WorldTime world() {
        return world;
    }

    void note(String text) {
        note(world.nowNs(), text);
    }

    void note(long atNs, String text) {
        diary.note(atNs, end, text);
    }

    @Override
    public End end() {
        return end;
    }

    @Override
    public IpAddress address() {
        return address;
    }

    @Override
    public boolean isKernel() {
        return true;
    }

    private InetSocketAddress at(IpAddress host, int port) {
        return new InetSocketAddress(host.toInetAddress(), port);
    }

    @Override
    public void listen(int port) {
        listener =
                net.call(
                        () -> {
                            ServerSocketChannel opened =
                                    ServerSocketChannel.open(StandardProtocolFamily.INET);
                            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                            if (receiveBuffer > 0) {
                                opened.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
                            }
                            return opened.bind(at(address, port), 128);
                        });
        diary.begins(world.nowNs(), end, "LISTEN");
    }

    @Override
    public Peer accept() {
        try {
            return add(new KernelPeer(this, wait(listener::accept)));
        } catch (IOException e) {
            throw new UncheckedIOException("nobody has connected to the kernel", e);
        }
    }

    private KernelPeer add(KernelPeer peer) {
        peers.add(peer);
        return peer;
    }

    @Override
    public Peer startConnect(IpAddress to, int port, int fromPort) {
        SocketChannel channel =
                net.call(
                        () -> {
                            SocketChannel opened = SocketChannel.open(StandardProtocolFamily.INET);
                            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                            if (receiveBuffer > 0) {
                                opened.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
                            }
                            return opened.bind(at(address, fromPort));
                        });
        note("connect()");
        KernelPeer peer = add(new KernelPeer(this, channel));
        peer.connecting(start(() -> channel.connect(at(to, port))));
        return peer;
    }

    @Override
    public Outcome finishConnect(Peer peer) {
        try {
            join(((KernelPeer) peer).connecting());
            return Outcome.done("");
        } catch (IOException e) {
            note("connect(): error \"" + e.getMessage() + "\"");
            return Outcome.failed(e.getMessage());
        }
    }

    /** Runs a call that blocks, while time passes. */
    <T> T wait(Callable<T> call) throws IOException {
        return join(start(call));
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().name("finwait-kernel-call").start(task);
        return task;
    }

    private <T> T join(FutureTask<T> task) throws IOException {
        if (!world.passUntil(task::isDone, PATIENCE)) {
            throw new IOException("the kernel's side did not answer in time");
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public List<NetstatRow> netstat() {
        return table.rows();
    }

    @Override
    public Switches switches() {
        return new KernelSwitches(net);
    }

    /** Tells in which state the connection is. */
    void tellState(long nowNs) {
        diary.state(nowNs, end, table.state());
    }

    @Override
    public String tool() {
        return net.isOurs() ? "ss -tan" : "/proc/net/tcp";
    }

    /** What {@code ss} prints, with less space between its columns. */
    @Override
    public List<String> look() {
        if (!net.isOurs()) {
            return Netstat.lines(netstat());
        }
        List<String> lines = new ArrayList<>();
        lines.add(line("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port"));
        net.ss().stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(row -> row.length >= 5)
                .forEach(row -> lines.add(line(row[0], row[1], row[2], row[3], row[4])));
        return lines;
    }

    private static String line(String state, String in, String out, String local, String peer) {
        return "%-10s %6s %6s %22s %22s".formatted(state, in, out, local, peer);
    }

    void closeAll() {
        peers.forEach(KernelPeer::drop);
        try (table) {
            if (listener != null) {
                listener.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a socket can't be closed", e);
        }
    }
}
