package io.finwait.examples.compare;

import io.finwait.examples.stage.Paragraphs;
import io.finwait.examples.stage.Settings;
import io.finwait.picture.Ladder;
import io.finwait.trace.TimeText;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Scenes of one story as they went in several places, as a table of at most 80 columns. */
public final class Comparison {

    private static final int COLUMNS = 80;
    private static final int MARK = 2;
    private static final int CELL = 9;
    private static final int WIDEST = 42;

    private final String story;
    private final Map<Settings.Place, List<Ladder>> played = new LinkedHashMap<>();
    private final Map<Settings.Place, String> skipped = new LinkedHashMap<>();
    private final Map<Settings.Place, String> stopped = new LinkedHashMap<>();

    /** A comparison of nothing yet, of the story of this name. */
    public Comparison(String story) {
        this.story = story;
    }

    /** The scenes as they went in a place. */
    public void played(Settings.Place place, List<Ladder> scenes) {
        played.put(place, List.copyOf(scenes));
    }

    /** A place where the story could not be played, and why. */
    public void skipped(Settings.Place place, String why) {
        skipped.put(place, why);
    }

    /** A place where the story could not be played to its end, and why. */
    public void stopped(Settings.Place place, String why) {
        stopped.put(place, why);
    }

    /** The tables, and below each one why places differ. */
    public String text() {
        StringBuilder text = new StringBuilder();
        skipped.forEach((place, why) -> paragraph(text, name(place) + ": skipped: " + why));
        stopped.forEach((place, why) -> paragraph(text, name(place) + ": in part: " + why));
        for (String title : titles()) {
            scene(title, text);
        }
        return text.toString();
    }

    private static void paragraph(StringBuilder text, String words) {
        text.append(Paragraphs.wrap(words));
    }

    private static String name(Settings.Place place) {
        return place.word().replaceFirst(":$", "");
    }

    private Set<String> titles() {
        Set<String> titles = new LinkedHashSet<>();
        for (List<Ladder> scenes : played.values()) {
            scenes.forEach(scene -> titles.add(scene.title()));
        }
        return titles;
    }

    private void scene(String title, StringBuilder text) {
        Map<Settings.Place, Ladder> here = new LinkedHashMap<>();
        played.forEach(
                (place, scenes) ->
                        scenes.stream()
                                .filter(scene -> scene.title().equals(title))
                                .findFirst()
                                .ifPresent(scene -> here.put(place, scene)));
        text.append('\n').append(title).append("\n\n");
        line(text, "", "", here.keySet().stream().map(Settings.Place::word).toList());
        List<Settings.Place> places = List.copyOf(here.keySet());
        Reasons reasons = new Reasons(places);
        for (Moment.Part part : Moment.Part.values()) {
            Alignment alignment = new Alignment();
            here.values().forEach(scene -> alignment.add(Moment.of(scene, part)));
            text.append("  ").append(part.title()).append('\n');
            for (Alignment.Row row : alignment.rows()) {
                String mark = row.isMissingSomewhere() ? "*" : "";
                List<String> times = row.timesNs().stream().map(Comparison::time).toList();
                line(text, mark, "  " + row.what(), times);
            }
            reasons.add(part, alignment.rows(), stoppedIn(places, title));
        }
        reasons(text, reasons.all(), places.size());
        elsewhere(text, places);
    }

    /** Those places where the story stopped in this scene: it is their last one. */
    private Set<Settings.Place> stoppedIn(List<Settings.Place> places, String title) {
        Set<Settings.Place> here = new LinkedHashSet<>(stopped.keySet());
        here.retainAll(places);
        here.removeIf(place -> !played.get(place).getLast().title().equals(title));
        return here;
    }

    private static void reasons(StringBuilder text, List<String> reasons, int places) {
        text.append('\n');
        if (places == 1) {
            text.append("Played in one place only, so there is nothing to compare.\n");
        } else if (reasons.isEmpty()) {
            text.append("The same everywhere, but for the time it took.\n");
        }
        reasons.forEach(why -> paragraph(text, "* " + why));
    }

    private void elsewhere(StringBuilder text, List<Settings.Place> here) {
        for (Settings.Place place : played.keySet()) {
            if (here.contains(place)) {
                continue;
            }
            paragraph(
                    text,
                    stopped.containsKey(place)
                            ? "* On " + name(place) + " the story did not come to this scene."
                            : "* On "
                                    + name(place)
                                    + " the story has no such scene; finwait "
                                    + story
                                    + " --transport "
                                    + place.word()
                                    + " says why.");
        }
    }

    /** Words that are too long for their column stand above the times. */
    private static void line(StringBuilder text, String mark, String what, List<String> cells) {
        int width = Math.min(WIDEST, COLUMNS - MARK - CELL * cells.size());
        boolean fits = what.length() <= width;
        if (!fits) {
            text.append("%1s %s%n".formatted(mark, what));
        }
        StringBuilder line =
                new StringBuilder(
                        ("%1s %-" + width + "s").formatted(fits ? mark : "", fits ? what : ""));
        cells.forEach(cell -> line.append(" %8s".formatted(cell)));
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String time(Long timeNs) {
        return timeNs == null ? "-" : TimeText.of(timeNs);
    }
}
