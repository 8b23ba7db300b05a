package io.finwait.examples.command;

import io.finwait.examples.compare.Comparison;
import io.finwait.examples.stage.Glossary;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Show;
import io.finwait.examples.stage.Stage;
import io.finwait.examples.stage.Worlds;
import io.finwait.examples.story.Stories;
import io.finwait.examples.story.Story;
import io.finwait.picture.Ladder;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code finwait compare}. */
@Command(
        name = "compare",
        description = {
            "Plays one story in several places at once, and prints side by side when each"
                    + " thing happened, where the places differ, and why.",
            "A row marked * is missing somewhere; a dash shows where."
        })
final class CompareCommand implements Callable<Integer> {

    private static final String PORT_EXHAUSTION = "port-exhaustion";

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "STORY",
            description = "Such as close or reset-by-peer; finwait --help lists the stories.")
    private String name;

    @Option(
            names = "--on",
            split = ",",
            paramLabel = "PLACE",
            defaultValue = "sim,udp:,unix:,tun,kernel:",
            description = "The places, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<String> places;

    @Override
    public Integer call() {
        if (story() == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + name + "' is not a story that can be compared; choose one of " + names());
        }
        Comparison comparison = new Comparison(name);
        Map<Settings.Place, Future<Stage>> playing = new LinkedHashMap<>();
        Map<Settings.Place, Stage> stages = new LinkedHashMap<>();
        try (ExecutorService players =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (String each : places) {
                Settings.Place place = place(each);
                String missing = Worlds.missing(place);
                if (missing.isEmpty()) {
                    System.err.println("playing on " + place.word() + " ...");
                    Stage stage = stage(place);
                    stages.put(place, stage);
                    playing.put(place, players.submit(() -> play(stage)));
                } else {
                    comparison.skipped(place, missing);
                }
            }
        }
        playing.forEach((place, stage) -> take(comparison, place, stage, stages.get(place)));
        Console.out().print(comparison.text());
        return 0;
    }

    private Story story() {
        return name.equals(PORT_EXHAUSTION) ? null : Stories.all().get(name);
    }

    private static List<String> names() {
        return Stories.all().keySet().stream()
                .filter(each -> !each.equals(PORT_EXHAUSTION))
                .toList();
    }

    private Settings.Place place(String word) {
        return Settings.Place.of(word)
                .filter(place -> place != Settings.Place.LINK)
                .orElseThrow(
                        () ->
                                new ParameterException(
                                        spec.commandLine(),
                                        "'"
                                                + word
                                                + "' is not a place; choose from sim, udp:, unix:,"
                                                + " tun, tap, packet and kernel:"));
    }

    private static Stage stage(Settings.Place place) {
        return new Stage(Settings.simulation().at(place), new Silence(), new Glossary());
    }

    private Stage play(Stage stage) {
        story().play(stage);
        return stage;
    }

    /** What was played before something could not be shown counts, too. */
    private static void take(
            Comparison comparison, Settings.Place place, Future<Stage> played, Stage stage) {
        try {
            played.get();
        } catch (ExecutionException e) {
            comparison.stopped(place, e.getCause().getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        comparison.played(place, stage.ladders());
    }

    /** Only the ladders are wanted. */
    private static final class Silence implements Show {
        @Override
        public void heading(String text) {}

        @Override
        public void words(List<String> lines) {}

        @Override
        public void prose(String text) {}

        @Override
        public void lines(String text) {}

        @Override
        public void ladder(Ladder ladder, String drawn) {}
    }
}
