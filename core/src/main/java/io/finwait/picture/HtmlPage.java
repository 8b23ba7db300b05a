package io.finwait.picture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One page of HTML to look at ladders closely: with time to scale or event by event, the fields of
 * each segment, both ends' states and windows at the moment under the pointer, sequence numbers and
 * windows over time, and a slider that plays it. The page holds everything it needs: it loads
 * nothing, and runs no script but its own.
 *
 * <pre>{@code
 * Files.writeString(file, new HtmlPage("Two connections").add(first).add(second, words).render());
 * }</pre>
 */
public final class HtmlPage {

    private static final String[] SCRIPTS = {
        "model.js", "layout.js", "ladder.js", "plots.js", "page.js"
    };

    private static final Pattern PART = Pattern.compile("\\$[A-Z_]+");

    /**
     * Words about a ladder.
     *
     * @param heading what they are: {@code cause}, for instance
     * @param text a sentence; {@code #12} leads to that packet
     */
    public record Words(String heading, String text) {}

    private record Entry(Ladder ladder, List<Words> words) {}

    private final String title;
    private final List<Entry> entries = new ArrayList<>();

    /**
     * A page without ladders.
     *
     * @param title its heading
     */
    public HtmlPage(String title) {
        this.title = Objects.requireNonNull(title, "title");
    }

    /** Adds a ladder, which its own title or else its ends' names stand for. */
    public HtmlPage add(Ladder ladder) {
        return add(ladder, List.of());
    }

    /** Adds a ladder and words about it. */
    public HtmlPage add(Ladder ladder, List<Words> words) {
        entries.add(new Entry(Objects.requireNonNull(ladder, "ladder"), List.copyOf(words)));
        return this;
    }

    /** The whole page. */
    public String render() {
        String css = resource("page.css");
        StringBuilder script = new StringBuilder("'use strict';\n");
        for (String each : SCRIPTS) {
            script.append(resource(each));
        }
        Map<String, String> parts =
                Map.of(
                        "$TITLE", Svg.escape(title),
                        "$CSS_HASH", hash(css),
                        "$SCRIPT_HASH", hash(script.toString()),
                        "$CSS", css,
                        "$SCRIPT", script.toString(),
                        "$DATA", data());
        // In one pass, so that nothing is replaced inside what was put in.
        return PART.matcher(resource("page.html"))
                .replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group())));
    }

    /** JSON in which no markup can begin. */
    private String data() {
        JsonText json = new JsonText().beginObject().name("title").text(title).name("ladders");
        json.beginArray();
        for (Entry each : entries) {
            new LadderJson(json).write(each.ladder, each.words);
        }
        return json.endArray().endObject().toString();
    }

    /** The policy allows these octets to run, and nothing else (CSP level 2). */
    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlPage.class.getResourceAsStream("page/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the page's own file " + name + " can't be read", e);
        }
    }
}
