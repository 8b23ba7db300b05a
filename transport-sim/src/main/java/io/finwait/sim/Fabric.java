package io.finwait.sim;

import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Collectors;

/**
 * Where packets travel: nodes, the links between them, the packets on their way in order of their
 * next event, and the virtual time.
 */
final class Fabric {

    private final long seed;
    private final List<Node> nodes = new ArrayList<>();
    private final PacketPool pool = new PacketPool();
    private final RuleBook rules = new RuleBook();
    private final TextFlip textFlip = new TextFlip();
    private final Observers observers = new Observers();
    private final PriorityQueue<SimPacket> events = new PriorityQueue<>(64, Fabric::earlier);
    private boolean addressesDecide;
    private SimSwitch frameSwitch;
    private LinkModel defaultModel = LinkModel.perfect();
    private long nowNs;
    private long nextNumber;
    private long nextOrder;

    Fabric(long seed) {
        this.seed = seed;
    }

    /** By time; at equal times in the order in which the events were made. */
    private static int earlier(SimPacket a, SimPacket b) {
        return a.dueNs == b.dueNs ? Long.compare(a.order, b.order) : Long.compare(a.dueNs, b.dueNs);
    }

    long nowNs() {
        return nowNs;
    }

    void nowNs(long newNowNs) {
        nowNs = newNowNs;
    }

    PacketPool pool() {
        return pool;
    }

    RuleBook rules() {
        return rules;
    }

    Observers observers() {
        return observers;
    }

    Node nodeOrNull(String name) {
        for (Node node : nodes) {
            if (node.name().equals(name)) {
                return node;
            }
        }
        return null;
    }

    Node node(String name) {
        Node node = nodeOrNull(name);
        if (node == null) {
            String known = nodes.stream().map(Node::name).collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    "no host is called '"
                            + name
                            + "'; attach it first"
                            + (known.isEmpty() ? "" : ", here are " + known));
        }
        return node;
    }

    Node addNode(String name) {
        Node added = new Node(name, nodes.size());
        nodes.add(added);
        for (Node other : nodes) {
            added.addLink(newLink(added, other));
            if (other != added) {
                other.addLink(newLink(other, added));
            }
        }
        return added;
    }

    private Impairment newLink(Node from, Node to) {
        LinkModel model = from.ownModel == null ? defaultModel : from.ownModel;
        return new Impairment(model, Mix.seed(seed, from.name() + " > " + to.name()));
    }

    void modelOfAllLinks(LinkModel model) {
        defaultModel = model;
        for (Node from : nodes) {
            modelOfLinksFrom(from, model);
            from.ownModel = null;
        }
    }

    void modelOfLinksFrom(Node from, LinkModel model) {
        from.ownModel = model;
        for (Node to : nodes) {
            from.linkTo(to).model(model);
        }
    }

    void routeByAddress() {
        addressesDecide = true;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Carries frames from now on, through a switch. */
    void ethernet() {
        if (frameSwitch == null) {
            frameSwitch = new SimSwitch(this);
        }
    }

    /** What joins the hosts where frames are carried, else null. */
    SimSwitch frameSwitch() {
        return frameSwitch;
    }

    /** Takes over a packet that its owner has filled. */
    void send(SimPacket packet) {
        packet.isFrame = frameSwitch != null;
        if (packet.isFrame) {
            frameSwitch.forward(packet);
        } else {
            sendTo(packet, route(packet));
        }
    }

    /** A frame that goes to another host as well. */
    SimPacket again(SimPacket frame) {
        SimPacket again = pool.take(frame.length(), frame.buffer().capacity());
        again.buffer().put(again.offset(), frame.buffer(), frame.offset(), frame.length());
        again.from = frame.from;
        again.isFrame = frame.isFrame;
        return again;
    }

    /** Sends a packet to a node; null: nobody gets it. */
    void sendTo(SimPacket packet, Node to) {
        packet.sent(nextNumber++, nowNs);
        packet.to = to;
        observers.sent(nowNs, packet);
        if (packet.to == null) {
            drop(packet, DropReason.NO_ROUTE);
            return;
        }
        Treatment treatment = rules.treat(packet, nowNs);
        Impairment link = packet.from.linkTo(packet.to);
        link.judge(packet.length(), nowNs);
        DropReason why = treatment.dropped ? DropReason.RULE : link.drop();
        if (why == null) {
            prepareTravel(packet, link, treatment);
        } else {
            packet.doomed = true;
            observers.dropped(nowNs, packet, why);
        }
        if (link.departureNs() - nowNs > 0) {
            packet.place = SimPacket.Place.WAITING;
            packet.from.waiting++;
            link.enqueued();
            schedule(packet, link.departureNs());
        } else {
            depart(packet);
        }
    }

    private void prepareTravel(SimPacket packet, Impairment link, Treatment treatment) {
        packet.arrivalNs = link.arrivalNs() + treatment.delayNs;
        if (link.duplicated()) {
            copy(packet, link.copyArrivalNs() + treatment.delayNs, null);
        }
        for (int i = 0; i < treatment.copies; i++) {
            copy(packet, treatment.copyUntilNs(i), treatment.copyHolder(i));
        }
        int ip = Frames.ipAt(packet);
        link.mark(packet.buffer(), packet.offset() + ip, packet.length() - ip);
        int index = link.corrupt(packet.buffer(), packet.offset());
        if (index >= 0) {
            observers.corrupted(nowNs, packet, index);
        }
        if (treatment.corruptedBits != 0) {
            flip(packet, Math.min(treatment.corruptedIndex, packet.length() - 1), treatment);
        }
        if (treatment.flippedTextBits != 0) {
            int flipped = textFlip.flip(packet, treatment.flippedTextBits);
            if (flipped >= 0) {
                observers.corrupted(nowNs, packet, flipped);
            }
        }
        if (treatment.held) {
            hold(packet, treatment.heldUntilNs, treatment.holder);
        }
    }

    private void flip(SimPacket packet, int index, Treatment treatment) {
        ByteBuffer buffer = packet.buffer();
        int at = packet.offset() + index;
        buffer.put(at, (byte) (buffer.get(at) ^ treatment.corruptedBits));
        observers.corrupted(nowNs, packet, index);
    }

    private void hold(SimPacket packet, long untilNs, Rule holder) {
        packet.heldBy = untilNs == Rule.UNTIL_RELEASED ? holder : null;
        packet.arrivalNs = Math.max(packet.arrivalNs, untilNs);
        observers.held(nowNs, packet, packet.arrivalNs);
    }

    /** Makes a copy that arrives at a time, but not before the original, or is held by a rule. */
    private void copy(SimPacket original, long arrivalNs, Rule holder) {
        SimPacket copy = pool.take(original.length(), original.buffer().capacity());
        copy.buffer().put(copy.offset(), original.buffer(), original.offset(), original.length());
        copy.from = original.from;
        copy.to = original.to;
        copy.isFrame = original.isFrame;
        copy.sent(nextNumber++, original.number(), nowNs);
        copy.arrivalNs = original.arrivalNs;
        observers.duplicated(nowNs, original, copy);
        if (holder != null && arrivalNs != 0) {
            hold(copy, arrivalNs, holder);
        } else {
            copy.arrivalNs = Math.max(copy.arrivalNs, arrivalNs);
        }
        depart(copy);
    }

    private void depart(SimPacket packet) {
        if (packet.doomed) {
            pool.giveBack(packet);
        } else if (packet.heldBy != null) {
            packet.place = SimPacket.Place.HELD;
            packet.heldBy.keep(packet);
        } else {
            fly(packet, packet.arrivalNs);
        }
    }

    /** Lets a packet arrive at a time. */
    void fly(SimPacket packet, long timeNs) {
        packet.place = SimPacket.Place.FLYING;
        schedule(packet, timeNs);
    }

    private void schedule(SimPacket packet, long timeNs) {
        packet.dueNs = timeNs;
        packet.order = nextOrder++;
        events.add(packet);
    }

    /** Time of the next departure or arrival; {@link Long#MAX_VALUE} when nothing is on its way. */
    long nextEventNs() {
        SimPacket next = events.peek();
        return next == null ? Long.MAX_VALUE : next.dueNs;
    }

    /** Does what is due now; returns how much was done. */
    int work() {
        int done = 0;
        while (nextEventNs() <= nowNs) {
            SimPacket packet = events.remove();
            if (packet.place == SimPacket.Place.WAITING) {
                packet.from.waiting--;
                packet.from.linkTo(packet.to).departed();
                depart(packet);
            } else {
                arrive(packet);
            }
            done++;
        }
        return done;
    }

    private void arrive(SimPacket packet) {
        SimTransport receiver = packet.to.transport;
        if (receiver == null) {
            drop(packet, DropReason.CLOSED);
        } else if (frameSwitch != null && frameSwitch.isDown(packet.to)) {
            drop(packet, DropReason.NO_ROUTE);
        } else if (packet.length() > receiver.capabilities().mtu()) {
            drop(packet, DropReason.TOO_LONG);
        } else if (!receiver.accept(packet)) {
            drop(packet, DropReason.INBOX_FULL);
        } else {
            observers.delivered(nowNs, packet);
        }
    }

    /** Ends a packet that will not be delivered. */
    void drop(SimPacket packet, DropReason why) {
        observers.dropped(nowNs, packet, why);
        pool.giveBack(packet);
    }

    /**
     * Between two nodes everything goes to the other; among more the destination address decides.
     */
    private Node route(SimPacket packet) {
        if (nodes.size() == 2 && !addressesDecide) {
            return nodes.get(1 - packet.from.index);
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        int version = packet.length() == 0 ? 0 : b.get(at) >>> 4 & 0xF;
        if (version == 4 && packet.length() >= Ipv4.HEADER_LENGTH) {
            return owner(0, IpAddress.v4Low(Ipv4.destination(b, at)));
        }
        if (version == 6 && packet.length() >= Ipv6.HEADER_LENGTH) {
            return owner(Ipv6.destinationHigh(b, at), Ipv6.destinationLow(b, at));
        }
        return null;
    }

    private Node owner(long high, long low) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).has(high, low)) {
                return nodes.get(i);
            }
        }
        return null;
    }
}
