package io.finwait.examples.story;

import io.finwait.examples.stage.Settings;

import org.junit.jupiter.api.Tag;

/** The stories of {@link KernelStoriesTest} over a TAP device: with frames. */
@Tag("thorough")
class TapStoriesTest extends KernelStoriesTest {

    @Override
    Settings.Place place() {
        return Settings.Place.TAP;
    }
}
