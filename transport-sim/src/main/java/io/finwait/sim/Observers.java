package io.finwait.sim;

import java.util.ArrayList;
import java.util.List;

/** Tells several observers, in the order in which they were added. */
final class Observers implements SimObserver {

    private final List<SimObserver> all = new ArrayList<>();

    void add(SimObserver observer) {
        all.add(observer);
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).sent(nowNs, packet);
        }
    }

    @Override
    public void delivered(long nowNs, SimPacket packet) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).delivered(nowNs, packet);
        }
    }

    @Override
    public void dropped(long nowNs, SimPacket packet, DropReason why) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).dropped(nowNs, packet, why);
        }
    }

    @Override
    public void duplicated(long nowNs, SimPacket original, SimPacket copy) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).duplicated(nowNs, original, copy);
        }
    }

    @Override
    public void corrupted(long nowNs, SimPacket packet, int index) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).corrupted(nowNs, packet, index);
        }
    }

    @Override
    public void held(long nowNs, SimPacket packet, long untilNs) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).held(nowNs, packet, untilNs);
        }
    }
}
