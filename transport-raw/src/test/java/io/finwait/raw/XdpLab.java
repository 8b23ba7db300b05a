package io.finwait.raw;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A veth pair between two namespaces, for an XDP socket at one end. */
final class XdpLab implements AutoCloseable {

    static final String NEAR = "fwx0";
    static final String FAR = "fwx1";

    final NetworkNamespace ours;
    final NetworkNamespace theirs;

    /** Skips the test where there are no rights, or the kernel has no XDP sockets. */
    XdpLab() {
        ours = Lab.namespace();
        theirs = Lab.namespace();
        ours.exec(
                "sh",
                "-ec",
                "ip link add %1$s type veth peer name %2$s netns %3$s; ip link set %1$s up"
                        .formatted(NEAR, FAR, theirs.name()));
        theirs.exec("ip", "link", "set", FAR, "up");
        Lab.awaitLink(ours, NEAR);
        String missing = missing();
        if (!missing.isEmpty()) {
            close();
        }
        assumeTrue(missing.isEmpty(), missing);
    }

    private static String missing() {
        Libc libc = new Libc();
        int fd = libc.socket(Libc.AF_XDP, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            return "no XDP socket can be opened here (" + Linux.name(fd) + "): skipped";
        }
        libc.close(fd);
        int map = new Bpf().socketMap(1);
        if (map < 0) {
            return "bpf(2) makes no XSKMAP here (" + Linux.name(map) + "): skipped";
        }
        libc.close(map);
        return "";
    }

    /** On our end, all frames. */
    XdpOptions near() {
        return XdpOptions.on(NEAR).netns(ours.name());
    }

    /** True when a program is attached to our end. */
    boolean hasProgram() {
        return ours.exec("ip", "link", "show", NEAR).contains("prog/xdp");
    }

    @Override
    public void close() {
        theirs.close();
        ours.close();
    }
}
