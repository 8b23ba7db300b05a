package io.finwait.examples.stage;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.EndpointConfig;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;

import java.time.Duration;
import java.util.List;

/**
 * What is special about the TCP of one host.
 *
 * @param maxSegmentSize octets of text in a segment at most, 0 for what fits
 * @param timestamps whether segments carry the time at which they were sent
 * @param receiveBuffer room for so many octets that were not read, 0 for as many as usual
 * @param closePolicy null for the usual one
 */
record Tcp(int maxSegmentSize, boolean timestamps, int receiveBuffer, ClosePolicy closePolicy) {

    static final Tcp USUAL = new Tcp(0, false, 0, null);

    Tcp withSegments(int newSize, boolean newTimestamps) {
        return new Tcp(newSize, newTimestamps, receiveBuffer, closePolicy);
    }

    Tcp withReceiveBuffer(int octets) {
        return new Tcp(maxSegmentSize, timestamps, octets, closePolicy);
    }

    Tcp withClosePolicy(ClosePolicy policy) {
        return new Tcp(maxSegmentSize, timestamps, receiveBuffer, policy);
    }

    /** The configuration of a TCP of ours. */
    EndpointConfig.Builder config(IpAddress at, Duration twoMsl) {
        EndpointConfig.Builder config =
                EndpointConfig.at(at.toString())
                        .plain()
                        .maxSegmentSize(maxSegmentSize)
                        .timestamps(timestamps)
                        .timeWaitPolicy(TimeWaitPolicy.defaults().withTwoMsl(twoMsl));
        if (receiveBuffer > 0) {
            config.receiveBufferOctets(receiveBuffer);
        }
        return closePolicy == null ? config : config.closePolicy(closePolicy);
    }

    /** In words that another process understands. */
    List<String> words() {
        ClosePolicy policy = closePolicy == null ? ClosePolicy.DEFAULT : closePolicy;
        return List.of(
                String.valueOf(maxSegmentSize),
                String.valueOf(timestamps),
                String.valueOf(receiveBuffer),
                String.valueOf(policy.finWait2TimeoutNs()),
                String.valueOf(policy.orphanRetries()),
                String.valueOf(policy.orphanTimeoutNs()),
                String.valueOf(policy.maxOrphans()),
                String.valueOf(policy.resetOnUnreadData()),
                String.valueOf(policy.endOfStreamAfterReset()));
    }

    static Tcp of(List<String> words) {
        return new Tcp(
                Integer.parseInt(words.get(0)),
                Boolean.parseBoolean(words.get(1)),
                Integer.parseInt(words.get(2)),
                new ClosePolicy(
                        Long.parseLong(words.get(3)),
                        Integer.parseInt(words.get(4)),
                        Long.parseLong(words.get(5)),
                        Integer.parseInt(words.get(6)),
                        Boolean.parseBoolean(words.get(7)),
                        Boolean.parseBoolean(words.get(8))));
    }
}
