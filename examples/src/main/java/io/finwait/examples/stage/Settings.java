package io.finwait.examples.stage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the user of the command has chosen.
 *
 * @param place where the hosts meet
 * @param link the transports of {@link Place#LINK}, else null
 * @param msl how long a segment lives at most; TIME-WAIT lasts twice as long
 * @param seed of all chance in a simulation
 * @param loss probability that a simulated packet is lost, 0 to 1
 * @param delay how long a simulated packet travels
 * @param pcap where to write a capture, or null
 * @param svg where to write a picture, or null
 * @param html where to write a page, or null
 * @param plot where to draw sequence numbers over time, or null
 * @param ansi whether the text may be coloured
 * @param ascii whether the reader's terminal knows nothing but ASCII
 */
public record Settings(
        Place place,
        Link link,
        Duration msl,
        long seed,
        double loss,
        Duration delay,
        Path pcap,
        Path svg,
        Path html,
        Path plot,
        boolean ansi,
        boolean ascii) {

    /** Where the two hosts meet. */
    public enum Place {
        /** In virtual time, both are ours. */
        SIM("sim"),
        /** Both are ours, in two processes that send each other datagrams. */
        UDP("udp:"),
        /** Both are ours, in two processes, over a Unix domain socket. */
        UNIX("unix:"),
        /** Over transports that were named by URI: both are ours, in this process. */
        LINK("URI"),
        /** On a Linux TUN device: one host is the kernel. */
        TUN("tun"),
        /** On a Linux TAP device, with Ethernet and ARP: one host is the kernel. */
        TAP("tap"),
        /** At a packet socket on a veth pair, with Ethernet and ARP: one host is the kernel. */
        PACKET("packet"),
        /** At an XDP socket on a veth pair, with Ethernet and ARP: one host is the kernel. */
        XDP("xdp"),
        /** Both are the kernel: plain sockets. */
        KERNEL("kernel:");

        private final String word;

        Place(String word) {
            this.word = word;
        }

        /** As it is written on a command line. */
        public String word() {
            return word;
        }

        private String bareWord() {
            return word.replaceFirst(":$", "");
        }

        /** True when a host is the kernel. */
        public boolean hasKernel() {
            return switch (this) {
                case TUN, TAP, PACKET, XDP, KERNEL -> true;
                case SIM, UDP, UNIX, LINK -> false;
            };
        }

        /** The place of this name, with or without its colon; empty when there is none. */
        public static Optional<Place> of(String name) {
            return Arrays.stream(values())
                    .filter(each -> each.bareWord().equals(name.replaceFirst(":$", "")))
                    .findFirst();
        }
    }

    /** A quiet simulation without files. */
    public static Settings simulation() {
        Duration msl = Duration.ofSeconds(30);
        Duration delay = Duration.ofMillis(10);
        return new Settings(
                Place.SIM, null, msl, 1, 0, delay, null, null, null, null, false, false);
    }

    /** Both hosts in this process over transports that reach each other, without files. */
    public static Settings over(Link link, Duration msl) {
        return new Settings(
                Place.LINK, link, msl, 1, 0, Duration.ZERO, null, null, null, null, false, false);
    }

    /** The same with other files; null for none. */
    public Settings withFiles(Path newPcap, Path newSvg) {
        return new Settings(
                place, link, msl, seed, loss, delay, newPcap, newSvg, html, plot, ansi, ascii);
    }

    /** How long TIME-WAIT lasts. */
    public Duration twoMsl() {
        return msl.multipliedBy(2);
    }

    /** The same in another place. */
    public Settings at(Place newPlace) {
        return new Settings(
                newPlace, null, msl, seed, loss, delay, pcap, svg, html, plot, ansi, ascii);
    }

    /** The same with another life of segments. */
    public Settings withMsl(Duration newMsl) {
        return new Settings(
                place, link, newMsl, seed, loss, delay, pcap, svg, html, plot, ansi, ascii);
    }

    /** True when a host is the kernel. */
    public boolean withKernel() {
        return place.hasKernel();
    }

    /** True when time passes as on the wall. */
    public boolean inRealTime() {
        return place != Place.SIM;
    }
}
