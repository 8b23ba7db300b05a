package io.finwait.examples.command;

import io.finwait.examples.story.Abort;
import io.finwait.examples.story.DelayedDuplicate;
import io.finwait.examples.story.HalfClose;
import io.finwait.examples.story.LastAckSyn;
import io.finwait.examples.story.Linger;
import io.finwait.examples.story.LostLastAck;
import io.finwait.examples.story.Orphan;
import io.finwait.examples.story.PortExhaustion;
import io.finwait.examples.story.Reopen;
import io.finwait.examples.story.ResetByPeer;
import io.finwait.examples.story.SimultaneousClose;
import io.finwait.examples.story.Story;
import io.finwait.examples.story.UnreadData;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** The subcommands that play a story each. */
final class StoryCommands {

    private StoryCommands() {}

    abstract static class StoryCommand implements Callable<Integer> {

        @Mixin private StageOptions options;

        abstract Story story();

        @Override
        public Integer call() {
            story().play(options.stage());
            return 0;
        }
    }

    @Command(
            name = "half-close",
            description =
                    "One direction closed, the other open: how netstat shows it, and what"
                            + " it is good for.")
    static final class HalfCloseCommand extends StoryCommand {
        @Override
        Story story() {
            return new HalfClose();
        }
    }

    @Command(
            name = "simultaneous-close",
            description = "Both ends close before either has heard of the other's close.")
    static final class SimultaneousCloseCommand extends StoryCommand {
        @Override
        Story story() {
            return new SimultaneousClose();
        }
    }

    @Command(
            name = "delayed-duplicate",
            description =
                    "An old packet arrives in a new connection: with each defence, and"
                            + " with none.")
    static final class DelayedDuplicateCommand extends StoryCommand {

        @Option(
                names = "--defence",
                paramLabel = "NAME",
                defaultValue = "all",
                description = {
                    "Only one run: time_wait, none, paws (timestamps), isn (clocked first numbers),"
                            + " ack_check (RFC 5961); or all, one after the other"
                            + " (default: ${DEFAULT-VALUE})."
                })
        private DelayedDuplicate.Defence defence;

        @Override
        Story story() {
            return new DelayedDuplicate(defence);
        }
    }

    @Command(
            name = "lost-last-ack",
            description = "The last packet of a close is lost: who notices, and who repairs it.")
    static final class LostLastAckCommand extends StoryCommand {
        @Override
        Story story() {
            return new LostLastAck();
        }
    }

    @Command(
            name = "reopen",
            description =
                    "A SYN for a pair of ports in TIME_WAIT: a new one opens it again, an old one"
                            + " does not.")
    static final class ReopenCommand extends StoryCommand {
        @Override
        Story story() {
            return new Reopen();
        }
    }

    @Command(
            name = "last-ack-syn",
            description = "A new connection meets an end that has not finished with the old one.")
    static final class LastAckSynCommand extends StoryCommand {

        @Option(
                names = "--rfc793",
                description = "As the textbook of 1981 has it: the server resets.")
        private boolean rfc793;

        @Override
        Story story() {
            return new LastAckSyn(rfc793);
        }
    }

    @Command(
            name = "reset-by-peer",
            description = "\"Connection reset by peer\": writing to a peer that has gone.")
    static final class ResetByPeerCommand extends StoryCommand {
        @Override
        Story story() {
            return new ResetByPeer();
        }
    }

    @Command(
            name = "unread-data",
            description = "Closing with unread data destroys the closer's own answer, too.")
    static final class UnreadDataCommand extends StoryCommand {
        @Override
        Story story() {
            return new UnreadData();
        }
    }

    @Command(name = "abort", description = "Ending a connection at once, with a reset.")
    static final class AbortCommand extends StoryCommand {
        @Override
        Story story() {
            return new Abort();
        }
    }

    @Command(
            name = "linger",
            description = "What close() does with data that is not yet delivered.")
    static final class LingerCommand extends StoryCommand {
        @Override
        Story story() {
            return new Linger();
        }
    }

    @Command(
            name = "orphan",
            description = "The application has gone, and the peer does not cooperate.")
    static final class OrphanCommand extends StoryCommand {
        @Override
        Story story() {
            return new Orphan();
        }
    }

    @Command(
            name = "port-exhaustion",
            description = "A busy client runs out of ports: when, and what helps.")
    static final class PortExhaustionCommand extends StoryCommand {
        @Override
        Story story() {
            return new PortExhaustion();
        }
    }
}
