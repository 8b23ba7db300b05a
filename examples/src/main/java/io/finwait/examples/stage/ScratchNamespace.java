package io.finwait.examples.stage;

import io.finwait.raw.NetworkNamespace;

/** A network namespace that is gone when the scene, or the process, is over. */
final class ScratchNamespace implements AutoCloseable {

    private final NetworkNamespace namespace;
    private final Thread remover;

    private ScratchNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
        remover = new Thread(namespace::close);
        Runtime.getRuntime().addShutdownHook(remover);
    }

    static ScratchNamespace create() {
        return new ScratchNamespace(NetworkNamespace.createOwn("finwait"));
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
