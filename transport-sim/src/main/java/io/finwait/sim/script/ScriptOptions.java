package io.finwait.sim.script;

import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;

import java.util.Objects;
import java.util.function.UnaryOperator;

/** How scripts are run; immutable. The defaults are those of a test of one's own. */
public final class ScriptOptions {

    /** Profile RFC, IPv4 unless the script says otherwise. */
    public static final ScriptOptions DEFAULT = new ScriptOptions();

    private Profile profile = Profile.RFC;
    private int ipVersion = 4;
    private long toleranceNs = -1;
    private boolean strictEnd;
    private UnaryOperator<EndpointConfig.Builder> config = UnaryOperator.identity();
    private UnaryOperator<Transport> transport = UnaryOperator.identity();

    private ScriptOptions() {}

    private ScriptOptions(ScriptOptions other) {
        profile = other.profile;
        ipVersion = other.ipVersion;
        toleranceNs = other.toleranceNs;
        strictEnd = other.strictEnd;
        config = other.config;
        transport = other.transport;
    }

    /** Whose habits the script expects. */
    public Profile profile() {
        return profile;
    }

    /** 4 or 6, for scripts that do not say which they want. */
    public int ipVersion() {
        return ipVersion;
    }

    /**
     * How far from its time an event may be in scripts that do not say it, in nanoseconds; below 0:
     * 1 ms in profile RFC, and as packetdrill does in the others.
     */
    public long toleranceNs() {
        return toleranceNs;
    }

    /** Whether segments that nobody expected at the end make the script fail. */
    public boolean strictEnd() {
        return strictEnd;
    }

    /** What is done to the configuration before the endpoint is made. */
    public UnaryOperator<EndpointConfig.Builder> config() {
        return config;
    }

    /** What is put around the transport, a tap for instance. */
    public UnaryOperator<Transport> transport() {
        return transport;
    }

    /** The same with another profile. */
    public ScriptOptions withProfile(Profile newProfile) {
        ScriptOptions options = new ScriptOptions(this);
        options.profile = Objects.requireNonNull(newProfile, "profile");
        return options;
    }

    /** The same with another IP version for scripts that do not say which they want. */
    public ScriptOptions withIpVersion(int version) {
        if (version != 4 && version != 6) {
            throw new IllegalArgumentException("IP version " + version + "; choose 4 or 6");
        }
        ScriptOptions options = new ScriptOptions(this);
        options.ipVersion = version;
        return options;
    }

    /** The same with another {@link #toleranceNs()}. */
    public ScriptOptions withToleranceNs(long tolerance) {
        ScriptOptions options = new ScriptOptions(this);
        options.toleranceNs = tolerance;
        return options;
    }

    /** The same with or without a strict end. */
    public ScriptOptions withStrictEnd(boolean strict) {
        ScriptOptions options = new ScriptOptions(this);
        options.strictEnd = strict;
        return options;
    }

    /**
     * The same with another configuration of the endpoint. It is applied last: addresses, buffers
     * and options of the profile have been set.
     */
    public ScriptOptions withConfig(UnaryOperator<EndpointConfig.Builder> newConfig) {
        ScriptOptions options = new ScriptOptions(this);
        options.config = Objects.requireNonNull(newConfig, "config");
        return options;
    }

    /** The same with something around the transport: a tap that captures, a fault. */
    public ScriptOptions withTransport(UnaryOperator<Transport> newTransport) {
        ScriptOptions options = new ScriptOptions(this);
        options.transport = Objects.requireNonNull(newTransport, "transport");
        return options;
    }
}
