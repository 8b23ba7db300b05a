package io.finwait.raw;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetUri;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Opens TAP devices by URI: {@code tap:fw0?address=10.9.0.1/24&own=10.9.0.2/24}. {@code address}
 * and {@code address6} are the kernel's side of the device, {@code own} and {@code own6} the
 * endpoint's; without the latter the transport carries frames. {@code tap:URI&pcap=FILE} is a
 * capture, and not meant here.
 */
public final class TapDeviceProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public TapDeviceProvider() {}

    @Override
    public String scheme() {
        return "tap";
    }

    @Override
    public String usage() {
        return "tap:NAME?address=10.9.0.1/24&own=10.9.0.2/24&own6=fd00::2/64&gateway=10.9.0.1"
                + "&mac=02:00:00:00:00:02&vlan=7&probing=on|off and what tun: takes"
                + "  a Linux TAP device, Ethernet; 'own' are the endpoint's addresses";
    }

    @Override
    public boolean isMeantBy(TransportUri uri) {
        return uri.target().indexOf(':') < 0;
    }

    @Override
    public Transport open(TransportUri uri) {
        TunOptions options = options(uri);
        EthernetConfig config = EthernetUri.config(uri, options.mtu());
        return EthernetUri.open(TunTransport.open(options), config);
    }

    @Override
    public List<Transport> openQueues(
            TransportUri uri, int count, UnaryOperator<List<Transport>> join) {
        TunOptions options = options(uri);
        EthernetConfig config = EthernetUri.config(uri, options.mtu());
        List<TunTransport> queues = TunTransport.openQueues(options, count);
        return EthernetUri.open(join.apply(List.copyOf(queues)), config, uri);
    }

    private static TunOptions options(TransportUri uri) {
        uri.requireOnly(EthernetUri.and(TunProvider.KEYS));
        TunOptions options = TunProvider.read(uri).ethernet(true);
        options.requireConsistent();
        return options;
    }
}
