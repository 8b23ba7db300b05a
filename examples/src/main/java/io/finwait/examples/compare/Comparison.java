package io.finwait.examples.compare;

import io.finwait.examples.stage.Paragraphs;
import io.finwait.examples.stage.Settings;
import io.finwait.trace.Ladder;
import io.finwait.trace.TimeText;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Scenes of one story as they went in several places, as a table of at most 100 columns. */
public final class Comparison {

    private static final int WHAT = 42;
    private static final String ROW = "%1s %-" + WHAT + "s";

    private final Map<Settings.Place, List<Ladder>> played = new LinkedHashMap<>();
    private final Map<Settings.Place, String> notPlayed = new LinkedHashMap<>();

    /** A comparison of nothing. */
    public Comparison() {}

    /** The scenes as they went in a place. */
    public void played(Settings.Place place, List<Ladder> scenes) {
        played.put(place, List.copyOf(scenes));
    }

    /** A place where the story could not be played, or not to its end, and why. */
    public void notPlayed(Settings.Place place, String why) {
        notPlayed.put(place, why);
    }

    /** The tables, and below each one why places differ. */
    public String text() {
        StringBuilder text = new StringBuilder();
        notPlayed.forEach(
                (place, why) -> text.append(Paragraphs.wrap(place.word() + ": skipped: " + why)));
        for (String title : titles()) {
            scene(title, text);
        }
        return text.toString();
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
        List<String> elsewhere = new ArrayList<>();
        played.forEach(
                (place, scenes) ->
                        scenes.stream()
                                .filter(scene -> scene.title().equals(title))
                                .findFirst()
                                .ifPresentOrElse(
                                        scene -> here.put(place, scene),
                                        () -> elsewhere.add(place.word())));
        text.append('\n').append(title).append("\n\n");
        line(text, "", "", here.keySet().stream().map(Settings.Place::word).toList());
        List<Alignment.Row> all = new ArrayList<>();
        for (Moment.Part part : Moment.Part.values()) {
            Alignment alignment = new Alignment();
            here.values().forEach(scene -> alignment.add(Moment.of(scene, part)));
            text.append("  ").append(part.title()).append('\n');
            for (Alignment.Row row : alignment.rows()) {
                String mark = row.isMissingSomewhere() ? "*" : "";
                List<String> times = row.timesNs().stream().map(Comparison::time).toList();
                line(text, mark, "  " + row.what(), times);
            }
            all.addAll(alignment.rows());
        }
        reasons(text, Reasons.of(all), elsewhere);
    }

    private static void reasons(StringBuilder text, List<String> reasons, List<String> elsewhere) {
        text.append('\n');
        if (reasons.isEmpty()) {
            text.append("The same everywhere, but for the time it took.\n");
        }
        reasons.forEach(why -> text.append(Paragraphs.wrap("* " + why)));
        if (!elsewhere.isEmpty()) {
            text.append(
                    Paragraphs.wrap(
                            "* On "
                                    + String.join(", ", elsewhere)
                                    + " the story has no such scene, and says why."));
        }
    }

    private static void line(StringBuilder text, String mark, String what, List<String> cells) {
        String shown = what.length() <= WHAT ? what : what.substring(0, WHAT - 3) + "...";
        StringBuilder line = new StringBuilder(ROW.formatted(mark, shown));
        cells.forEach(cell -> line.append(" %9s".formatted(cell)));
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String time(Long timeNs) {
        return timeNs == null ? "-" : TimeText.of(timeNs);
    }
}
