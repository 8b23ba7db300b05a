package io.finwait.raw;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetUri;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Opens {@link PacketTransport}s by URI: {@code packet:eth0?own=10.9.0.2/24&gateway=10.9.0.1}. The
 * endpoint's addresses are {@code own} and {@code own6}; without them the transport carries frames.
 */
public final class PacketProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public PacketProvider() {}

    @Override
    public String scheme() {
        return "packet";
    }

    @Override
    public String usage() {
        return "packet:IFACE?own=10.9.0.2/24&own6=fd00::2/64&gateway=10.9.0.1"
                + "&mac=02:00:00:00:00:02&vlan=7&probing=on|off&netns=NS&offload=on|off"
                + "  an Ethernet interface that is there; 'own' are the endpoint's addresses";
    }

    @Override
    public Transport open(TransportUri uri) {
        EthernetConfig config = config(uri);
        return EthernetUri.open(PacketTransport.open(options(uri, config)), config);
    }

    @Override
    public List<Transport> openQueues(
            TransportUri uri, int count, UnaryOperator<List<Transport>> join) {
        EthernetConfig config = config(uri);
        List<PacketTransport> queues = PacketTransport.openQueues(options(uri, config), count);
        return EthernetUri.open(join.apply(List.copyOf(queues)), config, uri);
    }

    private static EthernetConfig config(TransportUri uri) {
        uri.requireOnly(EthernetUri.and("netns", "offload"));
        EthernetConfig config = EthernetUri.config(uri, 0);
        return config == null ? null : config.withFixedMac();
    }

    private static PacketOptions options(TransportUri uri, EthernetConfig config) {
        PacketOptions options =
                PacketOptions.on(uri.target()).offload(EthernetUri.isOn(uri, "offload", true));
        String netns = uri.parameter("netns", null);
        options = netns == null ? options : options.netns(netns);
        return config == null ? options : options.mac(config.mac());
    }
}
