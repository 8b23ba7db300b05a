package io.finwait.sim.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The scripts of this project: one or more for each requirement that a script can show. Those in
 * folder {@code linux} show what profile linux does in its own way.
 */
final class OwnScripts {

    private OwnScripts() {}

    static Path folder() {
        try {
            URI resource = OwnScripts.class.getResource("/scripts").toURI();
            return Path.of(resource);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static List<Path> files() {
        try (Stream<Path> files = Files.walk(folder())) {
            return files.filter(f -> f.toString().endsWith(".pkt")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a script is run. */
    static ScriptOptions options(Path file) {
        boolean linux = folder().relativize(file).startsWith("linux");
        return ScriptOptions.DEFAULT
                .withProfile(linux ? Profile.LINUX : Profile.RFC)
                .withStrictEnd(true);
    }

    static PacketScript read(Path file) {
        try {
            return PacketScript.of(file, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
