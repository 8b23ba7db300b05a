package io.finwait.examples.net;

import io.finwait.driver.DrainReport;
import io.finwait.driver.DriverGroup;
import io.finwait.tcp.Endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A {@link FileServer} at every driver of a group, on that driver's thread. */
public final class FileServers implements AutoCloseable {

    private static final long TICK_MS = 200;

    private final DriverGroup group;
    private final List<FileServer> servers;
    private final ScheduledExecutorService ticks =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("deadlines").factory());

    private FileServers(DriverGroup group, List<FileServer> servers) {
        this.group = group;
        this.servers = servers;
    }

    /**
     * Listens from now on; see {@link FileServer#FileServer}.
     *
     * @throws IOException when the folder can't be read
     */
    public static FileServers start(
            DriverGroup group, int port, Path root, FileServer.Closer closer, Duration deadline)
            throws IOException {
        try {
            FileServers started =
                    new FileServers(
                            group,
                            group.callAll(each -> open(each, port, root, closer, deadline)).join());
            ScheduledFuture<?> _ =
                    started.ticks.scheduleAtFixedRate(
                            started::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
            return started;
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException unreadable) {
                throw unreadable.getCause();
            }
            throw e;
        }
    }

    private static FileServer open(
            Endpoint endpoint, int port, Path root, FileServer.Closer closer, Duration deadline) {
        try {
            return new FileServer(endpoint, port, root, closer, deadline);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tick() {
        for (int i = 0; i < servers.size(); i++) {
            FileServer server = servers.get(i);
            CompletableFuture<Void> _ =
                    group.driver(i)
                            .call(
                                    endpoint -> {
                                        server.onTime(endpoint.nowNs());
                                        return null;
                                    });
        }
    }

    /**
     * Accepts nobody from now on, lets the connections come to their ends for a while, and stops
     * the drivers.
     *
     * @return what had not ended
     */
    public CompletableFuture<DrainReport> drain(Duration time) {
        for (int i = 0; i < servers.size(); i++) {
            FileServer server = servers.get(i);
            CompletableFuture<Void> _ =
                    group.driver(i)
                            .call(
                                    endpoint -> {
                                        server.stopAccepting();
                                        return null;
                                    });
        }
        return group.shutdown(time);
    }

    /** How many connections were accepted; exact when the drivers have stopped. */
    public long requests() {
        return servers.stream().mapToLong(FileServer::requests).sum();
    }

    /** Looks at no deadline any more. */
    @Override
    public void close() {
        ticks.shutdownNow();
    }
}
