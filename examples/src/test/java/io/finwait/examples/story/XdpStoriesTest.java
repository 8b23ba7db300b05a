package io.finwait.examples.story;

import io.finwait.examples.stage.Settings;

import org.junit.jupiter.api.Tag;

/** The stories of {@link KernelStoriesTest} over an XDP socket on a veth pair: with frames. */
@Tag("thorough")
class XdpStoriesTest extends KernelStoriesTest {

    @Override
    Settings.Place place() {
        return Settings.Place.XDP;
    }
}
