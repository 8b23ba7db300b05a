package io.finwait.examples.stage;

import io.finwait.raw.NetworkNamespace;

import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace that is gone when the scene, or the process, is over. */
final class ScratchNamespace implements AutoCloseable {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final NetworkNamespace namespace;
    private final Thread remover;

    private ScratchNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
        remover = new Thread(namespace::close);
        Runtime.getRuntime().addShutdownHook(remover);
    }

    static ScratchNamespace create() {
        String name = "finwait-" + ProcessHandle.current().pid() + "-";
        return new ScratchNamespace(NetworkNamespace.create(name + NAMESPACES.incrementAndGet()));
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    @Override
    public void close() {
        namespace.close();
        Runtime.getRuntime().removeShutdownHook(remover);
    }
}
