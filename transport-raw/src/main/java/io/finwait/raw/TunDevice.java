package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An open TUN or TAP device, configured and up, or one queue of it.
 *
 * @param fd of /dev/net/tun, not blocking; closing it removes the device, unless it is persistent
 * @param name the device's, as the kernel has it
 */
record TunDevice(int fd, String name) {

    private static final String CLONE_DEVICE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454CAL;
    private static final short IFF_TUN = 0x0001;
    private static final short IFF_TAP = 0x0002;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final short IFF_VNET_HDR = 0x4000;

    private static final long TUNSETOFFLOAD = 0x400454D0L;
    private static final long TUNSETVNETHDRSZ = 0x400454D8L;
    private static final long TUN_F_CSUM = 1;
    private static final long TUN_F_TSO4 = 2;
    private static final long TUN_F_TSO6 = 4;

    /**
     * Opens or makes the device.
     *
     * @param queues how many times, at least 1: each is a queue of its own
     * @throws java.io.UncheckedIOException with a sentence that says what to do
     */
    static List<TunDevice> open(TunOptions options, int queues) {
        Linux.require();
        options.requireConsistent();
        if (options.isHandedOver()) {
            if (queues > 1) {
                throw new IllegalArgumentException(
                        "a device that was handed over has one queue; open it with one");
            }
            return List.of(HandedOver.open(options));
        }
        if (options.process() != 0) {
            if (queues > 1) {
                throw new IllegalArgumentException(
                        "a device in the namespace of a process has one queue; open it with one");
            }
            return List.of(TunOfProcess.open(options));
        }
        return options.netns() == null
                ? openHere(options, queues)
                : Netns.call(options.netns(), () -> openHere(options, queues));
    }

    private static List<TunDevice> openHere(TunOptions options, int queues) {
        List<TunDevice> opened = new ArrayList<>();
        int several = queues > 1 ? IFF_MULTI_QUEUE : 0;
        try {
            opened.add(openQueue(options, options.name(), several));
            String name = opened.get(0).name();
            while (opened.size() < queues) {
                opened.add(openQueue(options, name, several));
            }
            try (Interface device = new Interface(name)) {
                configure(device, options);
            }
            return opened;
        } catch (RuntimeException e) {
            close(opened);
            throw e;
        }
    }

    /** Closes queues of which nothing has been made. */
    static void close(List<TunDevice> opened) {
        Libc libc = new Libc();
        opened.forEach(each -> libc.close(each.fd));
    }

    private static TunDevice openQueue(TunOptions options, String name, int several) {
        Libc libc = new Libc();
        int fd = libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw cannotOpen(fd);
        }
        try {
            return new TunDevice(fd, attach(libc, fd, options, name, several));
        } catch (RuntimeException e) {
            libc.close(fd);
            throw e;
        }
    }

    static RuntimeException cannotOpen(int failed) {
        return Linux.failure(
                switch (-failed) {
                    case Libc.EPERM, Libc.EACCES ->
                            "opening "
                                    + CLONE_DEVICE
                                    + " is not permitted; run as root or give the process"
                                    + " CAP_NET_ADMIN and access to the file";
                    case Libc.ENOENT ->
                            "there is no "
                                    + CLONE_DEVICE
                                    + "; load the module with 'modprobe tun', or pass the device"
                                    + " into the container with --device "
                                    + CLONE_DEVICE;
                    case Libc.ENXIO, Libc.ENODEV ->
                            "the kernel has no driver behind "
                                    + CLONE_DEVICE
                                    + "; load it with 'modprobe tun'";
                    default -> CLONE_DEVICE + " can't be opened";
                },
                failed);
    }

    /** Makes the open file a device's, and tells its name. */
    static String attach(Libc libc, int fd, TunOptions options) {
        return attach(libc, fd, options, options.name(), 0);
    }

    private static String attach(Libc libc, int fd, TunOptions options, String name, int several) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = Interface.request(arena, name);
            int kind = options.isEthernet() ? IFF_TAP : IFF_TUN;
            int flags = kind | several | IFF_NO_PI | (options.offload() ? IFF_VNET_HDR : 0);
            request.set(JAVA_SHORT, Interface.NAME_LENGTH, (short) flags);
            int failed = libc.ioctl(fd, TUNSETIFF, request.address());
            if (failed < 0) {
                throw cannotAttach(options, several != 0, failed);
            }
            setOffload(libc, fd, options);
            return request.getString(0);
        }
    }

    /** Sets it in either case, because a persistent device keeps the setting of its last user. */
    static void setOffload(Libc libc, int fd, TunOptions options) {
        long wanted = options.offload() ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
        int failed = libc.ioctl(fd, TUNSETOFFLOAD, wanted);
        if (failed >= 0 && options.offload()) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment size = arena.allocateFrom(JAVA_INT, VirtioNetHeader.LENGTH);
                failed = libc.ioctl(fd, TUNSETVNETHDRSZ, size.address());
            }
        }
        if (failed < 0) {
            throw Linux.failure(
                    "this kernel can't offload for the "
                            + options.kind()
                            + " device '"
                            + options.name()
                            + "'; open it with offload=off",
                    failed);
        }
    }

    private static RuntimeException cannotAttach(TunOptions options, boolean several, int failed) {
        String name = options.name();
        String kind = options.kind();
        return Linux.failure(
                switch (-failed) {
                    case Libc.EPERM, Libc.EACCES ->
                            "making the "
                                    + kind
                                    + " device '"
                                    + name
                                    + "' is not permitted; run as root or give the process"
                                    + " CAP_NET_ADMIN";
                    case Libc.EBUSY ->
                            "the "
                                    + kind
                                    + " device '"
                                    + name
                                    + "' is in use by another process; end that one or choose"
                                    + " another name";
                    case Libc.EINVAL, Libc.EEXIST ->
                            "'"
                                    + name
                                    + "' is an interface of another kind"
                                    + (several ? ", or has one queue" : "")
                                    + "; choose another name, or"
                                    + " remove it with: ip link del "
                                    + name;
                    default -> "the " + kind + " device '" + name + "' can't be made";
                },
                failed);
    }

    private static void configure(Interface device, TunOptions options) {
        device.mtu(options.mtu());
        if (options.txQueueLength() > 0) {
            device.txQueueLength(options.txQueueLength());
        }
        if (options.address() != null) {
            device.address(options.address());
        }
        device.up();
        if (options.address6() != null) {
            if (options.isEthernet()) {
                // Nobody else is there who could have the address; it would take a second or two.
                device.withoutDuplicateDetection();
            }
            device.address(options.address6());
        }
        if (options.hasDefaultRoute()) {
            defaultRoute(device, options);
        }
    }

    private static void defaultRoute(Interface device, TunOptions options) {
        if (options.address() != null) {
            device.defaultRoute4();
        }
        if (options.address6() != null) {
            device.defaultRoute6();
        }
    }
}
