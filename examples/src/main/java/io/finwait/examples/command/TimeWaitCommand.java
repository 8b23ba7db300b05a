package io.finwait.examples.command;

import io.finwait.examples.timewait.Closes;
import io.finwait.examples.timewait.TimeWaitReport;
import io.finwait.timewait.AddressPredicate;
import io.finwait.timewait.TimeWaitFilter;
import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.wire.IpAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code finwait time-wait}. */
@Command(
        name = "time-wait",
        description = {
            "Shows the TIME-WAIT table at work: a million closes, the ages of its"
                    + " entries, and the memory they take.",
            "Then it repeats the same closes with a table that is too small, under each"
                    + " policy. One client is greedy: half of all closes are its own."
        })
final class TimeWaitCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--entries",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Closes, 1,000 to 50,000,000 (default: ${DEFAULT-VALUE}).")
    private int entries;

    @Option(
            names = "--during",
            paramLabel = "TIME",
            defaultValue = "90s",
            description =
                    "Virtual time over which the closes are spread (default:"
                            + " ${DEFAULT-VALUE}); 2MSL is 60s, so that after 90s a third have"
                            + " expired.")
    private Duration during;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "100",
            description = "Client hosts, 2 to 60000 (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            split = ",",
            description =
                    "What a full table does: refuse_new, evict_oldest, fair_per_remote,"
                            + " shorten_first. Default: all of them.")
    private List<Overflow> policies = List.of(Overflow.values());

    @Option(
            names = "--cap",
            paramLabel = "N",
            description =
                    "How many entries the table that is too small holds (default: a quarter).")
    private Integer cap;

    @Option(
            names = {"-6", "--ipv6"},
            description = "IPv6 addresses.")
    private boolean ipv6;

    @Option(
            names = "--list",
            paramLabel = "N",
            defaultValue = "0",
            description = "Shows this many entries, in the format of netstat.")
    private int list;

    @Option(
            names = "--remote",
            paramLabel = "ADDRESS[/BITS]",
            description = "Lists and counts entries of these clients only, such as 11.0.0.0/30.")
    private String remote;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Lists and counts entries of this client port only.")
    private int port;

    @Option(
            names = "--older",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "Lists and counts entries of at least this age only.")
    private Duration older;

    @Override
    public Integer call() {
        require(entries >= 1_000 && entries <= 50_000_000, "--entries: 1,000 to 50,000,000");
        require(clients >= 2 && clients <= 60_000, "--clients: 2 to 60000");
        require(during.toMillis() >= 1, "--during: at least 1ms");
        require(list >= 0, "--list: 0 or more");
        require(cap == null || (cap >= 1 && cap <= entries), "--cap: 1 to the number of entries");
        Closes closes = new Closes(entries, during.toNanos(), clients, ipv6);
        TimeWaitReport report = new TimeWaitReport(Console.out(), closes, Console::progress);
        report.unlimited(filter(), list);
        report.limited(cap == null ? Math.max(1, entries / 4) : cap, policies);
        return 0;
    }

    private void require(boolean held, String sentence) {
        if (!held) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }

    private TimeWaitFilter filter() {
        TimeWaitFilter filter =
                TimeWaitFilter.ALL.withRemotePort(port).withAges(older, Duration.ofDays(1));
        return remote == null ? filter : filter.withRemotes(prefix(remote));
    }

    private AddressPredicate prefix(String text) {
        int slash = text.indexOf('/');
        try {
            IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
            int whole = address.isV4() ? 32 : 128;
            int bits = slash < 0 ? whole : Integer.parseInt(text.substring(slash + 1));
            return AddressPredicate.within(address, bits);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + text + "' is not an address or prefix; write 11.0.0.1 or 11.0.0.0/30",
                    e);
        }
    }
}
