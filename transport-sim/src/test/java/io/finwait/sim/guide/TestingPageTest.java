package io.finwait.sim.guide;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/testing.md shows is what is compiled and run here. */
class TestingPageTest {

    private static final Path PAGE = Path.of("..", "docs", "testing.md");
    private static final Path HERE = Path.of("src/test/java/io/finwait/sim/guide");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("class (\\w+) ");
    private static final int LONGEST = 27;

    private static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(Files.readString(PAGE));
        while (found.find()) {
            blocks.add(found.group(1));
        }
        return blocks;
    }

    @Test
    void eachExampleIsAClassOfThisPackage() throws IOException {
        assertThat(blocks()).hasSizeGreaterThan(5);
        for (String block : blocks()) {
            Matcher name = NAME.matcher(block);
            assertThat(name.find()).as(block).isTrue();
            String source = Files.readString(HERE.resolve(name.group(1) + ".java"));
            assertThat(source).as(name.group(1)).endsWith("\n\n" + block);
        }
    }

    @Test
    void noExampleIsLong() throws IOException {
        for (String block : blocks()) {
            assertThat(block.lines().count()).as(block).isLessThanOrEqualTo(LONGEST);
        }
    }

    @Test
    void eachClassOfThisPackageIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        try (var files = Files.list(HERE)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                if (!name.equals("TestingPageTest") && !name.equals("GuidePrograms")) {
                    assertThat(page).contains("class " + name + " ");
                }
            }
        }
    }
}
