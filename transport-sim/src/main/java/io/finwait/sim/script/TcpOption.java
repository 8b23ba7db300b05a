package io.finwait.sim.script;

import java.util.List;
import java.util.OptionalLong;

/** An option of a segment, as a script writes it. */
sealed interface TcpOption {

    record Nop() implements TcpOption {}

    record End() implements TcpOption {}

    record Mss(int octets) implements TcpOption {}

    record WindowScale(int shift) implements TcpOption {}

    record SackPermitted() implements TcpOption {}

    record Sack(List<Block> blocks) implements TcpOption {}

    /** A SACK block: the first number and the one behind the last. */
    record Block(long left, long right) {}

    /**
     * Timestamps.
     *
     * @param value TSval; empty is {@code ...}: not checked
     * @param echo TSecr
     * @param literal the echo goes to the wire as it is ({@code ecr 7!})
     */
    record Timestamps(OptionalLong value, long echo, boolean literal) implements TcpOption {}

    /**
     * What Finwait does not speak: the options of fast open, MD5 and accurate ECN, and TCP in UDP.
     *
     * @param keyword FO, FOEXP, md5, ECN or udp
     * @param content what follows it, words separated by one blank; may be empty
     */
    record Foreign(String keyword, String content) implements TcpOption {}
}
