package io.finwait.sim;

/** Chooses packets; {@link Segments} has the usual ones. */
@FunctionalInterface
public interface PacketMatcher {

    /** True when the packet is meant. */
    boolean matches(PassingPacket packet);

    /** Both. */
    default PacketMatcher and(PacketMatcher other) {
        return packet -> matches(packet) && other.matches(packet);
    }

    /** One of the two, or both. */
    default PacketMatcher or(PacketMatcher other) {
        return packet -> matches(packet) || other.matches(packet);
    }

    /** The packets that are not meant. */
    default PacketMatcher negate() {
        return packet -> !matches(packet);
    }
}
