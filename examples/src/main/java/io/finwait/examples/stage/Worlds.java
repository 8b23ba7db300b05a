package io.finwait.examples.stage;

import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the world of each place, and knows what it needs. */
public final class Worlds {

    private static final Path TUN = Path.of("/dev/net/tun");

    private Worlds() {}

    /** Why nothing can be played in a place; empty when it can. */
    public static String missing(Settings.Place place) {
        return switch (place) {
            case SIM, UDP, UNIX, LINK -> "";
            case TUN, TAP, PACKET, XDP -> missingForNamespaces();
            case KERNEL -> isLinux() ? "" : "the kernel's own view needs Linux";
        };
    }

    private static World kernel(Settings settings, Setup setup, Recorder recorder) {
        return missingForNamespaces().isEmpty()
                ? KernelWorld.open(settings, setup, recorder)
                : new LoopbackWorld(setup, recorder);
    }

    private static String missingForNamespaces() {
        if (!isLinux()) {
            return "it needs Linux; without --transport both ends are simulated";
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return "it makes a network namespace, so run it as root (sudo)";
        }
        return Files.exists(TUN) ? "" : "there is no " + TUN + ", load the module tun";
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
    }

    static World open(Settings settings, Setup setup, Recorder recorder) {
        Settings.Place place = settings.place();
        String missing = missing(place);
        if (!missing.isEmpty()) {
            throw new CannotShowException("--transport " + place.word() + ": " + missing);
        }
        return switch (place) {
            case SIM -> new SimWorld(settings, setup, recorder);
            case UDP, UNIX -> ProcessWorld.open(settings, setup, recorder);
            case LINK -> LinkWorld.open(settings, setup, recorder);
            case TUN, TAP, PACKET, XDP -> DeviceWorld.open(settings, setup, recorder);
            case KERNEL -> kernel(settings, setup, recorder);
        };
    }
}
