package io.finwait.sim.tcp.matrix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The committed list of requirements, in the groups of its headings. */
final class Requirements {

    private static final String FILE = "requirements.list";

    /**
     * One requirement.
     *
     * @param level the RFC's keyword, with its number where it has one
     * @param text the requirement in one line
     * @param source where it comes from
     * @param deviation why we do otherwise, or empty
     * @param later what it waits for, or empty
     */
    record Entry(
            String id, String level, String text, String source, String deviation, String later) {}

    private final Map<String, List<Entry>> groups = new LinkedHashMap<>();

    private Requirements() {}

    static Requirements read() {
        try (InputStream in = Requirements.class.getResourceAsStream(FILE)) {
            Requirements requirements = new Requirements();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String group = "";
            for (String line : text.lines().toList()) {
                if (line.startsWith("# ")) {
                    group = line.substring(2);
                } else if (!line.isBlank() && !line.startsWith("//")) {
                    requirements
                            .groups
                            .computeIfAbsent(group, name -> new ArrayList<>())
                            .add(entry(line));
                }
            }
            return requirements;
        } catch (IOException e) {
            throw new AssertionError(FILE, e);
        }
    }

    private static Entry entry(String line) {
        String[] columns = line.split("\\|", -1);
        if (columns.length < 4 || columns.length > 5) {
            throw new AssertionError(FILE + " has a line of " + columns.length + ": " + line);
        }
        String remark = columns.length == 5 ? columns[4].strip() : "";
        return new Entry(
                columns[0].strip(),
                columns[1].strip(),
                columns[2].strip(),
                columns[3].strip(),
                behind("deviation:", remark),
                behind("later:", remark));
    }

    private static String behind(String word, String remark) {
        return remark.startsWith(word) ? remark.substring(word.length()).strip() : "";
    }

    Map<String, List<Entry>> groups() {
        return groups;
    }

    List<Entry> all() {
        return groups.values().stream().flatMap(List::stream).toList();
    }
}
