package io.finwait.sim.script;

import java.util.Map;

/** Names and numbers of errors, as on Linux. */
final class Errno {

    private static final Map<String, Integer> NUMBERS =
            Map.ofEntries(
                    Map.entry("EPERM", 1),
                    Map.entry("ENOENT", 2),
                    Map.entry("EBADF", 9),
                    Map.entry("EAGAIN", 11),
                    Map.entry("EFAULT", 14),
                    Map.entry("EEXIST", 17),
                    Map.entry("EINVAL", 22),
                    Map.entry("EPIPE", 32),
                    Map.entry("EADDRINUSE", 98),
                    Map.entry("ECONNABORTED", 103),
                    Map.entry("ECONNRESET", 104),
                    Map.entry("EISCONN", 106),
                    Map.entry("ENOTCONN", 107),
                    Map.entry("ETIMEDOUT", 110),
                    Map.entry("ECONNREFUSED", 111),
                    Map.entry("EHOSTUNREACH", 113),
                    Map.entry("EALREADY", 114),
                    Map.entry("EINPROGRESS", 115));

    private Errno() {}

    /** One name of those that mean the same. */
    static String canonical(String name) {
        return name.equals("EWOULDBLOCK") ? "EAGAIN" : name;
    }

    /** The number of an error; 0 for the empty name. */
    static int number(String name) {
        if (name.isEmpty()) {
            return 0;
        }
        Integer number = NUMBERS.get(canonical(name));
        if (number == null) {
            throw new UnsupportedScriptException("error " + name);
        }
        return number;
    }

    /** The name of a number, for messages; the number itself when it has none. */
    static String describe(int number) {
        return NUMBERS.entrySet().stream()
                .filter(entry -> entry.getValue() == number)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Integer.toString(number));
    }
}
