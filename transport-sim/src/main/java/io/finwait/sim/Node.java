package io.finwait.sim;

import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;

/** A named place in the network; its transport may be closed and another one opened there. */
final class Node {

    private final String name;
    final int index;
    private final List<Impairment> links = new ArrayList<>();
    private List<IpAddress> addresses = List.of();
    SimTransport transport;

    /** For links from here to nodes that are added later; null: the network's. */
    LinkModel ownModel;

    /** Packets that this node has sent and that have not left yet. */
    int waiting;

    Node(String name, int index) {
        this.name = name;
        this.index = index;
    }

    String name() {
        return name;
    }

    List<IpAddress> addresses() {
        return addresses;
    }

    void addresses(List<IpAddress> newAddresses) {
        addresses = newAddresses;
    }

    boolean has(long high, long low) {
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress address = addresses.get(i);
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }

    void addLink(Impairment link) {
        links.add(link);
    }

    Impairment linkTo(Node other) {
        return links.get(other.index);
    }
}
