package io.finwait.sim.script;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes results as JUnit XML, which continuous integration systems read. */
public final class JUnitReport {

    private JUnitReport() {}

    /**
     * Writes a report; times are virtual.
     *
     * @throws IOException when the file can't be written
     */
    public static void write(Path file, String suite, List<ScriptResult> results)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            XMLStreamWriter xml =
                    XMLOutputFactory.newInstance().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", suite);
            xml.writeAttribute("tests", Integer.toString(results.size()));
            xml.writeAttribute("failures", count(results, ScriptResult.Outcome.FAILED));
            xml.writeAttribute("skipped", count(results, ScriptResult.Outcome.SKIPPED));
            xml.writeAttribute("errors", "0");
            for (ScriptResult result : results) {
                write(xml, suite, result);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException("the report can't be written to " + file, e);
        }
    }

    private static String count(List<ScriptResult> results, ScriptResult.Outcome outcome) {
        return Long.toString(results.stream().filter(r -> r.outcome() == outcome).count());
    }

    private static void write(XMLStreamWriter xml, String suite, ScriptResult result)
            throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", suite);
        xml.writeAttribute("name", result.name());
        xml.writeAttribute(
                "time",
                BigDecimal.valueOf(result.virtualNs(), 9).stripTrailingZeros().toPlainString());
        switch (result.outcome()) {
            case PASSED -> {
                // A test case without more has passed.
            }
            case FAILED -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", clean(result.reason()));
                xml.writeCharacters(clean(result.report()));
                xml.writeEndElement();
            }
            case SKIPPED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", clean(result.reason()));
            }
        }
        xml.writeEndElement();
    }

    /** XML 1.0 has no place for control characters, not even escaped. */
    private static String clean(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]", "?");
    }
}
