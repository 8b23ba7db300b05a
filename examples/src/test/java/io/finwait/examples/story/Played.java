package io.finwait.examples.story;

import io.finwait.examples.stage.Settings;
import io.finwait.examples.story.DelayedDuplicate.Defence;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The stories that the project began with, played in a place where time is real: some at a time,
 * because most of it is waiting.
 */
final class Played implements AutoCloseable {

    private static final int AT_A_TIME = 4;

    private final ExecutorService players = Executors.newFixedThreadPool(AT_A_TIME);
    private final Map<String, Future<Told>> told = new LinkedHashMap<>();

    /** Begins to play them. */
    static Played at(Settings.Place place) {
        Played played = new Played();
        Settings settings = Settings.simulation().at(place);
        Map<String, Story> stories = new LinkedHashMap<>();
        stories.put("reopen", new Reopen());
        stories.put("reset-by-peer", new ResetByPeer());
        stories.put("with-time-wait", new DelayedDuplicate(Defence.TIME_WAIT));
        stories.put("lost-last-ack", new LostLastAck());
        stories.put("half-close", new HalfClose());
        stories.put("close", new FourWayClose(FourWayClose.Closer.CLIENT));
        stories.put("last-ack-syn", new LastAckSyn(false));
        if (!place.hasKernel()) {
            stories.put("without-defence", new DelayedDuplicate(Defence.NONE));
        }
        stories.put("last-ack-syn --rfc793", new LastAckSyn(true));
        stories.forEach((name, story) -> played.play(name, story, settings));
        return played;
    }

    private void play(String name, Story story, Settings settings) {
        told.put(name, players.submit(() -> Told.by(story, settings)));
    }

    Told told(String name) throws Exception {
        return told.get(name).get();
    }

    @Override
    public void close() {
        players.close();
    }
}
