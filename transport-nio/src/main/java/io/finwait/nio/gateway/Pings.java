package io.finwait.nio.gateway;

import io.finwait.driver.Driver;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Passes pings on by {@link InetAddress#isReachable}: an echo request of ICMP where the process may
 * send one, and otherwise a SYN to port 7, whose RST is an answer too. A few at a time; more are
 * dropped, as a busy router does.
 */
final class Pings {

    private static final int HEADER_LENGTH = 8;
    private static final int MOST_AT_ONCE = 8;
    private static final int PATIENCE_MS = 3_000;
    private static final int HOPS = 64;

    private final Gateway gateway;
    private final Driver driver;
    private final Transport transport;
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    0,
                    MOST_AT_ONCE,
                    10,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    work -> {
                        Thread thread = new Thread(work, "finwait-gateway-ping");
                        thread.setDaemon(true);
                        return thread;
                    });

    Pings(Gateway gateway, Driver driver, Transport transport) {
        this.gateway = gateway;
        this.driver = driver;
        this.transport = transport;
    }

    void close() {
        threads.shutdownNow();
    }

    /** Takes a packet that is an echo request to somebody else. */
    boolean take(IpView ip) {
        boolean v6 = ip.version() == 6;
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        ByteBuffer b = ip.buffer();
        IpAddress to = new IpAddress(ip.destinationHigh(), ip.destinationLow());
        IpAddress from = new IpAddress(ip.sourceHigh(), ip.sourceLow());
        boolean request =
                ip.protocol() == (v6 ? Protocol.ICMPV6 : Protocol.ICMP)
                        && length >= HEADER_LENGTH
                        && (b.get(at) & 0xFF) == (v6 ? 128 : 8)
                        && b.get(at + 1) == 0;
        if (!request || driver.config().addresses().contains(to)) {
            return false;
        }
        long pseudo = v6 ? ip.pseudoHeaderSum() : 0;
        boolean good =
                Checksum.finish(Checksum.add(b, at, length, pseudo)) == 0
                        && !IpAddress.isMulticastOrUnspecified(to.high(), to.low())
                        && !IpAddress.isMulticastOrUnspecified(from.high(), from.low());
        Onward route =
                good
                        ? gateway.route(new Call(Call.Kind.PING, from, 0, to, 0))
                        : new Onward.Ignored();
        if (route instanceof Onward.Direct direct) {
            byte[] message = new byte[length];
            b.get(at, message);
            ask(direct.to().getAddress(), from, to, message);
        }
        return true;
    }

    private void ask(InetAddress whom, IpAddress from, IpAddress to, byte[] message) {
        try {
            threads.execute(
                    () -> {
                        if (isReachable(whom)) {
                            CompletableFuture<?> unused =
                                    driver.call(
                                            endpoint -> {
                                                reply(from, to, message);
                                                return null;
                                            });
                        }
                    });
        } catch (RejectedExecutionException tooMany) {
            gateway.tally.add(Count.DATAGRAMS_DROPPED);
        }
    }

    private static boolean isReachable(InetAddress whom) {
        try {
            return whom.isReachable(PATIENCE_MS);
        } catch (IOException e) {
            return false;
        }
    }

    private void reply(IpAddress client, IpAddress server, byte[] message) {
        boolean v6 = !client.isV4();
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int length = message.length;
        Packet packet =
                header + length > transport.capabilities().mtu()
                        ? null
                        : transport.claim(header + length);
        if (packet == null) {
            return;
        }
        ByteBuffer b = packet.buffer();
        int start = packet.offset();
        int at = start + header;
        b.put(at, message);
        b.put(at, (byte) (v6 ? 129 : 0));
        b.putShort(at + 2, (short) 0);
        long pseudo = 0;
        if (v6) {
            Ipv6.write(
                    b,
                    start,
                    length,
                    0,
                    0,
                    HOPS,
                    Protocol.ICMPV6,
                    server.high(),
                    server.low(),
                    client.high(),
                    client.low());
            pseudo =
                    Checksum.pseudoHeader(
                            server.high(),
                            server.low(),
                            client.high(),
                            client.low(),
                            Protocol.ICMPV6,
                            length);
        } else {
            int source = (int) server.low();
            int total = header + length;
            Ipv4.write(b, start, total, 0, 0, HOPS, Protocol.ICMP, source, (int) client.low());
        }
        int sum = Checksum.finish(Checksum.add(b, at, length, pseudo));
        b.putShort(at + 2, (short) sum);
        gateway.tally.add(Count.PINGS);
        transport.commit(packet, System.nanoTime());
    }
}
