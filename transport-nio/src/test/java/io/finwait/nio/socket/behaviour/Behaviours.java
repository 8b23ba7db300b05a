package io.finwait.nio.socket.behaviour;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All programs that are run on the kernel's sockets and on ours, in the order of the page. */
final class Behaviours {

    static final Map<String, List<Behaviour>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("Reading", Reading.ALL);
        GROUPS.put("Writing, and ending the output", Writing.ALL);
        GROUPS.put("Closing", Closing.ALL);
        GROUPS.put("Binding and connecting", Opening.ALL);
        GROUPS.put("Listening", Listening.ALL);
        GROUPS.put("Options", Options.ALL);
        GROUPS.put("Interrupts", Interrupts.ALL);
        GROUPS.put("Channels", Channels.ALL);
        GROUPS.put("Channels as sockets", Adaptors.ALL);
        GROUPS.put("Selectors", Selecting.ALL);
        GROUPS.put("What the JDK tests of its sockets", JdkSocketTests.ALL);
        GROUPS.put("What the JDK tests of its channels", JdkChannelTests.ALL);
        GROUPS.put("What the JDK tests of its selectors", JdkSelectorTests.ALL);
    }

    private Behaviours() {}

    static List<Behaviour> all() {
        return GROUPS.values().stream().flatMap(List::stream).toList();
    }
}
