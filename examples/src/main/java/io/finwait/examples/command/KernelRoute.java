package io.finwait.examples.command;

import io.finwait.spi.TransportUri;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the kernel routes packets for our addresses to our TUN device: otherwise we would serve,
 * and nobody could reach us.
 */
final class KernelRoute {

    private final String text;
    private final TransportUri uri;

    private KernelRoute(String text, TransportUri uri) {
        this.text = text;
        this.uri = uri;
    }

    /**
     * The route to the TUN device that a URI names, decorated or not; empty when it names none, or
     * one that another process has set up.
     */
    static Optional<KernelRoute> of(String transport) {
        TransportUri uri = TransportUri.parse(transport);
        while (!uri.scheme().equals("tun")) {
            if (!uri.target().matches("[a-z][a-z0-9+.-]*:.*")) {
                return Optional.empty();
            }
            uri = TransportUri.parse(uri.decorated());
        }
        if (uri.target().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new KernelRoute(transport, uri));
    }

    /** What can't work, in a sentence, before there is a device; empty when nothing is known. */
    String problemBefore(List<String> ours) {
        for (String each : ours) {
            IpAddress our = IpAddress.parse(each);
            String key = our.isV4() ? "address" : "address6";
            String kernels = uri.parameter(key, "");
            if (kernels.isEmpty() && !mayBeThere()) {
                return "the kernel gets no address on "
                        + uri.target()
                        + ", so nothing reaches "
                        + each
                        + "; write "
                        + text
                        + (text.contains("?") ? "&" : "?")
                        + key
                        + "="
                        + neighbour(our)
                        + (our.isV4() ? "/24" : "/64");
            }
            String kernel = kernels.replaceFirst("/.*", "");
            if (!kernel.isEmpty() && isAddress(kernel) && IpAddress.parse(kernel).equals(our)) {
                return isTheKernels(each, our);
            }
        }
        return "";
    }

    /** The same when the device is there, as the kernel says itself. */
    String problem(List<String> ours) {
        for (String each : ours) {
            String route = kernelsRoute(each);
            if (route.startsWith("local ")) {
                return isTheKernels(each, IpAddress.parse(each));
            }
            if (!route.isEmpty() && !(route + " ").contains(" dev " + uri.target() + " ")) {
                return "the kernel does not send to "
                        + each
                        + " over "
                        + uri.target()
                        + "; choose an --address in the network of the device, or give the kernel"
                        + " a route: ip route add "
                        + each
                        + " dev "
                        + uri.target();
            }
        }
        return "";
    }

    private static String isTheKernels(String each, IpAddress our) {
        return each
                + " is the kernel's own address, so that it would answer itself; give --address"
                + " another one, such as "
                + neighbour(our);
    }

    /** A device that somebody else has made may have all it needs. */
    private boolean mayBeThere() {
        return uri.parameters().containsKey("netns")
                || Files.exists(Path.of("/sys/class/net", uri.target()));
    }

    private static boolean isAddress(String text) {
        try {
            return IpAddress.parse(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String neighbour(IpAddress address) {
        long network = address.low() & ~0xFFL;
        long host = (address.low() & 0xFF) == 1 ? 2 : 1;
        return new IpAddress(address.high(), network | host).toString();
    }

    /** What {@code ip route get} says in one line; empty when there is no such program. */
    private String kernelsRoute(String address) {
        List<String> command = new ArrayList<>(List.of("ip"));
        if (uri.parameters().containsKey("netns")) {
            command.addAll(List.of("-n", uri.parameter("netns", "")));
        }
        command.addAll(List.of("-o", "route", "get", address));
        try {
            Process ip = new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
