package io.finwait.socket;

import java.util.Arrays;

/** The keys of one channel, one for each selector it is registered with. */
final class ChannelKeys {

    private static final DriverSelectionKey[] NONE = {};

    private volatile DriverSelectionKey[] keys = NONE;

    synchronized void add(DriverSelectionKey key) {
        DriverSelectionKey[] more = Arrays.copyOf(keys, keys.length + 1);
        more[keys.length] = key;
        keys = more;
    }

    synchronized void remove(DriverSelectionKey key) {
        keys =
                Arrays.stream(keys)
                        .filter(each -> !each.equals(key))
                        .toArray(DriverSelectionKey[]::new);
    }

    boolean isEmpty() {
        return keys.length == 0;
    }

    /** From any thread: these operations may be ready now. */
    void mayBeReady(int ops) {
        for (DriverSelectionKey key : keys) {
            key.mayBeReady(ops);
        }
    }
}
