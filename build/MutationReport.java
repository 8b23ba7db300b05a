import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import javax.xml.parsers.DocumentBuilderFactory;

/**
 * Tells by class what PIT has found: how many of its changes some test has noticed, how many of
 * these by its time alone, which on a busy machine says little, and each change that none has
 * noticed.
 *
 * <pre>
 * java build/MutationReport.java transport-sim/target/pit-reports/mutations.xml
 * </pre>
 */
public final class MutationReport {

    private static final List<String> NOTICED =
            List.of("KILLED", "TIMED_OUT", "MEMORY_ERROR", "RUN_ERROR");

    private static final class Count {
        private int all;
        private int noticed;
        private int timedOut;
    }

    private MutationReport() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("java build/MutationReport.java MUTATIONS.XML");
            System.exit(2);
        }
        Document read =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(Path.of(args[0]).toFile());
        NodeList mutations = read.getElementsByTagName("mutation");
        Map<String, Count> counts = new TreeMap<>();
        List<String> survivors = new ArrayList<>();
        Count sum = new Count();
        for (int i = 0; i < mutations.getLength(); i++) {
            Element each = (Element) mutations.item(i);
            boolean noticed = NOTICED.contains(each.getAttribute("status"));
            for (Count count :
                    List.of(sum, counts.computeIfAbsent(outer(each), name -> new Count()))) {
                count.all++;
                count.noticed += noticed ? 1 : 0;
                count.timedOut += each.getAttribute("status").equals("TIMED_OUT") ? 1 : 0;
            }
            if (!noticed) {
                survivors.add(
                        "%s %s:%s %s: %s"
                                .formatted(
                                        each.getAttribute("status"),
                                        text(each, "sourceFile"),
                                        text(each, "lineNumber"),
                                        text(each, "mutatedMethod"),
                                        text(each, "description")));
            }
        }
        System.out.println(
                "| class | mutants | killed | timed out of these | % |\n|---|---|---|---|---|");
        counts.forEach((name, count) -> print("`" + name + "`", count));
        print("all", sum);
        System.out.println();
        survivors.stream().sorted().forEach(System.out::println);
    }

    private static void print(String name, Count count) {
        int percent = count.all == 0 ? 0 : 100 * count.noticed / count.all;
        System.out.printf(
                "| %s | %d | %d | %d | %d |%n",
                name, count.all, count.noticed, count.timedOut, percent);
    }

    /** The class of a file, without the package that all share and what stands inside it. */
    private static String outer(Element mutation) {
        return text(mutation, "mutatedClass").replace("io.finwait.", "").replaceAll("\\$.*", "");
    }

    private static String text(Element mutation, String tag) {
        return mutation.getElementsByTagName(tag).item(0).getTextContent();
    }
}
