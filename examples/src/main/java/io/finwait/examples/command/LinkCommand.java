package io.finwait.examples.command;

import io.finwait.sim.LinkBridge;
import io.finwait.sim.LinkModel;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code finwait link}. */
@Command(
        name = "link",
        description =
                "A link with faults between two transports, in real time: what one of them"
                        + " receives, the other sends, late or never as you ask for.",
        footer = {
            "",
            "A link is described by words with commas between them, such as"
                    + " delay=10ms,rate=100M,queue=166,loss=1%%:",
            "",
            "  delay=TIME         how long each packet travels",
            "  jitter=TIME        up to so much longer; the order stays",
            "  rate=BITS          bits per second of IP packets, with k, M or G",
            "  queue=PACKETS      how many wait for their turn; further ones are lost (1000)",
            "  loss=SHARE         share of packets that are lost, 0.01 or 1%%",
            "  bursts=SHARE       share of packets with which a burst of losses begins",
            "  burstlength=N      how many packets a burst takes on average (5)",
            "  reordering=SHARE   share of packets that are overtaken …",
            "  reorderdelay=TIME  … because they travel so much longer (10ms)",
            "  duplication=SHARE  share of packets that arrive twice",
            "  corruption=SHARE   share of packets in which an octet is changed",
            "  marking=SHARE      share of packets that are marked for ECN, if they may be",
            "  markingqueue=N     and all that find so many waiting",
            "",
            "Equal seeds give equal dice for the same packets. Transports must not offload; a"
                    + " packet longer than the other one's MTU is dropped. Ctrl-C ends the link"
                    + " and prints what was counted. For example, a kernel in each of two network"
                    + " namespaces, as root:",
            "",
            "  ip netns add one; ip netns add two",
            "  finwait link 'tun:l1?address=10.7.0.1/24&netns=one' \\",
            "      'tun:l2?address=10.7.0.2/24&netns=two' \\",
            "      --both delay=10ms,rate=100M,queue=166 --there loss=1%% &",
            "  ip netns exec one ping 10.7.0.2",
            "",
            "Or Finwait beside a kernel: 'unix:/tmp/s?role=server' instead of the first URI, and",
            "'finwait netcat --transport unix:/tmp/s?role=client' at its other end."
        })
final class LinkCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "2",
            paramLabel = "URI",
            description =
                    "The two transports, such as tun:NAME?address=ADDR/N&netns=NS,"
                            + " udp://HOST:PORT?peer=HOST:PORT or unix:PATH?role=server.")
    private List<String> uris;

    @Option(
            names = "--both",
            paramLabel = "LINK",
            defaultValue = "",
            description = "How packets are treated in both directions.")
    private String both;

    @Option(
            names = "--there",
            paramLabel = "LINK",
            defaultValue = "",
            description = "Further words for packets from the first transport to the second.")
    private String there;

    @Option(
            names = "--back",
            paramLabel = "LINK",
            defaultValue = "",
            description = "Further words for packets from the second transport to the first.")
    private String back;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The seed of all chance (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "1s",
            description =
                    "How often a line tells what has passed, where anything has; 0s for never"
                            + " (default: ${DEFAULT-VALUE}).")
    private Duration every;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Ends by itself after so long; without it, Ctrl-C ends it.")
    private Duration limit;

    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public Integer call() throws InterruptedException {
        LinkModel forth = model("--there", there);
        LinkModel home = model("--back", back);
        Transport first = Transports.open(uris.getFirst());
        try (LinkBridge link = join(first, forth, home);
                Shown _ = Shown.as("link", () -> LinkReport.summary(link))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(link)));
            Thread ticking =
                    Thread.ofPlatform().daemon().name("progress").start(() -> tellProgress(link));
            Console.say("linking " + uris.getFirst() + " and " + uris.getLast());
            link.run();
            ticking.interrupt();
            ticking.join();
            Console.say(LinkReport.summary(link).stripTrailing());
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /** What one direction adds comes behind what both have; the last value of a word counts. */
    private LinkModel model(String option, String own) {
        try {
            return LinkModel.parse(LinkReport.merged(both, own));
        } catch (IllegalArgumentException e) {
            String where = own.isEmpty() ? "--both" : "--both with " + option;
            throw new ParameterException(
                    spec.commandLine(),
                    where + ": " + e.getMessage() + "; see finwait link --help");
        }
    }

    private LinkBridge join(Transport first, LinkModel forth, LinkModel home) {
        try {
            Transport second = Transports.open(uris.getLast());
            try {
                return new LinkBridge(first, second, forth, home, seed);
            } catch (RuntimeException e) {
                second.close();
                throw e;
            }
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private void tellProgress(LinkBridge link) {
        LinkReport report = new LinkReport(link, System.nanoTime());
        long periodNs = every.isZero() ? Long.MAX_VALUE : every.toNanos();
        long endNs = limit == null ? Long.MAX_VALUE : limit.toNanos();
        long begunNs = System.nanoTime();
        long nextNs = periodNs;
        try {
            while (true) {
                long passedNs = System.nanoTime() - begunNs;
                if (passedNs >= endNs) {
                    link.close();
                    return;
                }
                if (passedNs >= nextNs) {
                    report.progress(System.nanoTime()).ifPresent(Console::say);
                    nextNs += periodNs;
                }
                TimeUnit.NANOSECONDS.sleep(Math.min(Math.min(nextNs, endNs) - passedNs, periodNs));
            }
        } catch (InterruptedException e) {
            // The link has ended.
        }
    }

    /** Ctrl-C: the process stays until the summary is printed. */
    private void stop(LinkBridge link) {
        link.close();
        try {
            ended.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
