package io.finwait.sim.explore;

import io.finwait.picture.HtmlPage;
import io.finwait.picture.Ladder;
import io.finwait.picture.SvgLadder;
import io.finwait.picture.TextLadder;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.trace.End;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PcapngTap;
import io.finwait.trace.PcapngWriter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The shortest way to a violation: the choices, which are played again to be told, drawn and saved.
 */
public final class Counterexample {

    private final Bounds bounds;
    private final BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory;
    private final byte[] choices;
    private final String violation;

    Counterexample(
            Bounds bounds,
            BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory,
            byte[] choices,
            String violation) {
        this.bounds = bounds;
        this.factory = factory;
        this.choices = choices.clone();
        this.violation = violation;
    }

    /** How many choices there are. */
    public int length() {
        return choices.length;
    }

    /** The choices in words, each with the states that it leads to. */
    public List<String> inWords() {
        List<String> steps = new ArrayList<>();
        ExploredWorld world = new ExploredWorld(bounds, factory, Witness.NOBODY);
        for (byte choice : choices) {
            world.take(choice);
            steps.add(Choice.inWords(choice) + "  (" + world.states() + ")");
        }
        return steps;
    }

    private ExploredStory story() {
        ExploredStory story = new ExploredStory();
        ExploredWorld world = new ExploredWorld(bounds, factory, story);
        for (byte choice : choices) {
            world.take(choice);
        }
        story.settled();
        return story;
    }

    /** The story as a ladder, the client on the left. */
    public Ladder ladder() {
        return Drawing.of(story(), violation);
    }

    /**
     * What one end did and saw, as a packet script that the runner can run against that end alone.
     *
     * @param end {@link End#A} is the client
     */
    public String script(End end) {
        return new ScriptWriter(end.ordinal(), bounds).write(story(), violation);
    }

    /**
     * Saves ladder (as text, picture and page), scripts and captures of both ends; files that exist
     * are overwritten.
     *
     * @param folder is made when it is not there
     * @return the files
     * @throws IOException when one can't be written
     */
    public List<Path> save(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        files.add(write(folder.resolve("ladder.txt"), new TextLadder().render(ladder())));
        files.add(write(folder.resolve("ladder.svg"), new SvgLadder().render(ladder())));
        files.add(write(folder.resolve("ladder.html"), page()));
        for (End end : End.values()) {
            String name = end == End.A ? "client" : "server";
            files.add(write(folder.resolve(name + ".pkt"), script(end)));
            files.add(capture(folder.resolve(name + ".pcapng"), end.ordinal(), name));
        }
        return files;
    }

    private String page() {
        return new HtmlPage("A counterexample")
                .add(ladder(), List.of(new HtmlPage.Words("breaks", violation)))
                .render();
    }

    private static Path write(Path file, String text) throws IOException {
        return Files.writeString(file, text);
    }

    /** A capture as taken at one end. */
    private Path capture(Path file, int side, String name) throws IOException {
        try (PcapngWriter writer = PcapngWriter.create(file)) {
            PcapngTap tap = new PcapngTap(writer, name, 0);
            for (Happening happening : story().happenings()) {
                if (happening instanceof Happening.Entered entered && entered.side() == side) {
                    tap.state(name + " " + entered.state());
                } else if (happening instanceof Happening.Sent sent && sent.packet().from == side) {
                    record(tap, sent.atNs(), PacketDirection.SENT, sent.packet());
                } else if (happening instanceof Happening.Arrived arrived
                        && arrived.packet().from != side) {
                    record(tap, arrived.atNs(), PacketDirection.RECEIVED, arrived.packet());
                }
                // Nothing else is seen at this end.
            }
            if (tap.failure() != null) {
                throw tap.failure();
            }
        }
        return file;
    }

    private static void record(
            PcapngTap tap, long atNs, PacketDirection direction, WirePacket packet) {
        ByteBuffer octets = ByteBuffer.wrap(packet.octets);
        tap.packet(atNs, direction, octets, 0, packet.octets.length);
    }
}
