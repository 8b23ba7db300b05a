package io.finwait.socket;

import io.finwait.driver.DrainReport;
import io.finwait.driver.Driver;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** The driver of a program whose channels are all ours; system properties say what it is. */
final class ProgramDriver {

    private static final String LOOPBACK = "loopback:";
    private static final Duration AT_EXIT = Duration.ofSeconds(2);
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static volatile Driver started;

    private ProgramDriver() {}

    /** The driver, which is started by whoever asks first. */
    static Driver driver() throws IOException {
        Driver known = started;
        return known == null ? start() : known;
    }

    /** What the transport below opens is not for us. */
    static boolean isStartedByThisThread() {
        return STARTING.isHeldByCurrentThread();
    }

    static SocketBehaviour behaviour() {
        return SocketBehaviour.valueOf(
                System.getProperty("finwait.behaviour", SocketBehaviour.JAVA_ON_LINUX.name()));
    }

    private static Driver start() throws IOException {
        STARTING.lock();
        try {
            if (started == null) {
                String uri = System.getProperty("finwait.transport", LOOPBACK);
                Driver driver = Driver.start(config(uri), transport(uri));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(driver), "finwait-exit"));
                started = driver;
            }
            return started;
        } finally {
            STARTING.unlock();
        }
    }

    private static Transport transport(String uri) throws IOException {
        try {
            return Transports.open(uri);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new IOException("finwait.transport=" + uri + ": " + e.getMessage(), e);
        }
    }

    private static EndpointConfig config(String uri) throws IOException {
        String addresses = System.getProperty("finwait.address");
        if (addresses == null && !uri.equals(LOOPBACK)) {
            throw new IOException(
                    "finwait.transport=" + uri + " needs -Dfinwait.address=10.0.0.1 or another");
        }
        List<IpAddress> all;
        try {
            all =
                    Stream.of((addresses == null ? "127.0.0.1,::1" : addresses).split(","))
                            .map(String::trim)
                            .map(IpAddress::parse)
                            .toList();
        } catch (IllegalArgumentException e) {
            throw new IOException("finwait.address=" + addresses + ": " + e.getMessage(), e);
        }
        EndpointConfig.Builder config = EndpointConfig.builder();
        all.forEach(config::address);
        return config.build();
    }

    /** The program exits: its peers are told, as the kernel would tell them. */
    private static void end(Driver driver) {
        CompletableFuture<DrainReport> ended = driver.shutdown(AT_EXIT);
        ended.join();
    }
}
