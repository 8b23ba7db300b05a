package io.finwait.examples.stage;

import io.finwait.picture.HtmlPage;
import io.finwait.picture.Ladder;
import io.finwait.picture.SequencePlot;
import io.finwait.picture.SvgLadder;
import io.finwait.picture.TextLadder;
import io.finwait.trace.End;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** Where stories are told: opens scenes, prints them, and writes their pictures and captures. */
public final class Stage {

    private final Settings settings;
    private final Show show;
    private final Glossary glossary;
    private final List<Ladder> ladders = new ArrayList<>();
    private final List<Path> written = new ArrayList<>();
    private int scenes;

    /**
     * A stage.
     *
     * @param show where it is told
     * @param glossary what the reader knows already, and will know
     */
    public Stage(Settings settings, Show show, Glossary glossary) {
        this.settings = settings;
        this.show = show;
        this.glossary = glossary;
    }

    /** What the user has chosen. */
    public Settings settings() {
        return settings;
    }

    /** The ladders of the scenes so far. */
    public List<Ladder> ladders() {
        return Collections.unmodifiableList(ladders);
    }

    /** Prints a heading. */
    public void heading(String text) {
        show.heading(text);
    }

    /** Prints a paragraph; words of the trade are explained before. */
    public void say(String text) {
        explain(Glossary.wordsOfProse(text));
        show.prose(text);
    }

    /** Shows lines as they are; words of the trade in them are explained before. */
    public void lines(String words, List<String> lines) {
        explain(Glossary.wordsOf(words));
        show.lines(String.join("\n", lines) + "\n");
    }

    private void explain(List<String> words) {
        List<String> lines = glossary.explain(words);
        if (!lines.isEmpty()) {
            show.words(lines);
        }
    }

    /** Begins a scene with a title and an introduction in plain words. */
    public Scene scene(String title, String intro) {
        return scene(title, intro, setup -> setup);
    }

    /** Begins a scene in which something is set up specially. */
    public Scene scene(String title, String intro, UnaryOperator<Setup> special) {
        scenes++;
        Setup setup = special.apply(new Setup());
        Settings mine = settings.withFiles(numbered(settings.pcap()), numbered(settings.svg()));
        String client = nameOf("client", End.A, setup);
        String server = nameOf("server", End.B, setup);
        Ladder ladder = new Ladder(client, server).title(title);
        if (setup.showsAbsoluteNumbers()) {
            ladder.absoluteNumbers();
        }
        Recorder recorder = new Recorder(ladder);
        World world = Worlds.open(mine, setup, recorder);
        return new Scene(this, world, recorder, intro);
    }

    private String nameOf(String role, End end, Setup setup) {
        boolean isKernel =
                settings.place() == Settings.Place.KERNEL
                        || (settings.withKernel() && setup.kernel() == end);
        return isKernel ? role + " (Linux)" : role;
    }

    /** The first scene's files have the names that were asked for, later ones a number. */
    private Path numbered(Path file) {
        if (file == null || scenes == 1) {
            return file;
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        return file.resolveSibling(stem + "-" + scenes + (dot < 0 ? "" : name.substring(dot)));
    }

    void show(Scene scene) {
        Ladder ladder = scene.ladder();
        ladders.add(ladder);
        TextLadder drawn = new TextLadder();
        if (settings.ascii()) {
            drawn.ascii();
        }
        String plain = drawn.render(ladder);
        say(scene.intro());
        explain(Glossary.wordsOf(plain));
        show.ladder(ladder, settings.ansi() ? drawn.ansi().render(ladder) : plain);
        Path svg = numbered(settings.svg());
        if (svg != null) {
            write(svg, new SvgLadder().render(ladder));
        }
        Path plot = numbered(settings.plot());
        if (plot != null) {
            write(plot, new SequencePlot().render(ladder));
        }
        if (settings.pcap() != null) {
            written.add(numbered(settings.pcap()));
        }
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the file can't be written to '" + file + "': " + UserText.reason(e), e);
        }
        written.add(file);
    }

    /** Ends a story: what was seen and why it matters, in a sentence, and which files there are. */
    public void seen(String sentence) {
        say("Seen: " + sentence);
        if (settings.html() != null) {
            HtmlPage page = new HtmlPage(ladders.isEmpty() ? "Finwait" : ladders.get(0).title());
            ladders.forEach(page::add);
            write(settings.html(), page.render());
        }
        if (!written.isEmpty()) {
            String names = String.join(", ", written.stream().map(Path::toString).toList());
            show.lines("Written: " + names + "\n");
        }
    }
}
