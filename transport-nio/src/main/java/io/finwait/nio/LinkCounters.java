package io.finwait.nio;

/** The running numbers behind {@link LinkStatistics}; written by the endpoint's thread only. */
final class LinkCounters {

    long packetsReceived;
    long packetsSent;
    long sendDrops;
    long receiveDrops;
    long badFrames;
    long connections;

    LinkStatistics snapshot() {
        return new LinkStatistics(
                packetsReceived, packetsSent, sendDrops, receiveDrops, badFrames, connections);
    }
}
