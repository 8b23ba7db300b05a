package io.finwait.sim.junit;

/** What happened in the network; goes along with what made a test fail, and has no trace. */
final class NetworkStory extends RuntimeException {

    private static final long serialVersionUID = 1;

    NetworkStory(String story) {
        super(story, null, false, false);
    }
}
