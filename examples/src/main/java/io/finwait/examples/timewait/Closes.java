package io.finwait.examples.timewait;

import io.finwait.timewait.TimeWaitTable;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

/**
 * A server's closes, evenly spread over some virtual time. Half of them belong to one greedy
 * client; the others share the rest in turn.
 *
 * @param count how many
 * @param duringNs in how much virtual time
 * @param clients how many client hosts
 * @param ipv6 whether addresses are IPv6
 */
public record Closes(int count, long duringNs, int clients, boolean ipv6) {

    private static final int FIRST_LOCAL_PORT = 443;
    private static final int LOCAL_PORTS = 900;
    private static final int FIRST_CLIENT_PORT = 10_000;
    private static final int CLIENT_PORTS = 50_000;
    private static final IpAddress SERVER4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress CLIENT4 = IpAddress.parse("11.0.0.0");
    private static final IpAddress CLIENT6 = IpAddress.parse("2001:db8:1::");

    /** When close {@code i} happens, in ns. */
    public long timeNs(int i) {
        return (long) ((double) duringNs * i / count);
    }

    /** True when the client of close {@code i} is the greedy one. */
    public boolean isGreedy(int i) {
        return (i & 1) == 0;
    }

    /** The address of the greedy client. */
    public IpAddress greedy() {
        return client(0);
    }

    private IpAddress client(int number) {
        // A host of its own in IPv6 is a /64 of its own.
        return ipv6
                ? new IpAddress(CLIENT6.high() + number, 1)
                : IpAddress.v4((int) CLIENT4.low() + number + 1);
    }

    /** Puts close {@code i} into a table; false when it was refused. */
    boolean enter(TimeWaitTable table, int i) {
        int turn = i >>> 1;
        boolean greedy = isGreedy(i);
        IpAddress server = ipv6 ? SERVER6 : SERVER4;
        int number = greedy ? 0 : 1 + turn % (clients - 1);
        int connection = greedy ? turn : turn / (clients - 1);
        long high = ipv6 ? CLIENT6.high() + number : 0;
        long low = ipv6 ? 1 : IpAddress.v4Low((int) CLIENT4.low() + number + 1);
        return table.enter(
                FourTuple.of(
                        server.high(),
                        server.low(),
                        high,
                        low,
                        FIRST_LOCAL_PORT + connection / CLIENT_PORTS % LOCAL_PORTS,
                        FIRST_CLIENT_PORT + connection % CLIENT_PORTS),
                i,
                -i,
                65_535,
                0,
                true,
                i,
                0,
                timeNs(i));
    }
}
