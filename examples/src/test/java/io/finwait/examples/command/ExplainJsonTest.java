package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.json.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The objects of {@code explain --json}: the names and types that scripts rely on. */
class ExplainJsonTest {

    private static final Map<String, Class<?>> TYPES =
            Map.ofEntries(
                    Map.entry("stream", Number.class),
                    Map.entry("opener", Map.class),
                    Map.entry("other", Map.class),
                    Map.entry("openerIsSure", Boolean.class),
                    Map.entry("firstNs", Number.class),
                    Map.entry("lastNs", Number.class),
                    Map.entry("packets", Number.class),
                    Map.entry("connState", String.class),
                    Map.entry("history", String.class),
                    Map.entry("ending", String.class),
                    Map.entry("closedFirst", Number.class),
                    Map.entry("verdict", String.class),
                    Map.entry("reasons", List.class),
                    Map.entry("seenBy", List.class),
                    Map.entry("timeWait", String.class),
                    Map.entry("remarks", List.class),
                    Map.entry("file", String.class));

    private static final Map<String, Class<?>> TYPES_OF_A_SIDE =
            Map.ofEntries(
                    Map.entry("address", String.class),
                    Map.entry("packets", Number.class),
                    Map.entry("textOctets", Number.class),
                    Map.entry("unacknowledgedOctets", Number.class),
                    Map.entry("missingOctets", Number.class),
                    Map.entry("againSegments", Number.class),
                    Map.entry("zeroWindows", Number.class),
                    Map.entry("damaged", Number.class),
                    Map.entry("finPacket", Number.class),
                    Map.entry("state", String.class),
                    Map.entry("stateSinceNs", Number.class),
                    Map.entry("stateIsAssumed", Boolean.class));

    private static final Map<String, Class<?>> TYPES_OF_A_REASON =
            Map.of("cause", String.class, "evidence", String.class, "packets", List.class);

    private static final Pattern NAME = Pattern.compile("`([a-zA-Z]+)`");

    @TempDir private static Path folder;
    private static final List<Map<String, Object>> OBJECTS = new ArrayList<>();

    @BeforeAll
    static void captureStories() {
        for (String story : List.of("close", "unread-data", "half-close", "reset-by-peer")) {
            String file = folder.resolve(story + ".pcapng").toString();
            assertThat(CommandRun.of(story, "--pcap", file).code()).isZero();
            CommandRun run = CommandRun.of("explain", "--json", file);
            run.out().lines().forEach(line -> OBJECTS.add(new Json().toType(line, Json.MAP_TYPE)));
        }
    }

    private static void has(Map<String, Class<?>> types, Object object) {
        Map<?, ?> map = (Map<?, ?>) object;
        assertThat(new TreeSet<>(map.keySet())).isEqualTo(new TreeSet<Object>(types.keySet()));
        types.forEach((name, type) -> assertThat(map.get(name)).as(name).isInstanceOf(type));
    }

    @Test
    void haveTheseNamesAndTypes() {
        assertThat(OBJECTS).hasSizeGreaterThanOrEqualTo(4);
        int reasons = 0;
        for (Map<String, Object> object : OBJECTS) {
            has(TYPES, object);
            has(TYPES_OF_A_SIDE, object.get("opener"));
            has(TYPES_OF_A_SIDE, object.get("other"));
            for (Object reason : (List<?>) object.get("reasons")) {
                has(TYPES_OF_A_REASON, reason);
                reasons++;
            }
        }
        assertThat(reasons).isGreaterThan(1);
    }

    @Test
    void areDescribedNameByName() throws IOException {
        String page = Files.readString(Path.of("../docs/explain.md"));
        String section = page.substring(page.indexOf("## JSON"), page.indexOf("## As a library"));
        TreeSet<String> described = new TreeSet<>();
        Matcher names = NAME.matcher(section);
        while (names.find()) {
            described.add(names.group(1));
        }
        assertThat(described)
                .containsAll(TYPES.keySet())
                .containsAll(TYPES_OF_A_SIDE.keySet())
                .containsAll(TYPES_OF_A_REASON.keySet());
    }
}
