package io.finwait.examples.stage;

import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.trace.End;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The process in which the other host of a story lives: does what it is told on standard input, and
 * says on standard output what came of it. It ends with its input.
 */
public final class OtherProcess {

    /** The answer where an order could not be done; a sentence follows. */
    static final String FAILED = "failed";

    private static final long LONGEST_WAIT_NS = 20_000_000;

    private final Queue<Message> orders = new ConcurrentLinkedQueue<>();
    private final DataOutputStream answers =
            new DataOutputStream(new BufferedOutputStream(System.out));
    private final List<Peer> peers = new ArrayList<>();
    private final Transport transport;
    private final EndpointHost host;
    private final Clock clock;
    private volatile boolean over;

    private OtherProcess(String uri, End end, long originNs, Duration twoMsl, Tcp special) {
        transport = Transports.open(uri);
        clock = new Clock(originNs);
        IpAddress address = HalfWorld.address(end);
        host =
                new EndpointHost(
                        clock,
                        new Told(),
                        end,
                        address,
                        special.config(address, twoMsl),
                        transport);
    }

    /**
     * Arguments: transport URI, end, origin of time, 2MSL in ns, and what is special about its TCP.
     */
    public static void main(String[] args) {
        OtherProcess process =
                new OtherProcess(
                        args[0],
                        End.valueOf(args[1]),
                        Long.parseLong(args[2]),
                        Duration.ofNanos(Long.parseLong(args[3])),
                        Tcp.of(List.of(args).subList(4, args.length)));
        Thread.ofPlatform().daemon().name("orders").start(process::readOrders);
        process.run();
    }

    private void readOrders() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
            while (true) {
                orders.add(Message.read(in));
                transport.wakeup();
            }
        } catch (EOFException e) {
            over = true;
            transport.wakeup();
        } catch (IOException e) {
            throw new UncheckedIOException("orders can't be read", e);
        }
    }

    private void run() {
        say(Message.of("ready", ProcessHandle.current().pid()));
        while (!over) {
            clock.passUntil(() -> over || !orders.isEmpty(), Duration.ofDays(1));
            Message order = orders.poll();
            if (order != null) {
                say(Message.of("answer", answer(order)));
            }
        }
        transport.close();
    }

    private void say(Message message) {
        try {
            message.write(answers);
        } catch (IOException e) {
            // Whoever would read it has gone.
            over = true;
        }
    }

    private List<String> answer(Message order) {
        try {
            return done(order);
        } catch (RuntimeException e) {
            return List.of(FAILED, String.valueOf(e.getMessage()));
        }
    }

    private List<String> done(Message order) {
        Switches switches = host.switches();
        switch (order.word(0)) {
            case "listen" -> host.listen(order.number(1));
            case "accept" -> {
                return number(host.accept());
            }
            case "connect" -> {
                return number(
                        host.startConnect(
                                IpAddress.parse(order.word(1)), order.number(2), order.number(3)));
            }
            case "finishConnect" -> {
                return words(host.finishConnect(peers.get(order.number(1))));
            }
            case "netstat" -> {
                return host.netstat().stream().map(OtherProcess::words).toList();
            }
            case "timeWait" -> switches.timeWait(order.isTrue(1));
            case "acknowledgmentRange" -> switches.acknowledgmentRange(order.isTrue(1));
            case "challengesSyn" -> switches.challengesSyn(order.isTrue(1));
            case "initialSequence" -> switches.initialSequence(order.number(1));
            default -> {
                return done(order, peers.get(order.number(1)));
            }
        }
        return List.of();
    }

    private static List<String> done(Message order, Peer peer) {
        switch (order.word(0)) {
            case "write" -> {
                return words(peer.write(order.word(2)));
            }
            case "read" -> {
                return words(peer.read(Duration.ofNanos(order.longNumber(2))));
            }
            case "readAll" -> {
                return words(peer.readAll(Duration.ofNanos(order.longNumber(2))));
            }
            case "shutdownOutput" -> peer.shutdownOutput();
            case "close" -> peer.close();
            case "closeGracefully" -> peer.closeGracefully(Duration.ofNanos(order.longNumber(2)));
            case "abort" -> peer.abort();
            case "linger" -> peer.linger(Duration.ofNanos(order.longNumber(2)));
            default -> throw new IllegalArgumentException("no such order: " + order.word(0));
        }
        return List.of();
    }

    private List<String> number(Peer peer) {
        if (peer == null) {
            return List.of("");
        }
        peers.add(peer);
        return List.of(String.valueOf(peers.size() - 1), String.valueOf(peer.localPort()));
    }

    private static List<String> words(Outcome outcome) {
        return List.of(outcome.kind().name(), outcome.text());
    }

    private static String words(NetstatRow row) {
        return String.join(
                " ",
                String.valueOf(row.receiveQueue()),
                String.valueOf(row.sendQueue()),
                row.local().toString(),
                String.valueOf(row.localPort()),
                row.foreign().toString(),
                String.valueOf(row.foreignPort()),
                row.state());
    }

    static NetstatRow row(String words) {
        String[] fields = words.split(" ", -1);
        return new NetstatRow(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                IpAddress.parse(fields[2]),
                Integer.parseInt(fields[3]),
                IpAddress.parse(fields[4]),
                Integer.parseInt(fields[5]),
                fields[6]);
    }

    /** Moves this process's packets. */
    private final class Clock extends RealTime {
        Clock(long originNs) {
            super(originNs, LONGEST_WAIT_NS);
        }

        @Override
        int work() {
            return host.endpoint().doWork(nowNs());
        }

        @Override
        void await(long timeoutNs) {
            transport.await(timeoutNs);
        }

        @Override
        long nextDeadlineNs() {
            return host.endpoint().nextDeadlineNs();
        }
    }

    /** Tells what happens here to whoever draws the ladder. */
    private final class Told implements Diary {
        @Override
        public void begins(long nowNs, End end, String state) {
            say(Message.of("begins", nowNs, state));
        }

        @Override
        public void state(long nowNs, End end, String state) {
            say(Message.of("state", nowNs, state));
        }

        @Override
        public void note(long nowNs, End end, String text) {
            say(Message.of("note", nowNs, text));
        }
    }
}
