package io.finwait.examples.story;

import io.finwait.examples.stage.Stage;

/** A scenario that a person can watch. */
public interface Story {

    /** Plays it, in whatever place the stage offers. */
    void play(Stage stage);
}
