import com.google.googlejavaformat.java.Main;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks the format of every Java file below a folder, or with "write" rewrites them. */
public final class Format {

    private Format() {}

    public static void main(String[] args) throws Exception {
        boolean write = args[1].equals("write");
        List<String> command = new ArrayList<>(List.of("--aosp", "--skip-javadoc-formatting"));
        command.addAll(write ? List.of("-i") : List.of("--dry-run", "--set-exit-if-changed"));
        try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .sorted()
                    .forEach(file -> command.add(file.toString()));
        }
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
        }
        System.exit(exit);
    }
}
