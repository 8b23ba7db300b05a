package io.finwait.sim.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A test in packetdrill's notation: calls of the socket API, segments that are injected, segments
 * that are expected, each at its time. The package describes the language.
 *
 * <p>A script is immutable.
 */
public final class PacketScript {

    private final Source source;
    private final List<Option> options;
    private final String initCommand;
    private final List<Event> events;
    private final String cleanupCommand;
    private final boolean everyBlockExcluded;

    PacketScript(
            Source source,
            List<Option> options,
            String initCommand,
            List<Event> events,
            String cleanupCommand,
            boolean everyBlockExcluded) {
        this.source = source;
        this.options = List.copyOf(options);
        this.initCommand = initCommand;
        this.events = events;
        this.cleanupCommand = cleanupCommand;
        this.everyBlockExcluded = everyBlockExcluded;
    }

    /**
     * Reads a script.
     *
     * @throws ScriptSyntaxException when it is not in the language
     */
    public static PacketScript of(String text) {
        return of("script", text, Map.of());
    }

    /**
     * Reads a script.
     *
     * @param name what error messages call it
     * @param definitions what {@code -D NAME=VALUE} defines: {@code #ifdef} asks for the names, and
     *     words are replaced by the values ({@code "…"} is a string, {@code `…`} a command)
     * @throws ScriptSyntaxException when it is not in the language
     */
    public static PacketScript of(String name, String text, Map<String, String> definitions) {
        return new Parser(new Source(name, text), definitions).script();
    }

    /**
     * Reads a script from a file in UTF-8.
     *
     * @throws IOException when the file can't be read
     * @throws ScriptSyntaxException when it is not in the language
     */
    public static PacketScript of(Path file, Map<String, String> definitions) throws IOException {
        return of(file.toString(), Files.readString(file), definitions);
    }

    /** Runs the script with the defaults. */
    public ScriptResult run() {
        return run(ScriptOptions.DEFAULT);
    }

    /**
     * Runs the script against an endpoint of its own, in virtual time. A script may be run any
     * number of times, and several at once on different threads.
     *
     * @throws ScriptSyntaxException when the value of an option is none
     */
    public ScriptResult run(ScriptOptions options) {
        ScriptSettings settings;
        try {
            settings = ScriptSettings.of(this, options);
        } catch (UnsupportedScriptException e) {
            return new ScriptResult(
                    name(),
                    ScriptResult.Outcome.SKIPPED,
                    0,
                    e.getMessage(),
                    "%s was skipped: %s%n".formatted(name(), e.getMessage()),
                    0);
        }
        StackConfig stack = new StackConfig(this, options, settings);
        return new ScriptRun(this, options, settings, stack::create).run();
    }

    /** What error messages call it. */
    public String name() {
        return source.name();
    }

    Source source() {
        return source;
    }

    List<Option> options() {
        return options;
    }

    /** The command in front of the first event, empty when there is none. */
    String initCommand() {
        return initCommand;
    }

    List<Event> events() {
        return events;
    }

    /** The command behind the last event, empty when there is none. */
    String cleanupCommand() {
        return cleanupCommand;
    }

    /**
     * True when there are {@code #ifdef} blocks and all were left out: the script checks nothing.
     */
    boolean everyBlockExcluded() {
        return everyBlockExcluded;
    }

    /** The script in a uniform shape, without comments and without what {@code #ifdef} left out. */
    @Override
    public String toString() {
        return Printer.script(this);
    }
}
