package io.finwait.raw;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Whether this machine is one whose system calls are known here, and its errors in words. */
final class Linux {

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(Libc.EPERM, "EPERM"),
                    Map.entry(Libc.ENOENT, "ENOENT"),
                    Map.entry(Libc.EIO, "EIO"),
                    Map.entry(Libc.ENXIO, "ENXIO"),
                    Map.entry(Libc.EAGAIN, "EAGAIN"),
                    Map.entry(Libc.EACCES, "EACCES"),
                    Map.entry(Libc.EBUSY, "EBUSY"),
                    Map.entry(Libc.EEXIST, "EEXIST"),
                    Map.entry(Libc.ENODEV, "ENODEV"),
                    Map.entry(Libc.EINVAL, "EINVAL"),
                    Map.entry(Libc.ENOSYS, "ENOSYS"),
                    Map.entry(Libc.ESRCH, "ESRCH"),
                    Map.entry(Libc.E2BIG, "E2BIG"),
                    Map.entry(Libc.ERANGE, "ERANGE"),
                    Map.entry(Libc.EBADFD, "EBADFD"),
                    Map.entry(Libc.EOPNOTSUPP, "EOPNOTSUPP"),
                    Map.entry(Libc.EMSGSIZE, "EMSGSIZE"),
                    Map.entry(Libc.EAFNOSUPPORT, "EAFNOSUPPORT"),
                    Map.entry(Libc.ENETDOWN, "ENETDOWN"),
                    Map.entry(Libc.ENOBUFS, "ENOBUFS"));

    private Linux() {}

    /**
     * Refuses to go on where the system calls would not mean what they mean on Linux.
     *
     * @throws UncheckedIOException saying what to do instead
     */
    static void require() {
        require(System.getProperty("os.name"), System.getProperty("os.arch"));
        try {
            new Libc();
        } catch (IllegalCallerException | LinkageError e) {
            throw failure(
                    "this JVM denies native access to a TUN device; start java with"
                            + " --enable-native-access=io.finwait.raw on the module path, or with"
                            + " --enable-native-access=ALL-UNNAMED on the class path",
                    e);
        }
    }

    static void require(String osName, String architecture) {
        if (!osName.equals("Linux")) {
            throw failure(
                    "a TUN device is opened through Linux system calls, and this is "
                            + osName
                            + "; use the sim: or udp: transport here",
                    null);
        }
        // The numbers of the ioctls differ on PowerPC, MIPS and SPARC.
        if (!architecture.matches("amd64|x86_64|aarch64|riscv64")) {
            throw failure(
                    "the system calls for a TUN device are known for amd64, aarch64 and riscv64,"
                            + " and this is "
                            + architecture
                            + "; use the sim: or udp: transport here",
                    null);
        }
    }

    /** An exception whose message is one sentence that says what to do. */
    static UncheckedIOException failure(String sentence, Throwable cause) {
        return new UncheckedIOException(sentence, new IOException(sentence, cause));
    }

    /**
     * The exception for a system call that failed.
     *
     * @param what the sentence, up to the reason
     * @param negativeErrno what the call returned
     */
    static UncheckedIOException failure(String what, long negativeErrno) {
        return failure(what + " (" + name(negativeErrno) + ")", null);
    }

    static String name(long negativeErrno) {
        if (negativeErrno == 0) {
            return "end of file";
        }
        int errno = (int) -negativeErrno;
        return NAMES.getOrDefault(errno, "errno " + errno);
    }
}
