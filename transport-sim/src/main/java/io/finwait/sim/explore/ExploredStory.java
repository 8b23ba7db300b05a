package io.finwait.sim.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Everything that happened in one world, in order. The clock of the story gives every step some
 * milliseconds, so that pictures and captures have room; the endpoints' own clocks stand still
 * meanwhile.
 */
final class ExploredStory implements Witness {

    private static final long STEP_NS = 10_000_000;

    private final List<Happening> happenings = new ArrayList<>();
    private final List<Happening> leaving = new ArrayList<>();
    private final ExploredHost[] hosts = new ExploredHost[2];
    private final String[] states = {"", ""};
    private long nowNs;

    List<Happening> happenings() {
        return Collections.unmodifiableList(happenings);
    }

    @Override
    public void begins(ExploredHost host) {
        hosts[host.side] = host;
    }

    @Override
    public void sent(WirePacket packet) {
        leaving.add(new Happening.Sent(nowNs, packet));
    }

    @Override
    public void copied(WirePacket original, WirePacket copy) {
        happenings.add(new Happening.Copied(nowNs, original, copy));
    }

    /** A packet that finds no room is lost when it is sent. */
    @Override
    public void lost(WirePacket packet) {
        boolean leaves = leaving.contains(new Happening.Sent(nowNs, packet));
        (leaves ? leaving : happenings).add(new Happening.Lost(nowNs, packet));
    }

    @Override
    public void arrives(WirePacket packet) {
        nowNs += STEP_NS;
        happenings.add(new Happening.Arrived(nowNs, packet));
    }

    @Override
    public void called(int side, Call call, int result) {
        nowNs += STEP_NS;
        happenings.add(new Happening.Called(nowNs, side, call, result));
    }

    /** When both clocks move together, the story's clock moves once. */
    @Override
    public void timePasses(int side, long ns, boolean alsoElsewhere) {
        happenings.add(new Happening.Passed(nowNs, side, ns));
        nowNs += alsoElsewhere ? 0 : ns;
    }

    /** First the states, then what was sent in them. */
    @Override
    public void settled() {
        for (ExploredHost host : hosts) {
            String state = host.state();
            if (!state.equals(states[host.side])) {
                states[host.side] = state;
                happenings.add(new Happening.Entered(nowNs, host.side, state));
            }
        }
        happenings.addAll(leaving);
        leaving.clear();
    }
}
