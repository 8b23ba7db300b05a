import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Plants faults, one at a time, and tells which test fails: how good a net the tests are. Nothing
 * in the tree changes: the class with the fault is compiled into a folder of its own, which stands
 * in front of the good ones.
 *
 * <pre>
 * java build/Plant.java build/faults.txt CLASSPATH [WORD...]
 * </pre>
 *
 * Everything must have been compiled. The class path holds the libraries of the tests and JUnit's
 * console launcher (junit-platform-console-standalone). With words, only faults are planted whose
 * head has one of them. A fault is written so, and its text must stand in the file exactly once:
 *
 * <pre>
 * @ what it breaks | Seq.java | core:SeqTest sim:OwnScriptsTest
 * - return a - b &lt; 0;
 * + return a &lt; b;
 * </pre>
 */
public final class Plant {

    private static final int MOST_SECONDS = 120;
    private static final Pattern FAILED = Pattern.compile("(?m)^  JUnit Jupiter:(.+)$");
    private static final List<String> MODULES =
            List.of("core", "transport-sim", "transport-nio", "transport-raw", "examples");

    private final String libraries;

    private record Fault(
            String name, String file, List<String> tests, String text, String instead) {}

    private Plant(String libraries) {
        this.libraries = libraries;
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("java build/Plant.java build/faults.txt CLASSPATH [WORD...]");
            System.exit(2);
        }
        Plant plant = new Plant(args[1]);
        List<String> words = Arrays.asList(args).subList(2, args.length);
        int survived = 0;
        int planted = 0;
        for (Fault fault : read(Path.of(args[0]))) {
            String head = fault.name + " " + fault.file;
            if (!words.isEmpty() && words.stream().noneMatch(head::contains)) {
                continue;
            }
            String told = plant.plant(fault);
            planted++;
            survived += told.startsWith("**") ? 1 : 0;
            System.out.printf("| %s | `%s` | %s |%n", fault.name, fault.file, told);
        }
        System.out.printf("%d planted, %d not noticed%n", planted, survived);
        System.exit(survived == 0 ? 0 : 1);
    }

    private static List<Fault> read(Path list) throws IOException {
        List<Fault> faults = new ArrayList<>();
        String[] head = null;
        List<String> text = new ArrayList<>();
        List<String> instead = new ArrayList<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(list));
        lines.add("@ end | end | end");
        for (String line : lines) {
            if (line.startsWith("@ ")) {
                if (head != null) {
                    List<String> tests = List.of(head[2].strip().split("\\s+"));
                    faults.add(
                            new Fault(
                                    head[0].strip(),
                                    head[1].strip(),
                                    tests,
                                    String.join("\n", text),
                                    String.join("\n", instead)));
                }
                head = line.substring(2).split("\\|", -1);
                text.clear();
                instead.clear();
            } else if (line.startsWith("- ")) {
                text.add(line.substring(2));
            } else if (line.startsWith("+ ")) {
                instead.add(line.substring(2));
            }
        }
        return faults;
    }

    /** What came of it: names of tests that failed, or why there are none. */
    private String plant(Fault fault) throws Exception {
        Path source = find(MODULES, "src/main/java", fault.file);
        String code = Files.readString(source);
        int at = code.indexOf(fault.text);
        if (at < 0 || code.indexOf(fault.text, at + 1) >= 0) {
            return "**its text stands there " + (at < 0 ? "no more" : "more than once") + "**";
        }
        Path folder = Files.createTempDirectory("planted");
        try {
            Path changed = folder.resolve(source.getFileName());
            String faulty = code.replace(fault.text, fault.instead);
            Files.writeString(changed, faulty);
            String problem = compile(changed, folder);
            return problem.isEmpty() ? firstToFail(fault, folder) : "**" + problem + "**";
        } finally {
            delete(folder);
        }
    }

    private static Path find(List<String> modules, String below, String file) throws IOException {
        for (String module : modules) {
            try (Stream<Path> all = Files.walk(Path.of(module, below))) {
                List<Path> found = all.filter(each -> each.endsWith(file)).toList();
                if (found.size() > 1) {
                    throw new IOException(file + " is ambiguous: write a folder before it");
                }
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        throw new IOException("there is no " + file);
    }

    private String compile(Path file, Path folder) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-nowarn",
                        "-d",
                        folder.toString(),
                        "-cp",
                        classes("", false));
        boolean good;
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjects(file);
            good = compiler.getTask(messages, files, null, options, null, units).call();
        } catch (IOException e) {
            return e.toString();
        }
        return good
                ? ""
                : "does not compile: " + messages.toString().lines().findFirst().orElse("");
    }

    /** The classes of all modules from the root, or of those that a module's tests see. */
    private String classes(String testsOf, boolean absolute) {
        List<String> path = new ArrayList<>();
        if (!testsOf.isEmpty()) {
            path.add(Path.of(testsOf, "target/test-classes").toAbsolutePath().toString());
        }
        for (String module : MODULES) {
            Path classes = Path.of(module, "target/classes");
            path.add(absolute ? classes.toAbsolutePath().toString() : classes.toString());
            if (module.equals(testsOf)) {
                break;
            }
        }
        return String.join(File.pathSeparator, path) + File.pathSeparator + libraries;
    }

    private String firstToFail(Fault fault, Path folder) throws Exception {
        for (String test : fault.tests) {
            String module = module(test.substring(0, test.indexOf(':')));
            String name = test.substring(test.indexOf(':') + 1);
            String failed = run(module, name, folder);
            if (!failed.isEmpty()) {
                return failed;
            }
        }
        return "**nothing**";
    }

    private static String module(String word) {
        return switch (word) {
            case "sim", "nio", "raw" -> "transport-" + word;
            default -> word;
        };
    }

    private String run(String module, String test, Path folder) throws Exception {
        Path file = find(List.of(module), "src/test/java", test + ".java");
        String name = Path.of(module, "src/test/java").relativize(file).toString();
        name = name.replace(".java", "").replace('/', '.').replace('\\', '.');
        Path out = folder.resolve("out.txt");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-ea",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                folder + File.pathSeparator + classes(module, true),
                                "org.junit.platform.console.ConsoleLauncher",
                                "execute",
                                "--disable-banner",
                                "--details=none",
                                "--disable-ansi-colors",
                                "--select-class=" + name)
                        .directory(new File(module))
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return "`" + test + "` does not end";
        }
        if (process.exitValue() == 0) {
            return "";
        }
        Matcher failed = FAILED.matcher(Files.readString(out));
        List<String> names = new ArrayList<>();
        while (failed.find()) {
            names.add(failed.group(1));
        }
        if (names.isEmpty()) {
            return "**"
                    + test
                    + " could not be run: "
                    + Files.readString(out).lines().findFirst()
                    + "**";
        }
        String more = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
        return "`" + names.get(0).replaceAll("\\(.*?\\)", "").replace(':', '.') + "`" + more;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }
}
