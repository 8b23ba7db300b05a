package io.finwait.raw;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetUri;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

/**
 * Opens {@link XdpTransport}s by URI: {@code xdp:eth0?own=10.9.0.2/24&gateway=10.9.0.1}. The
 * endpoint's addresses are {@code own} and {@code own6}; without them the transport takes every
 * frame of the interface, and the kernel gets none.
 */
public final class XdpProvider implements TransportProvider {

    private static final int LAST_QUEUE = 4_095;

    /** For {@link java.util.ServiceLoader}. */
    public XdpProvider() {}

    @Override
    public String scheme() {
        return "xdp";
    }

    @Override
    public String usage() {
        return "xdp:IFACE?own=10.9.0.2/24&own6=fd00::2/64&gateway=10.9.0.1"
                + "&mac=02:00:00:00:00:02&vlan=7&probing=on|off&netns=NS&queue=0"
                + "&mode=auto|native|generic&offload=on|off"
                + "  an Ethernet interface that is there, by AF_XDP; 'own' are the endpoint's"
                + " addresses";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly(EthernetUri.and("netns", "queue", "mode", "offload"));
        EthernetConfig read = EthernetUri.config(uri, 0);
        EthernetConfig config = read == null ? null : read.withFixedMac();
        return EthernetUri.open(XdpTransport.open(options(uri, config)), config);
    }

    private static XdpOptions options(TransportUri uri, EthernetConfig config) {
        XdpOptions options =
                XdpOptions.on(uri.target())
                        .queue(uri.parameter("queue", 0, 0, LAST_QUEUE))
                        .mode(mode(uri));
        String netns = uri.parameter("netns", null);
        options = netns == null ? options : options.netns(netns);
        if (uri.parameters().containsKey("offload")) {
            options = options.offload(EthernetUri.isOn(uri, "offload", false));
        }
        return config == null ? options : options.host(config);
    }

    private static XdpMode mode(TransportUri uri) {
        String text = uri.parameter("mode", "auto");
        return switch (text) {
            case "auto" -> XdpMode.AUTO;
            case "native" -> XdpMode.NATIVE;
            case "generic" -> XdpMode.GENERIC;
            default ->
                    throw new IllegalArgumentException(
                            "'mode=" + text + "' in " + uri + " is none of auto, native, generic");
        };
    }
}
