package io.finwait.sim.script;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The few shell commands that suites use: settings of the system, and questions about the states of
 * sockets. Nothing is ever run.
 */
final class Shell {

    private static final Pattern SETTING =
            Pattern.compile("(?:/proc/sys/)?([a-z0-9_./]+)=(\"[^\"]*\"|\\S+)");
    private static final Pattern SOCKSTAT =
            Pattern.compile(
                    "sockstat -[46] -P tcp .*\\| grep -c (TIME_WAIT|CLOSED|SYN_RCVD) \\| grep"
                            + " ([01])");
    private static final Pattern HARMLESS =
            Pattern.compile(
                    "\\S*defaults\\.sh|\\S*sysctl_restore\\S*|ip tcp_metrics flush.*"
                            + "|ethtool -K tun0( (tso|gso|gro) off)+"
                            // Slow start ends when round trips grow: bit 1, and RFC 9406.
                            + "|echo [23] > /sys/module/tcp_cubic/parameters/hystart_detect");

    private final Supplier<StackUnderTest> stack;
    private final BooleanSupplier started;
    private String tooLate;
    private final Map<String, String> settings = new HashMap<>();

    /**
     * A shell.
     *
     * @param started whether the stack is there, which reads its settings only once
     */
    Shell(Supplier<StackUnderTest> stack, BooleanSupplier started) {
        this.stack = stack;
        this.started = started;
    }

    /** Runs the command in front of the first event. */
    void prepare(PacketScript script) {
        String joined = script.initCommand().replace("\\\n", " ");
        for (String line : joined.split("\n|&&", -1)) {
            String command = line.replaceFirst("#.*", "").strip();
            if (!command.isEmpty()) {
                run(command);
            }
        }
    }

    /**
     * A setting that a command has made.
     *
     * @param name such as {@code net.inet.tcp.insecure_rst}
     */
    String setting(String name, String otherwise) {
        return settings.getOrDefault(name, otherwise);
    }

    /** True when a setting is there and not 0. */
    boolean isSet(String name) {
        return !setting(name, "0").equals("0");
    }

    /**
     * Does what a command would do.
     *
     * @throws ScriptFailure when the command would fail
     * @throws UnsupportedScriptException when it is not one of the few
     */
    void run(String command) {
        if (HARMLESS.matcher(command).matches()) {
            return;
        }
        if (command.equals("tcpdrop -s TIME_WAIT")) {
            stack.get().dropTimeWait();
            return;
        }
        Matcher sockstat = SOCKSTAT.matcher(command);
        if (sockstat.matches()) {
            count(sockstat.group(1), Integer.parseInt(sockstat.group(2)));
            return;
        }
        if (!command.startsWith("sysctl ") && !command.contains("set_sysctls.py ")) {
            throw new UnsupportedScriptException("command `" + command + "`");
        }
        Matcher setting = SETTING.matcher(command);
        while (setting.find()) {
            set(setting.group(1).replace('/', '.'), setting.group(2).replace("\"", ""));
        }
    }

    private void set(String name, String value) {
        SystemSettings.check(name, value);
        String before = settings.put(name, value);
        if (started.getAsBoolean() && !value.equals(before)) {
            tooLate = name + "=" + value;
        }
    }

    /**
     * A new socket is about to be made.
     *
     * @throws UnsupportedScriptException when a setting was changed before it and after the first
     *     one, when the stack had read it
     */
    void newSocket() {
        if (tooLate != null) {
            throw new UnsupportedScriptException("sysctl " + tooLate + " between two sockets");
        }
    }

    private void count(String state, int expected) {
        String name = state.equals("SYN_RCVD") ? "SYN-RECEIVED" : state.replace('_', '-');
        // A script asks for CLOSED only of a socket that is still held, which can only be the one
        // under test.
        int count =
                name.equals("CLOSED")
                        ? (stack.get().state().equals(name) ? 1 : 0)
                        : stack.get().count(name);
        if (count != expected) {
            throw new ScriptFailure(
                    "expected %d connections in %s, there are %d; the one under test is in %s"
                            .formatted(expected, name, count, stack.get().state()));
        }
    }
}
