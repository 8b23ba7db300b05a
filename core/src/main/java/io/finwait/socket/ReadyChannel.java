package io.finwait.socket;

/** A channel of ours as selectors see it. */
interface ReadyChannel {

    /** The operations of {@link java.nio.channels.SelectionKey} that would not wait now. */
    int opsReady();

    /** The keys that are told when that may have changed. */
    ChannelKeys channelKeys();
}
