package io.finwait.examples.story;

import io.finwait.examples.stage.Glossary;
import io.finwait.examples.stage.Paragraphs;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Show;
import io.finwait.examples.stage.Stage;
import io.finwait.examples.stage.UserText;
import io.finwait.picture.Ladder;
import io.finwait.picture.SvgLadder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes the stories as a page with pictures. */
public final class Docs {

    private final Path folder;
    private final StringBuilder page = new StringBuilder();

    /** Writes into this folder. */
    public Docs(Path folder) {
        this.folder = folder;
    }

    /** Plays all stories and writes the page, the pictures beside it in {@code stories/}. */
    public void write(Settings settings, Map<String, Story> stories) {
        page.append("# The stories\n\n");
        page.append("Written by `./finwait stories --docs`; the same seed gives the same page.\n");
        Glossary glossary = new Glossary();
        try {
            Files.createDirectories(folder.resolve("stories"));
            for (Map.Entry<String, Story> each : stories.entrySet()) {
                write(settings.withFiles(null, null), glossary, each.getKey(), each.getValue());
            }
            Files.writeString(folder.resolve("stories.md"), page);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the stories can't be written to '" + folder + "': " + UserText.reason(e), e);
        }
    }

    private void write(Settings settings, Glossary glossary, String name, Story story) {
        page.append("\n## `finwait ").append(name).append("`\n");
        Stage stage = new Stage(settings, new Page(name), glossary);
        story.play(stage);
    }

    /** Puts each part of a story on the page. */
    private final class Page implements Show {

        private final String story;
        private int pictures;

        Page(String story) {
            this.story = story.replace(" --", "-");
        }

        @Override
        public void words(List<String> lines) {
            fenced(String.join("\n", lines) + "\n");
        }

        @Override
        public void heading(String text) {
            page.append("\n### ").append(text).append('\n');
        }

        @Override
        public void prose(String text) {
            page.append('\n').append(Paragraphs.wrap(text));
        }

        @Override
        public void lines(String text) {
            fenced(text);
        }

        private void fenced(String text) {
            page.append("\n```\n").append(text.stripTrailing()).append("\n```\n");
        }

        @Override
        public void ladder(Ladder ladder, String drawn) {
            String file = "stories/" + story + (++pictures > 1 ? "-" + pictures : "") + ".svg";
            try {
                Files.writeString(folder.resolve(file), new SvgLadder().render(ladder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            page.append("\n![").append(ladder.title()).append("](").append(file).append(")\n");
        }
    }
}
