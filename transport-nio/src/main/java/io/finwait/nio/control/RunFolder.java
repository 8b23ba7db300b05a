package io.finwait.nio.control;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The folder of the control sockets, which nobody but its owner may enter. */
final class RunFolder {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private RunFolder() {}

    /**
     * {@code finwait} in {@code XDG_RUNTIME_DIR}; where there is none {@code finwait-USER} in the
     * folder for temporary files.
     */
    static Path path() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime != null && !runtime.isEmpty()
                ? Path.of(runtime, "finwait")
                : Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "finwait-" + System.getProperty("user.name"));
    }

    /**
     * Makes the folder when it is not there, and checks that it is ours alone: in a folder that
     * everybody may write to, another user may have made it first.
     */
    static void require(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            // It is checked below.
        }
        PosixFileAttributes found =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        boolean ours =
                found.isDirectory()
                        && found.permissions().equals(OWNER_ONLY)
                        && found.owner().getName().equals(System.getProperty("user.name"));
        if (!ours) {
            throw new IOException(
                    "'"
                            + folder
                            + "' is no folder that is ours alone: remove it, give it the mode 700,"
                            + " or set XDG_RUNTIME_DIR to a folder of your own");
        }
    }
}
