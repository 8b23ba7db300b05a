package io.finwait.socket;

import io.finwait.driver.Driver;
import io.finwait.driver.Timekeeper;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;

/**
 * Makes channels and selectors of {@code java.nio} whose TCP is a driver's, for libraries that take
 * a {@link SelectorProvider}, and for whole programs that take none.
 *
 * <p>For one library, Netty for instance, both its selectors and its channels come from here:
 *
 * <pre>{@code
 * SelectorProvider provider = new DriverSelectorProvider(driver);
 * new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory(provider));
 * bootstrap.channelFactory(() -> new NioSocketChannel(provider));
 * }</pre>
 *
 * <p>For a whole program, no line of which is changed: all its {@link SocketChannel}s, {@link
 * ServerSocketChannel}s and {@link java.nio.channels.Selector}s are ours when it is started with
 *
 * <pre>{@code
 * -Djava.nio.channels.spi.SelectorProvider=io.finwait.socket.DriverSelectorProvider
 * -Dfinwait.transport=udp://127.0.0.1:7000?peer=127.0.0.1:7001 -Dfinwait.address=10.0.0.1
 * --add-exports java.base/sun.nio.ch=ALL-UNNAMED
 * }</pre>
 *
 * <p>{@code finwait.transport} is a URI of {@link io.finwait.spi.Transports}, {@code loopback:}
 * unless it is given; {@code finwait.address} the endpoint's addresses, separated by commas,
 * 127.0.0.1 and ::1 on {@code loopback:}; {@code finwait.behaviour} a {@link SocketBehaviour}. The
 * driver starts with the first channel, and is given two seconds to end its connections when the
 * program exits. The third option lets us at the JDK's own provider, whose pipes, datagrams and
 * Unix-domain sockets the program gets as before; without it they throw {@link
 * UnsupportedOperationException}.
 *
 * <p>Selectors take the kernel's channels and ours at the same time. The channels are those of
 * {@code java.nio} as their documentation says, exceptions and messages those of the JDK on Linux,
 * with one difference: closing a channel that is registered ends its connection at once, a RST by
 * linger 0 included, not only when its selector selects again.
 * {@code java.net.Socket} and asynchronous channels are other affairs: for the first there is
 * {@link DriverSocketFactory}, for the second nothing.
 */
public final class DriverSelectorProvider extends SelectorProvider {

    private final Driver given;
    private final SocketBehaviour givenBehaviour;
    private final KernelChannels kernel = new KernelChannels();

    /** For the JVM, by {@code -Djava.nio.channels.spi.SelectorProvider}. */
    public DriverSelectorProvider() {
        given = null;
        givenBehaviour = null;
    }

    /**
     * A provider of channels that do as the JDK's on Linux.
     *
     * @param driver carries them; still the caller's, who closes it
     */
    public DriverSelectorProvider(Driver driver) {
        this(driver, SocketBehaviour.JAVA_ON_LINUX);
    }

    /**
     * A provider of channels.
     *
     * @param driver carries them; still the caller's, who closes it
     * @param behaviour what they do where systems differ
     */
    public DriverSelectorProvider(Driver driver, SocketBehaviour behaviour) {
        given = Objects.requireNonNull(driver, "driver");
        givenBehaviour = Objects.requireNonNull(behaviour, "behaviour");
    }

    /**
     * The JDK's own provider, whichever is installed for the program.
     *
     * @throws UnsupportedOperationException when the program was not started with {@code
     *     --add-exports java.base/sun.nio.ch=ALL-UNNAMED}
     */
    public static SelectorProvider jdksOwn() {
        return KernelChannels.jdksOwn();
    }

    private Driver driver() throws IOException {
        return given == null ? ProgramDriver.driver() : given;
    }

    /** A driver of the whole program has a thread of its own, and the JVM's time. */
    private Timekeeper time() {
        return given == null ? Timekeeper.SYSTEM : given.time();
    }

    private SocketBehaviour behaviour() {
        return given == null ? ProgramDriver.behaviour() : givenBehaviour;
    }

    /** The kernel's are made for everything but TCP, and for the transport below ours. */
    private boolean isForKernel(ProtocolFamily family) {
        boolean tcp =
                family.equals(StandardProtocolFamily.INET)
                        || family.equals(StandardProtocolFamily.INET6);
        return !tcp || isForTransport();
    }

    private boolean isForTransport() {
        return given == null && ProgramDriver.isStartedByThisThread();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return isForTransport()
                ? kernel.provider().openSelector()
                : new DriverSelector(this, kernel, time());
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return isForTransport()
                ? kernel.provider().openSocketChannel()
                : new DriverSocketChannel(this, driver(), behaviour());
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return isForKernel(family)
                ? kernel.provider().openSocketChannel(family)
                : openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return isForTransport()
                ? kernel.provider().openServerSocketChannel()
                : new DriverServerSocketChannel(this, driver(), behaviour());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return isForKernel(family)
                ? kernel.provider().openServerSocketChannel(family)
                : openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return kernel.provider().openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return kernel.provider().openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return kernel.provider().openPipe();
    }

    @Override
    public Channel inheritedChannel() throws IOException {
        return kernel.provider().inheritedChannel();
    }
}
