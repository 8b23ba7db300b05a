package io.finwait.examples.stage;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetTransport;
import io.finwait.link.MacAddress;
import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.PacketOptions;
import io.finwait.raw.PacketTransport;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.raw.XdpOptions;
import io.finwait.raw.XdpTransport;
import io.finwait.spi.Transport;
import io.finwait.trace.End;

/**
 * A host of ours and the Linux kernel in a network namespace of their own: on a TUN or TAP device,
 * or at the two ends of a veth pair, of which ours is a packet or an XDP socket.
 */
final class DeviceWorld extends HalfWorld {

    private static final long LONGEST_WAIT_NS = 20_000_000;

    /** The kernel's side, in every case. */
    private static final String KERNELS_DEVICE = "fw0";

    private static final String OUR_DEVICE = "fw1";
    private static final MacAddress OUR_MAC = MacAddress.parse("02:00:00:00:00:01");

    private final ScratchNamespace namespace;
    private final Transport device;
    private final KernelHost kernel;

    private DeviceWorld(
            ScratchNamespace namespace,
            Transport device,
            Settings settings,
            Setup setup,
            Recorder recorder) {
        super(settings, setup, recorder, setup.kernel().other(), device, LONGEST_WAIT_NS);
        this.namespace = namespace;
        this.device = device;
        End end = setup.kernel();
        KernelNet net = KernelNet.in(namespace.namespace());
        kernel = new KernelHost(this, net, recorder, end, address(end), setup.tcp(end));
    }

    static DeviceWorld open(Settings settings, Setup setup, Recorder recorder) {
        ScratchNamespace namespace = ScratchNamespace.create();
        try {
            Transport device = device(settings.place(), namespace.namespace(), setup.kernel());
            return new DeviceWorld(namespace, device, settings, setup, recorder);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private static Transport device(Settings.Place place, NetworkNamespace namespace, End kernels) {
        return switch (place) {
            case TAP ->
                    ethernet(TunTransport.open(tun(namespace, kernels).ethernet(true)), kernels);
            case PACKET -> ethernet(packetSocket(namespace, kernels), kernels);
            case XDP -> ethernet(xdpSocket(namespace, kernels), kernels);
            default -> tun(kernels, namespace);
        };
    }

    /** A device whose kernel's side has an end's address. */
    static TunTransport tun(End kernels, NetworkNamespace namespace) {
        return TunTransport.open(tun(namespace, kernels));
    }

    private static TunOptions tun(NetworkNamespace namespace, End kernels) {
        return TunOptions.named(KERNELS_DEVICE)
                .netns(namespace.name())
                .address(address(kernels) + "/24");
    }

    private static Transport ethernet(Transport frames, End kernels) {
        return new EthernetTransport(frames, host(kernels));
    }

    private static EthernetConfig host(End kernels) {
        return EthernetConfig.at(address(kernels.other()) + "/24").mac(OUR_MAC);
    }

    private static Transport packetSocket(NetworkNamespace namespace, End kernels) {
        makePair(namespace, kernels);
        return PacketTransport.open(
                PacketOptions.on(OUR_DEVICE).netns(namespace.name()).mac(OUR_MAC).offload(false));
    }

    private static Transport xdpSocket(NetworkNamespace namespace, End kernels) {
        makePair(namespace, kernels);
        return XdpTransport.open(
                XdpOptions.on(OUR_DEVICE).netns(namespace.name()).host(host(kernels)));
    }

    /** The kernel must send no super-frames, because a ladder shows the packets of a network. */
    private static void makePair(NetworkNamespace namespace, End kernels) {
        namespace.exec(
                "sh",
                "-ec",
                """
                ip link add %1$s gso_max_segs 1 type veth peer name %2$s
                ip address add %3$s/24 dev %1$s
                ip link set %1$s up
                ip link set %2$s up
                """
                        .formatted(KERNELS_DEVICE, OUR_DEVICE, address(kernels)));
    }

    @Override
    void look(long nowNs) {
        kernel.tellState(nowNs);
    }

    @Override
    public String place() {
        return namespace.namespace().name();
    }

    @Override
    Host other() {
        return kernel;
    }

    @Override
    public void close() {
        try (namespace;
                device) {
            ours().endpoint().close();
            kernel.closeAll();
        }
    }
}
