package io.finwait.socket;

import io.finwait.driver.Binding;
import io.finwait.driver.Driver;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;

/** Addresses of sockets in those of an endpoint. */
final class Addresses {

    private Addresses() {}

    private static InetAddress any() {
        return new InetSocketAddress(0).getAddress();
    }

    /** Whom a connect to an address reaches: "any address" is this host's own. */
    static InetAddress reachable(InetAddress to, Driver driver) {
        return to.isAnyLocalAddress() ? driver.config().addresses().get(0).toInetAddress() : to;
    }

    /** An address that a channel can connect to, or the exception that the JDK's channels throw. */
    static InetSocketAddress known(SocketAddress address) {
        Objects.requireNonNull(address, "address");
        if (!(address instanceof InetSocketAddress inet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (inet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return inet;
    }

    /** An address that a channel can be bound to; any port of all addresses for null. */
    static InetSocketAddress orAny(SocketAddress address) {
        return address == null ? new InetSocketAddress(0) : known(address);
    }

    /** Binds a port of one address, or of all when there is none or it is the wildcard. */
    static Binding bind(Driver driver, InetAddress host, int port, boolean reuse)
            throws IOException {
        IpAddress address = host == null || host.isAnyLocalAddress() ? null : IpAddress.of(host);
        return Locks.answer(driver.bind(address, port, reuse), driver.time());
    }

    /** The address that a socket is bound to; the wildcard when it is none in particular. */
    static InetAddress ofBinding(Binding binding) {
        return binding == null || binding.address() == null
                ? any()
                : binding.address().toInetAddress();
    }
}
