package io.finwait.sim.net;

import io.finwait.socket.DriverSelectorProvider;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * Makes the channels of programs that make them themselves and take no hook, such as the JDK's
 * {@code HttpClient}. Start the tests' JVM with
 *
 * <pre>{@code
 * -Djava.nio.channels.spi.SelectorProvider=io.finwait.sim.net.HostSelectorProvider
 * --add-exports java.base/sun.nio.ch=ALL-UNNAMED
 * }</pre>
 *
 * and say in the test whose they are to be: {@link NetHost#takesAllChannels}. While no host does,
 * and for everything but TCP, they are the kernel's.
 */
public final class HostSelectorProvider extends SelectorProvider {

    /** Of the whole JVM, as the provider is; null for the kernel. */
    private static volatile NetHost owner;

    /** For the JVM, by {@code -Djava.nio.channels.spi.SelectorProvider}. */
    public HostSelectorProvider() {}

    static void giveAllTo(NetHost host) {
        SelectorProvider installed = SelectorProvider.provider();
        if (!(installed instanceof HostSelectorProvider)) {
            throw new IllegalStateException(
                    "channels of this JVM are made by "
                            + installed.getClass().getName()
                            + "; start it with -Djava.nio.channels.spi.SelectorProvider="
                            + HostSelectorProvider.class.getName()
                            + " --add-exports java.base/sun.nio.ch=ALL-UNNAMED");
        }
        owner = host;
    }

    /** The network is over, and its host no longer makes anything. */
    static void release(SimNet net) {
        NetHost host = owner;
        if (host != null && host.net() == net) {
            owner = null;
        }
    }

    private static SelectorProvider now() {
        NetHost host = owner;
        return host == null ? DriverSelectorProvider.jdksOwn() : host.selectorProvider();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return now().openSelector();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return now().openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return now().openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return now().openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return now().openServerSocketChannel(family);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return DriverSelectorProvider.jdksOwn().openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return DriverSelectorProvider.jdksOwn().openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return DriverSelectorProvider.jdksOwn().openPipe();
    }

    @Override
    public Channel inheritedChannel() throws IOException {
        return DriverSelectorProvider.jdksOwn().inheritedChannel();
    }
}
