/**
 * IP packets of a Linux TUN device, through java.lang.foreign: endpoints of this JVM that the
 * kernel's own TCP, and whoever it routes to, can talk to.
 *
 * <p>Opening a device needs {@code CAP_NET_ADMIN}, and native access is granted by {@code
 * --enable-native-access=io.finwait.raw}, or {@code ALL-UNNAMED} on the class path.
 */
module io.finwait.raw {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.raw;

    provides io.finwait.spi.TransportProvider with
            io.finwait.raw.PacketProvider,
            io.finwait.raw.TapDeviceProvider,
            io.finwait.raw.TunProvider,
            io.finwait.raw.XdpProvider;
}
