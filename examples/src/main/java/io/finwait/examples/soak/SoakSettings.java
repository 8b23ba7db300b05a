package io.finwait.examples.soak;

import java.time.Duration;

/**
 * How a soak is run.
 *
 * @param transport what lies between the two hosts
 * @param lasts the time of traffic, virtual with {@link Place#SIM}
 * @param round so long connections are opened, before all must come to rest
 * @param milliRate connections that are opened in a thousand seconds, on average
 * @param floodRate SYNs of strangers in a second of flood
 * @param junkRate packets of junk in a second
 * @param seed of all chance
 */
public record SoakSettings(
        Place transport,
        Duration lasts,
        Duration round,
        long milliRate,
        int floodRate,
        int junkRate,
        long seed) {

    /** What lies between the two hosts. */
    public enum Place {
        /** A simulated network, in virtual time. */
        SIM,
        /** Sockets of the loopback interface. */
        UDP,
        /** Two TUN devices, and the kernel as router between them; needs root. */
        TUN
    }
}
