package io.finwait.examples.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a path of a request leads. */
final class ServedFiles {

    private ServedFiles() {}

    /** The file, or null when there is none, or none inside the folder. */
    static Path find(Path root, String target) {
        try {
            String path = decode(target.split("[?#]", 2)[0]);
            if (path == null || !path.startsWith("/") || path.indexOf('\0') >= 0) {
                return null;
            }
            Path wanted = root.resolve(path.substring(1)).normalize();
            if (!wanted.startsWith(root) || !Files.exists(wanted)) {
                return null;
            }
            // A link may lead outside.
            Path real = wanted.toRealPath();
            Path file = Files.isDirectory(real) ? real.resolve("index.html") : real;
            boolean inside = file.toRealPath().startsWith(root);
            return inside && Files.isRegularFile(file) ? file : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Without percent signs; null when it is malformed. */
    private static String decode(String text) {
        byte[] octets = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()) {
                    return null;
                }
                octets[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                octets[length++] = (byte) c;
            }
        }
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }
}
