import com.google.googlejavaformat.java.Main;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks the format of every Java file below a folder, or with "write" rewrites them. Files that
 * have not changed since the last good run are passed over.
 */
public final class Format {

    private Format() {}

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        boolean write = args[1].equals("write");
        Path stamp = root.resolve("target/format/good");
        FileTime good = Files.exists(stamp) ? Files.getLastModifiedTime(stamp) : null;
        List<String> command = new ArrayList<>(List.of("--aosp", "--skip-javadoc-formatting"));
        command.addAll(write ? List.of("-i") : List.of("--dry-run", "--set-exit-if-changed"));
        int options = command.size();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .filter(file -> good == null || modified(file).compareTo(good) >= 0)
                    .sorted()
                    .forEach(file -> command.add(file.toString()));
        }
        if (command.size() == options) {
            return;
        }
        FileTime begun = FileTime.fromMillis(System.currentTimeMillis() - 1_000);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit =
                new Main(new PrintWriter(out), new PrintWriter(err), System.in)
                        .format(command.toArray(String[]::new));
        System.err.print(err);
        if (exit != 0) {
            System.err.print(out);
            System.err.println(
                    "These files are not formatted; run: mvn -N process-sources -Dformat=write");
            System.exit(exit);
        }
        if (!write) {
            Files.createDirectories(stamp.getParent());
            Files.writeString(stamp, "");
            Files.setLastModifiedTime(stamp, begun);
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
