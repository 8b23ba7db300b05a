package io.finwait.raw;

import io.finwait.driver.Driver;
import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetTransport;
import io.finwait.link.MacAddress;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A host of ours whose device the test mistreats: on a TUN or TAP device, or with a packet
 * or XDP socket on one end of a veth pair. Ours is 10.85.0.2, the kernel's 10.85.0.1.
 */
final class FaultyHost implements AutoCloseable {

    static final String OURS = "10.85.0.2";
    static final String KERNELS = "10.85.0.1";
    static final int PORT = 8_080;
    static final int TIMEOUT_MS = 30_000;

    /** The device itself, or the kernel's end of the veth pair. */
    static final String DEVICE = "fwf0";

    private static final String OUR_END = "fwf1";
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:85:02");

    final NetworkNamespace kernel = Lab.namespace();
    final Driver driver;
    private final NetworkNamespace near;
    private final LongSupplier lost;
    private final LongSupplier overflowed;

    /**
     * Opens it.
     *
     * @param kind {@code tun}, {@code tap}, {@code packet} or {@code xdp}
     */
    FaultyHost(String kind, boolean offload) {
        EthernetConfig config = EthernetConfig.at(OURS + "/24").mac(MAC);
        boolean interfaces = kind.equals("packet") || kind.equals("xdp");
        near = interfaces ? Lab.namespace() : null;
        Transport carrier;
        if (interfaces) {
            veth(offload);
        }
        if (kind.equals("packet")) {
            PacketOptions options = PacketOptions.on(OUR_END).netns(near.name()).mac(MAC);
            PacketTransport socket = PacketTransport.open(options.offload(offload));
            lost = socket::lost;
            overflowed = socket::overflowed;
            carrier = socket;
        } else if (kind.equals("xdp")) {
            XdpOptions options = XdpOptions.on(OUR_END).netns(near.name()).host(config);
            XdpTransport socket = XdpTransport.open(options);
            lost = socket::lost;
            overflowed = socket::overflowed;
            carrier = socket;
        } else {
            TunTransport device =
                    TunTransport.open(
                            TunOptions.named(DEVICE)
                                    .netns(kernel.name())
                                    .address(KERNELS + "/24")
                                    .ethernet(kind.equals("tap"))
                                    .offload(offload));
            lost = device::lost;
            overflowed = null;
            carrier = device;
        }
        Transport transport = kind.equals("tun") ? carrier : new EthernetTransport(carrier, config);
        driver = Driver.start(EndpointConfig.at(OURS).build(), transport);
    }

    private void veth(boolean offload) {
        near.exec(
                "sh",
                "-c",
                "ip link add %s type veth peer name %s netns %s && ip link set %s up"
                        .formatted(OUR_END, DEVICE, kernel.name(), OUR_END));
        kernel.exec("ip", "addr", "add", KERNELS + "/24", "dev", DEVICE);
        kernel.exec("ip", "link", "set", DEVICE, "up");
        Lab.awaitLink(near, OUR_END);
        if (!offload) {
            kernel.exec("ip", "link", "set", DEVICE, "gso_max_segs", "1");
        }
    }

    /** Changes the device, or our end of the pair: {@code down}, {@code up}, {@code mtu 1300}. */
    void link(String change) {
        if (near == null) {
            kernel.exec("sh", "-c", "ip link set " + DEVICE + " " + change);
        } else {
            near.exec("sh", "-c", "ip link set " + OUR_END + " " + change);
        }
    }

    /** Both ends of a link have one MTU. */
    void mtu(int octets) {
        kernel.exec("sh", "-c", "ip link set " + DEVICE + " mtu " + octets);
        link("mtu " + octets);
    }

    /** Our end's queue sends so slowly, and holds little; false: this kernel has no such queue. */
    boolean narrow(String rate) {
        String add = "tc qdisc add dev " + OUR_END + " root tbf rate " + rate;
        return !near.exec("sh", "-c", add + " burst 8kb limit 16kb || echo refused")
                .contains("refused");
    }

    /** What the kernel has refused. */
    long lost() {
        return get(lost);
    }

    /** What the kernel has dropped because we didn't read it; the device counts it, or we do. */
    long overflowed() {
        return overflowed != null
                ? get(overflowed)
                : Long.parseLong(
                        kernel.exec("cat", "/sys/class/net/" + DEVICE + "/statistics/tx_dropped")
                                .strip());
    }

    private long get(LongSupplier counter) {
        return driver.call(endpoint -> counter.getAsLong()).join();
    }

    /** The transport has counted a refusal. */
    void awaitLoss() {
        long begun = System.nanoTime();
        while (lost() == 0) {
            if (System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS)) {
                throw new AssertionError("nothing was refused");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    ServerSocket kernelListens() {
        return kernel.call(() -> new ServerSocket(PORT, 16, InetAddress.getByName(KERNELS)));
    }

    ServerSocket weListen() throws IOException {
        return new DriverServerSocketFactory(driver).createServerSocket(PORT, 16);
    }

    Socket weConnect() throws IOException {
        Socket opened = new DriverSocketFactory(driver).createSocket();
        opened.connect(new InetSocketAddress(KERNELS, PORT), TIMEOUT_MS);
        opened.setSoTimeout(TIMEOUT_MS);
        return opened;
    }

    Socket kernelConnects() {
        return kernel.call(
                () -> {
                    Socket opened = new Socket();
                    opened.connect(new InetSocketAddress(OURS, PORT), TIMEOUT_MS);
                    opened.setSoTimeout(TIMEOUT_MS);
                    return opened;
                });
    }

    @Override
    public void close() {
        driver.shutdown(Duration.ZERO).join();
        kernel.close();
        if (near != null) {
            near.close();
        }
    }
}
