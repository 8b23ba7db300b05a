package io.finwait.tcp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.finwait.spi.CongestionControl;
import io.finwait.spi.RandomSource;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How an endpoint behaves; immutable. The defaults are those of the RFCs: a program that sets only
 * its address gets what it expects.
 */
public final class EndpointConfig {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;

    /** A copy of what the builder was told, which nobody changes. */
    private final Builder settings;

    private final List<IpAddress> addresses;
    private final List<IpPrefix> prefixes;
    private final FlowShare share;

    private EndpointConfig(Builder of) {
        if (of.addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "an endpoint needs an address; call address(\"10.0.0.1\") on its builder");
        }
        settings = new Builder(of);
        addresses = List.copyOf(of.addresses);
        prefixes = List.copyOf(of.prefixes);
        share =
                new FlowShare(
                        of.shareIndex,
                        of.shareCount,
                        of.shareKey,
                        of.firstEphemeralPort,
                        of.lastEphemeralPort);
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with one address and the defaults. */
    public static Builder at(String address) {
        return new Builder().address(address);
    }

    /** A builder that begins with the values of this configuration, for changing some of them. */
    public Builder toBuilder() {
        return new Builder(settings);
    }

    /** The endpoint's own addresses, of which it connects from the first of an IP version. */
    public List<IpAddress> addresses() {
        return addresses;
    }

    /** Ranges of addresses that are the endpoint's as well; empty by default. */
    public List<IpPrefix> prefixes() {
        return prefixes;
    }

    /** True for the endpoint's own addresses, and those in its {@link #prefixes()}. */
    public boolean isLocal(IpAddress address) {
        return addresses.contains(address)
                || (prefixes.stream().anyMatch(prefix -> prefix.contains(address))
                        && !IpAddress.isMulticastOrUnspecified(address.high(), address.low()));
    }

    /** Where all randomness comes from. */
    public RandomSource random() {
        return settings.random;
    }

    /** How connections end. */
    public ClosePolicy closePolicy() {
        return settings.closePolicy;
    }

    /** How long TIME-WAIT lasts and what it answers. */
    public TimeWaitPolicy timeWaitPolicy() {
        return settings.timeWaitPolicy;
    }

    /** Is told what the endpoint does. */
    public EndpointObserver observer() {
        return settings.observer;
    }

    /** Octets that a connection may have queued and unacknowledged at first. */
    public int sendBufferOctets() {
        return settings.sendBufferOctets;
    }

    /**
     * Octets that a connection may have received and not read at first: the first window offered.
     */
    public int receiveBufferOctets() {
        return settings.receiveBufferOctets;
    }

    /**
     * Octets to which the send buffer of a connection may grow: to twice what is on its way, when
     * the user has more to send.
     */
    public int largestSendBufferOctets() {
        return Math.max(settings.largestSendBufferOctets, settings.sendBufferOctets);
    }

    /**
     * Octets to which the receive buffer of a connection, and so the window offered, may grow: to
     * twice what the user reads in a round trip.
     */
    public int largestReceiveBufferOctets() {
        return Math.max(settings.largestReceiveBufferOctets, settings.receiveBufferOctets);
    }

    /** How many octets the buffers of all connections together may grow by. */
    public long bufferBudgetOctets() {
        return settings.bufferBudgetOctets;
    }

    /** Makes the congestion control of each connection; empty for CUBIC, the default. */
    public Optional<Supplier<CongestionControl>> congestionControl() {
        return Optional.ofNullable(settings.congestionControl);
    }

    /** The largest MSS offered and used, in octets; 0 for what the transport's MTU allows. */
    public int maxSegmentSize() {
        return settings.maxSegmentSize;
    }

    /** Whether window scaling is offered (RFC 7323 §2). */
    public boolean windowScaling() {
        return settings.windowScaling;
    }

    /** Whether timestamps are offered (RFC 7323 §3). */
    public boolean timestamps() {
        return settings.timestamps;
    }

    /** Whether selective acknowledgments are offered (RFC 2018). */
    public boolean selectiveAcknowledgments() {
        return settings.selectiveAcknowledgments;
    }

    /**
     * Whether routers may tell of congestion by marks (RFC 3168): {@link Ecn#WHEN_ASKED} by
     * default.
     */
    public Ecn ecn() {
        return settings.ecn;
    }

    /**
     * Whether windows of more than 32 segments are spread over the round trip, where that takes 10
     * ms or longer, so that no burst overflows a queue on the way; true unless set.
     */
    public boolean pacing() {
        return settings.pacing;
    }

    /** Whether Nagle's algorithm is on for new connections. */
    public boolean nagle() {
        return settings.nagle;
    }

    /** How long an ACK may be delayed, in nanoseconds; 0 for not at all (RFC 9293 MUST-59). */
    public long delayedAckNs() {
        return settings.delayedAckNs;
    }

    /** Retransmission timeout before a round trip is measured, in nanoseconds (RFC 6298 §2.1). */
    public long initialRtoNs() {
        return settings.initialRtoNs;
    }

    /**
     * The shortest retransmission timeout, in nanoseconds: 200 ms by default, where RFC 6298 §2.4
     * recommends a second. Less than a second comes on top of the smoothed round trip, so that a
     * peer may delay its ACK for so long; if the timeout was too short for the path nevertheless,
     * what it has cost is given back (RFC 4015, RFC 5682).
     */
    public long minRtoNs() {
        return settings.minRtoNs;
    }

    /** The longest retransmission timeout, in nanoseconds (RFC 6298 §2.5). */
    public long maxRtoNs() {
        return settings.maxRtoNs;
    }

    /** Retransmissions after which the user is told of a soft error: R1 (RFC 9293 §3.8.3). */
    public int retransmissionsR1() {
        return settings.retransmissionsR1;
    }

    /** Retransmissions after which the connection is given up: R2 (RFC 9293 §3.8.3). */
    public int retransmissionsR2() {
        return settings.retransmissionsR2;
    }

    /** How long SYN and SYN-ACK are retransmitted, in nanoseconds (RFC 9293 MUST-23). */
    public long connectTimeoutNs() {
        return settings.connectTimeoutNs;
    }

    /** User timeout of new connections, in nanoseconds; 0 for none. */
    public long userTimeoutNs() {
        return settings.userTimeoutNs;
    }

    /**
     * The least time between two challenge ACKs of a connection, in nanoseconds (RFC 5961 §7). Each
     * further one doubles the time, up to four minutes, until the peer sends something acceptable.
     */
    public long challengeAckIntervalNs() {
        return settings.challengeAckIntervalNs;
    }

    /**
     * The most resets that one source, an IPv4 address or an IPv6 /64, gets in a second for
     * segments that belong to no connection; by chance it is up to a quarter less.
     */
    public int resetsPerSecond() {
        return settings.resetsPerSecond;
    }

    /** The first port that {@code connect} chooses from. */
    public int firstEphemeralPort() {
        return settings.firstEphemeralPort;
    }

    /** The last port that {@code connect} chooses from. */
    public int lastEphemeralPort() {
        return settings.lastEphemeralPort;
    }

    /** Which connections are this endpoint's, where others have the same addresses. */
    public FlowShare share() {
        return share;
    }

    /**
     * The most connections at a time, of either end. The handshakes of listeners do not count: they
     * are bounded by the backlogs, or strangers could keep this end from connecting.
     */
    public int maxConnections() {
        return settings.maxConnections;
    }

    /** What strangers may make the endpoint hold and send. */
    public Limits limits() {
        return settings.limits;
    }

    /**
     * Collects the settings of an {@link EndpointConfig}. A time of more than 292 years, whose
     * nanoseconds no {@code long} can hold, counts as for ever.
     */
    public static final class Builder {

        private final List<IpAddress> addresses = new ArrayList<>();
        private final List<IpPrefix> prefixes = new ArrayList<>();
        private RandomSource random = RandomSource.secure();
        private ClosePolicy closePolicy = ClosePolicy.DEFAULT;
        private TimeWaitPolicy timeWaitPolicy = TimeWaitPolicy.defaults();
        private EndpointObserver observer = EndpointObserver.NONE;
        private int sendBufferOctets = 256 * 1024;
        private int receiveBufferOctets = 256 * 1024;
        private int largestSendBufferOctets = 32 * 1024 * 1024;
        private int largestReceiveBufferOctets = 32 * 1024 * 1024;
        private long bufferBudgetOctets = 256L * 1024 * 1024;
        private int maxSegmentSize;
        private Supplier<CongestionControl> congestionControl;
        private boolean windowScaling = true;
        private boolean timestamps = true;
        private boolean selectiveAcknowledgments = true;
        private Ecn ecn = Ecn.WHEN_ASKED;
        private boolean pacing = true;
        private boolean nagle = true;
        private long delayedAckNs = 40 * MS;
        private long initialRtoNs = SECOND;
        private long minRtoNs = 200 * MS;
        private long maxRtoNs = 60 * SECOND;
        private int retransmissionsR1 = 3;
        private int retransmissionsR2 = 15;
        private long connectTimeoutNs = 180 * SECOND;
        private long userTimeoutNs;
        private long challengeAckIntervalNs = 500 * MS;
        private int resetsPerSecond = 1000;
        private int firstEphemeralPort = 49_152;
        private int lastEphemeralPort = 65_535;
        private int shareIndex;
        private int shareCount = 1;
        private long shareKey;
        private int maxConnections = 1 << 20;
        private Limits limits = Limits.DEFAULT;

        private Builder() {}

        private Builder(Builder c) {
            addresses.addAll(c.addresses);
            prefixes.addAll(c.prefixes);
            random = c.random;
            closePolicy = c.closePolicy;
            timeWaitPolicy = c.timeWaitPolicy;
            observer = c.observer;
            sendBufferOctets = c.sendBufferOctets;
            receiveBufferOctets = c.receiveBufferOctets;
            largestSendBufferOctets = c.largestSendBufferOctets;
            largestReceiveBufferOctets = c.largestReceiveBufferOctets;
            bufferBudgetOctets = c.bufferBudgetOctets;
            maxSegmentSize = c.maxSegmentSize;
            congestionControl = c.congestionControl;
            windowScaling = c.windowScaling;
            timestamps = c.timestamps;
            selectiveAcknowledgments = c.selectiveAcknowledgments;
            ecn = c.ecn;
            pacing = c.pacing;
            nagle = c.nagle;
            delayedAckNs = c.delayedAckNs;
            initialRtoNs = c.initialRtoNs;
            minRtoNs = c.minRtoNs;
            maxRtoNs = c.maxRtoNs;
            retransmissionsR1 = c.retransmissionsR1;
            retransmissionsR2 = c.retransmissionsR2;
            connectTimeoutNs = c.connectTimeoutNs;
            userTimeoutNs = c.userTimeoutNs;
            challengeAckIntervalNs = c.challengeAckIntervalNs;
            resetsPerSecond = c.resetsPerSecond;
            firstEphemeralPort = c.firstEphemeralPort;
            lastEphemeralPort = c.lastEphemeralPort;
            shareIndex = c.shareIndex;
            shareCount = c.shareCount;
            shareKey = c.shareKey;
            maxConnections = c.maxConnections;
            limits = c.limits;
        }

        /**
         * Adds an address of the endpoint.
         *
         * @throws IllegalArgumentException when it is not an address literal
         */
        public Builder address(String address) {
            return address(IpAddress.parse(address));
        }

        /** Adds an address of the endpoint. */
        public Builder address(IpAddress address) {
            addresses.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Makes every address of a range one of the endpoint's, such as {@link IpPrefix#ALL_V4}:
         * listeners take connections to it, {@code connect} may name it, and pings are answered. A
         * packet costs the same however many ranges of one length there are.
         */
        public Builder prefix(IpPrefix prefix) {
            prefixes.add(Objects.requireNonNull(prefix, "prefix"));
            return this;
        }

        /** Sets {@link EndpointConfig#random()}. */
        public Builder random(RandomSource source) {
            random = Objects.requireNonNull(source, "random");
            return this;
        }

        /** Makes every run the same, for simulations; never use it on a real network. */
        public Builder seed(long seed) {
            return random(RandomSource.seeded(seed));
        }

        /** Sets {@link EndpointConfig#closePolicy()}. */
        public Builder closePolicy(ClosePolicy policy) {
            closePolicy = Objects.requireNonNull(policy, "closePolicy");
            return this;
        }

        /** Sets {@link EndpointConfig#timeWaitPolicy()}. */
        public Builder timeWaitPolicy(TimeWaitPolicy policy) {
            timeWaitPolicy = Objects.requireNonNull(policy, "timeWaitPolicy");
            return this;
        }

        /** Sets {@link EndpointConfig#observer()}. */
        public Builder observer(EndpointObserver newObserver) {
            observer = Objects.requireNonNull(newObserver, "observer");
            return this;
        }

        /**
         * Sets {@link EndpointConfig#sendBufferOctets()}, at least 1. The buffer then does not
         * grow, unless {@link #largestSendBufferOctets} is called afterwards.
         */
        public Builder sendBufferOctets(int octets) {
            sendBufferOctets = require("sendBufferOctets", octets, 1, 1 << 30);
            largestSendBufferOctets = octets;
            return this;
        }

        /**
         * Sets {@link EndpointConfig#receiveBufferOctets()}, at least 1. The buffer then does not
         * grow, unless {@link #largestReceiveBufferOctets} is called afterwards.
         */
        public Builder receiveBufferOctets(int octets) {
            receiveBufferOctets = require("receiveBufferOctets", octets, 1, 1 << 30);
            largestReceiveBufferOctets = octets;
            return this;
        }

        /** Sets {@link EndpointConfig#largestSendBufferOctets()}, at least 1. */
        public Builder largestSendBufferOctets(int octets) {
            largestSendBufferOctets = require("largestSendBufferOctets", octets, 1, 1 << 30);
            return this;
        }

        /** Sets {@link EndpointConfig#largestReceiveBufferOctets()}, at least 1. */
        public Builder largestReceiveBufferOctets(int octets) {
            largestReceiveBufferOctets = require("largestReceiveBufferOctets", octets, 1, 1 << 30);
            return this;
        }

        /** Sets {@link EndpointConfig#bufferBudgetOctets()}; with 0 no buffer grows. */
        public Builder bufferBudgetOctets(long octets) {
            if (octets < 0) {
                throw new IllegalArgumentException("bufferBudgetOctets must not be negative");
            }
            bufferBudgetOctets = octets;
            return this;
        }

        /**
         * Sets the factory of congestion controls, which is called on the endpoint's thread; {@link
         * io.finwait.spi.CongestionControls#named} has some by name. Each object that it
         * makes serves one connection at a time, and is reused for later ones.
         */
        public Builder congestionControl(Supplier<CongestionControl> newControl) {
            congestionControl = Objects.requireNonNull(newControl, "congestionControl");
            return this;
        }

        /** Sets {@link EndpointConfig#maxSegmentSize()}: 0, or 64 to 65,495 octets. */
        public Builder maxSegmentSize(int octets) {
            maxSegmentSize = octets == 0 ? 0 : require("maxSegmentSize", octets, 64, 65_535 - 40);
            return this;
        }

        /** Sets {@link EndpointConfig#windowScaling()}. */
        public Builder windowScaling(boolean on) {
            windowScaling = on;
            return this;
        }

        /** Sets {@link EndpointConfig#timestamps()}. */
        public Builder timestamps(boolean on) {
            timestamps = on;
            return this;
        }

        /** Sets {@link EndpointConfig#selectiveAcknowledgments()}. */
        public Builder selectiveAcknowledgments(boolean on) {
            selectiveAcknowledgments = on;
            return this;
        }

        /** Sets {@link EndpointConfig#ecn()}. */
        public Builder ecn(Ecn when) {
            ecn = Objects.requireNonNull(when, "ecn");
            return this;
        }

        /** Sets {@link EndpointConfig#pacing()}. */
        public Builder pacing(boolean on) {
            pacing = on;
            return this;
        }

        /** Offers no option but MSS, and no ECN: what the textbook shows. */
        public Builder plain() {
            return windowScaling(false)
                    .timestamps(false)
                    .selectiveAcknowledgments(false)
                    .ecn(Ecn.NEVER)
                    .delayedAck(Duration.ZERO);
        }

        /** Sets {@link EndpointConfig#nagle()}. */
        public Builder nagle(boolean on) {
            nagle = on;
            return this;
        }

        /** Sets {@link EndpointConfig#delayedAckNs()}: 0 to 500 ms. */
        public Builder delayedAck(Duration delay) {
            long delayNs = NANOSECONDS.convert(delay);
            if (delayNs < 0 || delayNs > 500 * MS) {
                throw new IllegalArgumentException(
                        "a delayed ACK of " + delay + " is out of range; choose 0 to 500 ms");
            }
            delayedAckNs = delayNs;
            return this;
        }

        /**
         * Sets the retransmission timeouts: initial, shortest and longest. Those of RFC 6298 §2 are
         * 1 s, 1 s and 60 s; see {@link EndpointConfig#minRtoNs()}.
         *
         * @throws IllegalArgumentException unless 0 &lt; shortest &lt;= initial &lt;= longest
         */
        public Builder retransmissionTimeouts(
                Duration initial, Duration shortest, Duration longest) {
            long initialNs = NANOSECONDS.convert(initial);
            long minNs = NANOSECONDS.convert(shortest);
            long maxNs = NANOSECONDS.convert(longest);
            if (minNs <= 0 || initialNs < minNs || maxNs < initialNs) {
                throw new IllegalArgumentException(
                        "retransmission timeouts must rise from the shortest over the initial to"
                                + " the longest, and be above 0; got "
                                + (shortest + ", " + initial + ", " + longest));
            }
            initialRtoNs = initialNs;
            minRtoNs = minNs;
            maxRtoNs = maxNs;
            return this;
        }

        /**
         * Sets {@link EndpointConfig#retransmissionsR1()} and {@link
         * EndpointConfig#retransmissionsR2()}.
         */
        public Builder retransmissions(int r1, int r2) {
            retransmissionsR1 = require("R1", r1, 1, 1000);
            retransmissionsR2 = require("R2", r2, r1, 1000);
            return this;
        }

        /** Sets {@link EndpointConfig#connectTimeoutNs()}, above 0. */
        public Builder connectTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException(
                        "a connect timeout of " + timeout + " is too short; choose more than 0");
            }
            connectTimeoutNs = NANOSECONDS.convert(timeout);
            return this;
        }

        /** Sets {@link EndpointConfig#userTimeoutNs()}; zero for none. */
        public Builder userTimeout(Duration timeout) {
            userTimeoutNs = requireNotNegative("a user timeout", timeout);
            return this;
        }

        /** Sets {@link EndpointConfig#challengeAckIntervalNs()}; zero for no limit. */
        public Builder challengeAckInterval(Duration interval) {
            challengeAckIntervalNs = requireNotNegative("an interval", interval);
            return this;
        }

        /** Sets {@link EndpointConfig#resetsPerSecond()}. */
        public Builder resetsPerSecond(int resets) {
            resetsPerSecond = require("resetsPerSecond", resets, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets the ports that {@code connect} chooses from. */
        public Builder ephemeralPorts(int first, int last) {
            firstEphemeralPort = require("first port", first, 1, 65_535);
            lastEphemeralPort = require("last port", last, first, 65_535);
            return this;
        }

        /**
         * Makes the endpoint one of several with the same addresses, see {@link FlowShare}. All of
         * them need the same count, key and ephemeral ports.
         *
         * @param index 0 to {@code count - 1}
         * @param count how many there are, 1 to {@link FlowShare#MOST}
         * @param key a secret number
         */
        public Builder share(int index, int count, long key) {
            shareCount = require("count", count, 1, FlowShare.MOST);
            shareIndex = require("index", index, 0, count - 1);
            shareKey = key;
            return this;
        }

        /** Sets {@link EndpointConfig#maxConnections()}. */
        public Builder maxConnections(int connections) {
            maxConnections = require("maxConnections", connections, 1, 1 << 28);
            return this;
        }

        /** Sets {@link EndpointConfig#limits()}. */
        public Builder limits(Limits newLimits) {
            limits = Objects.requireNonNull(newLimits, "limits");
            return this;
        }

        private static long requireNotNegative(String what, Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException(
                        what + " of " + time + " is negative; choose zero or more");
            }
            return NANOSECONDS.convert(time);
        }

        private static int require(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        name + " " + value + " is out of range; choose " + least + " to " + most);
            }
            return value;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException when it has no address
         */
        public EndpointConfig build() {
            return new EndpointConfig(this);
        }
    }
}
