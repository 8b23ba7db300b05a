package io.finwait.nio.library;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Redis of the machine, on a port of the kernel's. */
final class RedisServer implements AutoCloseable {

    private static final int PATIENCE_S = 20;

    private final Process process;
    private final int port;

    private RedisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Skips the test when the machine has none. */
    static RedisServer start(Path folder) throws IOException, InterruptedException {
        Path program = Programs.find("redis-server", "redis-server");
        int port = Programs.freePort();
        Path log = folder.resolve("log");
        Process process =
                Programs.start(
                        log,
                        List.of(
                                program.toString(),
                                "--port",
                                String.valueOf(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--dir",
                                folder.toString()));
        Programs.awaitPort(port, process, log);
        return new RedisServer(process, port);
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
    }
}
