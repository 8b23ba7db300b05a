package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.Connection;
import io.finwait.trace.explain.CaptureExplainer;
import io.finwait.trace.explain.Cause;
import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Ending;
import io.finwait.trace.explain.Reason;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Connections over bad links, captured at four places at once: what is concluded from each capture
 * alone is held against what both ends know. Neither who closed first nor how it ended may be told
 * wrongly, why it was reset at most once in twenty; what a place could not see counts as not
 * knowable, so does an abort behind text that might be unread. {@code -Dfinwait.explained=10000}
 * runs more.
 */
class ExplainedBadLinksTest {

    private static final int SEEDS = Integer.getInteger("finwait.explained", 600);
    private static final long LONGEST = 4 * 3_600 * SECOND;

    /** How often something was told rightly, could not be known, or was told wrongly. */
    private static final class Score {
        int right;
        int unknowable;
        final List<String> wrong = new ArrayList<>();

        @Override
        public String toString() {
            return right + " right, " + unknowable + " not knowable, " + wrong.size() + " wrong";
        }
    }

    private final Map<Vantage.Place, Score> first = new EnumMap<>(Vantage.Place.class);
    private final Map<Vantage.Place, Score> ending = new EnumMap<>(Vantage.Place.class);
    private final Map<Vantage.Place, Score> cause = new EnumMap<>(Vantage.Place.class);

    @Test
    void whoClosedFirstAndHowItEndedIsNeverToldWrongly() {
        for (Vantage.Place place : Vantage.Place.values()) {
            first.put(place, new Score());
            ending.put(place, new Score());
            cause.put(place, new Score());
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            new Run(seed).go();
        }
        System.out.printf(
                "who closed first: %s%nhow it ended: %s%nwhy: %s%n", first, ending, cause);
        for (Vantage.Place place : Vantage.Place.values()) {
            assertThat(first.get(place).wrong).as("who closed first, at %s", place).isEmpty();
            assertThat(ending.get(place).wrong).as("how it ended, at %s", place).isEmpty();
            assertThat(first.get(place).right).isGreaterThan(SEEDS / 3);
            Score why = cause.get(place);
            assertThat(why.right).as("why it was reset, at %s", place).isGreaterThan(SEEDS / 20);
            assertThat(why.wrong)
                    .as("why it was reset, at %s", place)
                    .hasSizeLessThanOrEqualTo((why.right + why.wrong.size()) / 20);
        }
    }

    private final class Run {

        private final long seed;
        private final RandomSource random;
        private final TwoHosts hosts;
        private final Map<Vantage.Place, Vantage> captures = new EnumMap<>(Vantage.Place.class);
        private final App client;
        private App server;

        Run(long seed) {
            this.seed = seed;
            random = RandomSource.seeded(seed);
            LinkModel link =
                    LinkModel.perfect()
                            .loss(seed % 3 == 0 ? 0 : unit() * 0.3)
                            .delay((long) (unit() * 100 * MS))
                            .jitter((long) (unit() * 10 * MS))
                            .reordering(unit() * 0.1, (long) (unit() * 50 * MS))
                            .duplication(unit() * 0.1);
            hosts = new TwoHosts(seed, link, config -> config, config -> config);
            for (Vantage.Place place : Vantage.Place.values()) {
                captures.put(place, new Vantage(place));
                hosts.net.observe(captures.get(place));
            }
            client = new App(random, hosts.connect(), seed * 31 + 1);
            hosts.listener.onAcceptable(this::accept);
        }

        private double unit() {
            return (random.nextLong() >>> 11) * 0x1.0p-53;
        }

        private void accept() {
            Connection accepted = hosts.listener.accept();
            server = new App(random, accepted, seed * 31 + 2);
            server.peerKey(client.key());
            client.peerKey(server.key());
            server.onEstablished(accepted);
            schedule(server);
        }

        private void schedule(App app) {
            if (app.closesAfterNs() >= 0) {
                hosts.at(hosts.net.nowNs() + app.closesAfterNs(), app::closeNow);
            }
        }

        void go() {
            schedule(client);
            hosts.net.runUntilIdle(LONGEST);
            if (server == null) {
                return;
            }
            for (Vantage.Place place : Vantage.Place.values()) {
                CaptureExplainer explained = captures.get(place).explained();
                assertThat(explained.connections()).as("seed %d at %s", seed, place).isEqualTo(1);
                judge(place, explained.story(0));
            }
        }

        private void judge(Vantage.Place place, ConnectionStory story) {
            String which =
                    "seed "
                            + seed
                            + ": "
                            + client.reason().message()
                            + " | "
                            + server.reason().message()
                            + " told as "
                            + story.ending()
                            + " "
                            + story.closedFirst()
                            + " "
                            + story.history();
            int truth = whoClosedFirst();
            score(first.get(place), truth < 0, truth == story.closedFirst(), which);
            boolean ours = client.reason() instanceof CloseReason.Orderly;
            boolean theirs = server.reason() instanceof CloseReason.Orderly;
            boolean reset = isReset(client.reason()) || isReset(server.reason());
            boolean rstSeen = story.history().toLowerCase(Locale.ROOT).contains("r");
            // Where only one end has ended in order, both tellings are true of one of them.
            boolean knowable = ours ? theirs : !theirs && reset && rstSeen;
            boolean told = ours ? story.ending().isInOrder() : story.ending() == Ending.RESET;
            score(ending.get(place), !knowable, told, which);
            if (story.ending() == Ending.RESET) {
                why(place, story, which);
            }
        }

        /**
         * Why it was reset is judged against what the sender of the first RST in the capture says.
         */
        private void why(Vantage.Place place, ConnectionStory story, String which) {
            Vantage.FirstReset reset = captures.get(place).firstReset();
            Cause truth = causeOf((reset.side() == 0 ? client : server).reason());
            List<Cause> told = story.reasons().stream().map(Reason::cause).toList();
            String all = which + ", by " + truth + ", told as " + told;
            boolean right =
                    told.get(0) == truth
                            // Its first RST was lost: the host had indeed forgotten.
                            || (!reset.isItsFirst() && told.get(0) == Cause.FORGOTTEN);
            boolean alike =
                    reset.textMayWait() && (truth == Cause.ABORT || truth == Cause.UNREAD_TEXT);
            if (alike && reset.isItsFirst()) {
                assertThat(told).as(all).contains(truth);
            }
            boolean unknowable =
                    alike || (!right && !reset.isItsFirst() && told.contains(Cause.FORGOTTEN));
            score(cause.get(place), unknowable, right, all);
        }

        private static Cause causeOf(CloseReason reason) {
            if (reason instanceof CloseReason.Aborted aborted) {
                return switch (aborted.cause()) {
                    case USER, LINGER_ZERO -> Cause.ABORT;
                    case UNREAD_DATA -> Cause.UNREAD_TEXT;
                    case DATA_AFTER_CLOSE -> Cause.TEXT_AFTER_CLOSE;
                    default -> Cause.UNKNOWN;
                };
            }
            return reason instanceof CloseReason.TimedOut ? Cause.GAVE_UP : Cause.FORGOTTEN;
        }

        /** 0 the client, 1 the server; below 0 when both have, or it ended otherwise. */
        private int whoClosedFirst() {
            if (client.reason() instanceof CloseReason.Orderly
                    && server.reason() instanceof CloseReason.Orderly) {
                ClosedFirst ours = ((CloseReason.Orderly) client.reason()).closedFirst();
                ClosedFirst theirs = ((CloseReason.Orderly) server.reason()).closedFirst();
                if (ours == ClosedFirst.LOCAL && theirs == ClosedFirst.REMOTE) {
                    return 0;
                }
                if (ours == ClosedFirst.REMOTE && theirs == ClosedFirst.LOCAL) {
                    return 1;
                }
            }
            return -1;
        }

        private static boolean isReset(CloseReason reason) {
            return reason instanceof CloseReason.ResetByPeer
                    || reason instanceof CloseReason.Aborted;
        }

        private static void score(Score score, boolean unknowable, boolean right, String which) {
            if (unknowable) {
                score.unknowable++;
            } else if (right) {
                score.right++;
            } else {
                score.wrong.add(which);
            }
        }
    }
}
