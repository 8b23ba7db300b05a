package io.finwait.examples.command;

import io.finwait.examples.stage.Glossary;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Stage;
import io.finwait.examples.story.Docs;
import io.finwait.examples.story.Stories;
import io.finwait.examples.story.Story;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code finwait stories}. */
@Command(name = "stories", description = "Plays all stories, one after the other.")
final class StoriesCommand implements Callable<Integer> {

    @Mixin private StageOptions options;

    @Option(
            names = "--docs",
            arity = "0..1",
            paramLabel = "FOLDER",
            fallbackValue = "docs",
            description =
                    "Writes FOLDER/stories.md and its pictures instead of printing"
                            + " (default folder: docs).")
    private Path docs;

    @Override
    public Integer call() {
        Settings settings = options.settings(0, Duration.ofMillis(10));
        if (docs != null) {
            if (settings.inRealTime()) {
                throw options.wrong("--docs documents the simulation; leave --transport out");
            }
            new Docs(docs).write(settings, Stories.all());
            System.out.println("Written: " + docs.resolve("stories.md"));
            return 0;
        }
        Glossary glossary = new Glossary();
        for (Map.Entry<String, Story> each : Stories.all().entrySet()) {
            String file = each.getKey().replace(" --", "-");
            Settings mine =
                    settings.withFiles(named(settings.pcap(), file), named(settings.svg(), file));
            Stage stage = new Stage(mine, Console.show(mine), glossary);
            stage.heading("==== finwait " + each.getKey() + " ====");
            each.getValue().play(stage);
        }
        return 0;
    }

    /** Each story has files of its own: {@code all.svg} becomes {@code all-abort.svg}. */
    private static Path named(Path file, String story) {
        if (file == null) {
            return null;
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        return file.resolveSibling(stem + "-" + story + (dot < 0 ? "" : name.substring(dot)));
    }
}
