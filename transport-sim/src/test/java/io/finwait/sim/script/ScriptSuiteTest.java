package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

/** Many scripts at once, and the report of them. */
class ScriptSuiteTest {

    @TempDir Path folder;

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<ScriptResult> runAll(Map<String, String> definitions) throws Exception {
        ScriptSuite suite = new ScriptSuite(ScriptOptions.DEFAULT, definitions, 2);
        List<ScriptResult> told = new ArrayList<>();
        List<ScriptResult> results = suite.run(ScriptSuite.find(List.of(folder)), told::add);
        assertThat(told).isEqualTo(results);
        return results;
    }

    @Test
    void resultsComeInTheOrderOfTheFiles() throws Exception {
        write("c.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+0 = LISTEN\n");
        write("a.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+1 close(3) = 0\n");
        write("b/x.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+0 pipe() = 1\n");
        write("d.pkt", "0 socket(\n");
        write("notes.txt", "no script");
        assertThat(runAll(Map.of()))
                .extracting(r -> folder.relativize(Path.of(r.name())) + " " + r.outcome())
                .containsExactly("a.pkt PASSED", "b/x.pkt SKIPPED", "c.pkt FAILED", "d.pkt FAILED");
    }

    @Test
    void definitionsAreAddedToThoseOfTheProfile() throws Exception {
        write(
                "a.pkt",
                """
                0 socket(..., SOCK_STREAM, 0) = 3
                #ifdef STANDARD
                +0 = CLOSED
                #endif
                #ifdef MINE
                +0 = LISTEN
                #endif
                """);
        assertThat(runAll(Map.of())).allMatch(ScriptResult::passed);
        assertThat(runAll(Map.of("MINE", "1"))).noneMatch(ScriptResult::passed);
    }

    @Test
    void aPathThatDoesNotExistIsAnError() {
        assertThatThrownBy(() -> ScriptSuite.find(List.of(folder.resolve("nothing.pkt"))))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> new ScriptSuite(ScriptOptions.DEFAULT, Map.of(), 0))
                .hasMessage("0 threads; choose 1 or more");
    }

    @Test
    void theReportIsJUnitXml() throws Exception {
        write("a.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+1 close(3) = 0\n");
        write("b.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+0 = LISTEN // < & >\n");
        write("c.pkt", "0 socket(..., SOCK_STREAM, 0) = 3\n+0 pipe() = 1\n");
        Path report = folder.resolve("report.xml");
        JUnitReport.write(report, "mine", runAll(Map.of()));
        Element root =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(report.toFile())
                        .getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("testsuite");
        assertThat(root.getAttribute("tests")).isEqualTo("3");
        assertThat(root.getAttribute("failures")).isEqualTo("1");
        assertThat(root.getAttribute("skipped")).isEqualTo("1");
        Element passed = (Element) root.getElementsByTagName("testcase").item(0);
        assertThat(passed.getAttribute("time")).isEqualTo("1");
        Element failure = (Element) root.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message"))
                .isEqualTo("state: expected LISTEN, came CLOSED");
        assertThat(failure.getTextContent()).contains("+0 = LISTEN // < & >");
        Element skipped = (Element) root.getElementsByTagName("skipped").item(0);
        assertThat(skipped.getAttribute("message")).isEqualTo("system call pipe");
    }
}
