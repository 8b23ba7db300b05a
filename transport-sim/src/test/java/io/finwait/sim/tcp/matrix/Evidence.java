package io.finwait.sim.tcp.matrix;

import io.finwait.sim.Requirement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which tests show which requirement: rows of the matrix name theirs, tests of this module are
 * annotated with {@link Requirement}, tests of core and packet scripts begin their names with ids
 * ({@code d04_nothing_else_restarts}, {@code d07-no-ack-bit.pkt}), and a script may name them at
 * the beginning of its first line as well ({@code // G06 (RFC 6298 §3): ...}).
 */
final class Evidence {

    private static final Path CORE_TESTS = Path.of("..", "core", "src", "test", "java");
    private static final Path SCRIPTS = Path.of("src", "test", "resources", "scripts");

    private static final Pattern NAMED_TEST =
            Pattern.compile(
                    "@(?:Test|ParameterizedTest\\s+@\\w+Source\\([^)]*\\))\\s+"
                            + "void ((?:[a-pt]\\d\\d_)+)(\\w+)\\(");

    private static final Pattern NAMED_SCRIPT = Pattern.compile("((?:[a-pt]\\d\\d-)+).*\\.pkt");

    private static final Pattern FIRST_LINE =
            Pattern.compile("// ((?:[A-PT]-?\\d\\d, )*[A-PT]-?\\d\\d)\\b");

    private static final Pattern ID = Pattern.compile("([a-ptA-PT])-?(\\d\\d)");

    /** By id: for each table of the matrix, how many cells. */
    private final Map<String, Map<String, Set<String>>> cells = new TreeMap<>();

    /** By id: names of tests and scripts. */
    private final Map<String, Set<String>> tests = new TreeMap<>();

    private Evidence() {}

    static Evidence collect(List<Table> tables) {
        Evidence evidence = new Evidence();
        try {
            tables.forEach(evidence::addTable);
            evidence.addAnnotated();
            evidence.addNamedTests();
            evidence.addScripts();
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
        return evidence;
    }

    private void addTable(Table table) {
        String number = table.title().substring(0, table.title().indexOf(' '));
        for (Row row : table.rows()) {
            for (String id : row.ids()) {
                cells.computeIfAbsent(id, key -> new TreeMap<>())
                        .computeIfAbsent(number, key -> new TreeSet<>())
                        .add(row.state() + row.event());
            }
        }
    }

    private void addAnnotated() throws IOException, URISyntaxException {
        Path classes =
                Path.of(Evidence.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        for (Path file : files(classes, ".class")) {
            String path = classes.relativize(file).toString().replace('\\', '/');
            String name = path.substring(0, path.length() - 6).replace('/', '.');
            for (Method method : load(name).getDeclaredMethods()) {
                Requirement requirement = method.getAnnotation(Requirement.class);
                if (requirement != null) {
                    addAnnotated(method, requirement);
                }
            }
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Evidence.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    private void addAnnotated(Method method, Requirement requirement) {
        String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        if (!method.isAnnotationPresent(Test.class)
                && !method.isAnnotationPresent(ParameterizedTest.class)
                && !method.isAnnotationPresent(TestFactory.class)) {
            throw new AssertionError(name + " is annotated with @Requirement and is no test");
        }
        for (String id : requirement.value()) {
            add(id, name);
        }
    }

    private void addNamedTests() throws IOException {
        for (Path file : files(CORE_TESTS, ".java")) {
            String type = file.getFileName().toString().replace(".java", "");
            Matcher matcher = NAMED_TEST.matcher(Files.readString(file));
            while (matcher.find()) {
                addAll(matcher.group(1), type + "." + matcher.group(1) + matcher.group(2));
            }
        }
    }

    private void addScripts() throws IOException {
        for (Path file : files(SCRIPTS, ".pkt")) {
            String script = SCRIPTS.relativize(file).toString().replace('\\', '/');
            Matcher name = NAMED_SCRIPT.matcher(file.getFileName().toString());
            if (name.matches()) {
                addAll(name.group(1), script);
            }
            Matcher firstLine = FIRST_LINE.matcher(Files.readString(file));
            if (firstLine.lookingAt()) {
                addAll(firstLine.group(1), script);
            }
        }
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private void addAll(String ids, String name) {
        Matcher matcher = ID.matcher(ids);
        while (matcher.find()) {
            String letter = matcher.group(1).toUpperCase(Locale.ROOT);
            add(letter + (letter.equals("T") ? "-" : "") + matcher.group(2), name);
        }
    }

    private void add(String id, String name) {
        tests.computeIfAbsent(id, key -> new TreeSet<>()).add(name);
    }

    /** All ids that some test names. */
    Set<String> ids() {
        Set<String> ids = new TreeSet<>(cells.keySet());
        ids.addAll(tests.keySet());
        return ids;
    }

    /** What shows a requirement, for people; empty when nothing does. */
    List<String> of(String id) {
        List<String> found = new ArrayList<>();
        cells.getOrDefault(id, Map.of())
                .forEach((number, those) -> found.add("matrix " + number + ": " + those.size()));
        tests.getOrDefault(id, Set.of()).forEach(name -> found.add("`" + name + "`"));
        return found;
    }
}
