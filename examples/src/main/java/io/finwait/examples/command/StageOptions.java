package io.finwait.examples.command;

import io.finwait.examples.stage.Glossary;
import io.finwait.examples.stage.Link;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Stage;
import io.finwait.timewait.TimeWaitPolicy;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The options that all stories have. */
final class StageOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--transport",
            paramLabel = "PLACE",
            defaultValue = "sim",
            description = {
                "sim: both hosts are ours, in virtual time (default).",
                "udp: or unix: both are ours, in two processes; the second is started"
                        + " automatically.",
                "tun: one host is the Linux kernel, in a network namespace that is created"
                        + " for it and removed afterwards; needs root. tap, packet and xdp: the"
                        + " same over Ethernet, on a TAP device, at a packet socket or at an XDP"
                        + " socket.",
                "kernel: both are the Linux kernel: as root in two namespaces with this process as"
                        + " the wire, otherwise on the loopback device, where no packets are seen.",
                "URI: both hosts are ours, in this process, over two transports of this kind, such"
                        + " as udp://127.0.0.1:7000?peer=127.0.0.1:7001, unix:/tmp/s?role=client or"
                        + " mine://cable."
            })
    private String transport;

    @Option(
            names = "--msl",
            paramLabel = "TIME",
            defaultValue = "30s",
            description =
                    "Maximum lifetime of a segment in the network (MSL), 1500ms to 2m;"
                            + " TIME-WAIT lasts twice as long (default: ${DEFAULT-VALUE}).")
    private Duration msl;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the simulation's random numbers (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description =
                    "Captures what both ends send and receive, as two interfaces, for"
                            + " Wireshark or tshark. They take the second copy of a packet for"
                            + " a retransmission; to look at one end: tshark -r FILE -Y"
                            + " 'frame.interface_id == 0' -w CLIENT.pcapng.")
    private Path pcap;

    @Option(names = "--svg", paramLabel = "FILE", description = "Writes the ladder as a picture.")
    private Path svg;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Writes a page to look at closely in a browser.")
    private Path html;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Draws sequence numbers over time, as SVG.")
    private Path plot;

    Settings settings(double loss, Duration delay) {
        Settings.Place place = Settings.Place.of(transport).orElse(Settings.Place.LINK);
        Duration twoMsl = msl.multipliedBy(2);
        if (twoMsl.compareTo(TimeWaitPolicy.SHORTEST_2MSL) < 0
                || twoMsl.compareTo(TimeWaitPolicy.LONGEST_2MSL) > 0) {
            throw wrong("--msl is out of range; choose 1500ms to 2m");
        }
        requireFolder("--pcap", pcap);
        requireFolder("--svg", svg);
        requireFolder("--html", html);
        requireFolder("--plot", plot);
        Link link = place == Settings.Place.LINK ? link() : null;
        return new Settings(
                place,
                link,
                msl,
                seed,
                loss,
                delay,
                pcap,
                svg,
                html,
                plot,
                Console.colour(),
                Console.ascii());
    }

    private Link link() {
        if (!transport.contains(":") || transport.matches("(tun|packet|xdp|tap):[^:]*")) {
            throw wrong(
                    "--transport takes sim, udp:, unix:, tun, tap, packet, xdp, kernel: or the URI"
                            + " of a transport, not '"
                            + transport
                            + "'");
        }
        if (transport.startsWith("sim:")) {
            throw wrong("write --transport sim for the simulation; its only parameter is --seed");
        }
        Link link = Link.of(transport);
        if (transport.contains("udp://") && link.server().equals(transport)) {
            throw wrong(
                    "udp:// needs the second host's address as its peer; write"
                        + " udp://127.0.0.1:7000?peer=127.0.0.1:7001, or udp: for two processes");
        }
        return link;
    }

    private void requireFolder(String option, Path file) {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw wrong(option + " " + file + ": there is no folder " + folder);
        }
        if (file != null && Files.isDirectory(file)) {
            throw wrong(option + " " + file + " is a folder; name a file");
        }
        if (folder != null && !Files.isWritable(Files.exists(file) ? file : folder)) {
            throw wrong(option + " " + file + ": permission denied; name a file elsewhere");
        }
    }

    ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    Stage stage(double loss, Duration delay) {
        Settings settings = settings(loss, delay);
        return new Stage(settings, Console.show(settings), new Glossary());
    }

    Stage stage() {
        return stage(0, Duration.ofMillis(10));
    }
}
