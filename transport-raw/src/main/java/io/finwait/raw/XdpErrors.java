package io.finwait.raw;

import java.io.UncheckedIOException;

/** What the kernel refuses when an XDP socket is opened, in sentences that say what to do. */
final class XdpErrors {

    private XdpErrors() {}

    static UncheckedIOException cannotOpen(int failed) {
        return Linux.failure(
                switch (-failed) {
                    case Libc.EPERM, Libc.EACCES -> notPermitted();
                    case Libc.EAFNOSUPPORT ->
                            "this kernel has no XDP sockets (CONFIG_XDP_SOCKETS); use packet:";
                    case Libc.ENOBUFS ->
                            "the process may not lock as much memory as an XDP socket needs; raise"
                                    + " it with 'ulimit -l unlimited', or give the process"
                                    + " CAP_IPC_LOCK";
                    default ->
                            "this kernel's XDP sockets lack something; it takes Linux 5.9 or newer."
                                    + " Use packet:";
                },
                failed);
    }

    private static String notPermitted() {
        return "opening an XDP socket is not permitted; run as root or give the process"
                + " CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF";
    }

    static UncheckedIOException tooLarge(String name, int mtu) {
        return Linux.failure(
                "the mtu "
                        + mtu
                        + " of '"
                        + name
                        + "' is above "
                        + XdpDevice.LARGEST_MTU
                        + ", which is what a frame of an XDP socket holds; set a smaller one with:"
                        + " ip link set "
                        + name
                        + " mtu 1500",
                null);
    }

    /** The queue is one that the interface has. */
    static void requireQueue(String name, int queue, int queues) {
        if (queue >= queues) {
            throw Linux.failure(
                    "'"
                            + name
                            + "' has no queue "
                            + queue
                            + "; it has "
                            + queues
                            + ", counted from 0. See them with: ethtool -l "
                            + name,
                    null);
        }
    }

    static UncheckedIOException cannotBind(String name, int queue, int failed) {
        return Linux.failure(
                failed == -Libc.EBUSY
                        ? "the queue "
                                + queue
                                + " of '"
                                + name
                                + "' has an XDP socket already; end the program that has opened it,"
                                + " or choose another queue"
                        : "the XDP socket can't be bound to queue " + queue + " of '" + name + "'",
                failed);
    }

    /**
     * What bpf(2) has answered, if that is good.
     *
     * @throws UncheckedIOException when it is not
     */
    static int requireBpf(int answer) {
        if (answer < 0) {
            throw Linux.failure(
                    answer == -Libc.EPERM
                            ? notPermitted()
                            : "this kernel does not load the program for an XDP socket; it takes"
                                    + " Linux 5.9 or newer with BPF. Use packet:",
                    answer);
        }
        return answer;
    }

    /** True when another program is attached. */
    static boolean isBusy(int answer) {
        return answer == -Libc.EBUSY || answer == -Libc.EEXIST;
    }

    /** The link that was made, or a sentence. */
    static int requireAttached(String name, XdpMode mode, int answer) {
        if (answer >= 0) {
            return answer;
        }
        if (answer == -Libc.EPERM) {
            throw cannotOpen(answer);
        }
        if (isBusy(answer)) {
            throw Linux.failure(
                    "another XDP program is attached to '"
                            + name
                            + "', which 'ip link show "
                            + name
                            + "' shows; end what has attached it, or: ip link set "
                            + name
                            + " xdp off",
                    answer);
        }
        throw Linux.failure(
                mode == XdpMode.NATIVE
                        ? "the driver of '"
                                + name
                                + "' does not run XDP programs as it is set up now; use"
                                + " mode=generic"
                        : "no XDP program can be attached to '" + name + "'; use packet:",
                answer);
    }
}
