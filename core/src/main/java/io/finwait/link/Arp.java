package io.finwait.link;

import java.nio.ByteBuffer;

/**
 * A message of the address resolution protocol for IPv4 over Ethernet (RFC 826), of 28 octets. As
 * an object: the fields of a received one, read in place.
 */
final class Arp {

    static final int LENGTH = 28;
    static final int REQUEST = 1;
    static final int REPLY = 2;

    private static final int ETHERNET_AND_IPV4 = 0x0001_0800;
    private static final int LENGTHS = 0x0604;
    private static final int OPERATION = 6;
    private static final int SENDER = 8;
    private static final int SENDER_IP = 14;
    private static final int TARGET = 18;
    private static final int TARGET_IP = 24;

    private int operation;
    private long senderMac;
    private int senderIp;
    private int targetIp;

    /** Reads a message; false when it is none about Ethernet and IPv4, or not well-formed. */
    boolean parse(ByteBuffer b, int at, int length) {
        if (length < LENGTH
                || b.getInt(at) != ETHERNET_AND_IPV4
                || (b.getShort(at + 4) & 0xFFFF) != LENGTHS) {
            return false;
        }
        operation = b.getShort(at + OPERATION) & 0xFFFF;
        senderMac = MacAddress.read(b, at + SENDER);
        senderIp = b.getInt(at + SENDER_IP);
        targetIp = b.getInt(at + TARGET_IP);
        return (operation == REQUEST || operation == REPLY) && MacAddress.isOfOneHost(senderMac);
    }

    boolean isReply() {
        return operation == REPLY;
    }

    long senderMac() {
        return senderMac;
    }

    /** The 32 bits of the sender's address; 0 in a probe (RFC 5227 §1.1). */
    int senderIp() {
        return senderIp;
    }

    int targetIp() {
        return targetIp;
    }

    static void write(
            ByteBuffer b,
            int at,
            int operation,
            long senderMac,
            int senderIp,
            long targetMac,
            int targetIp) {
        b.putInt(at, ETHERNET_AND_IPV4);
        b.putShort(at + 4, (short) LENGTHS);
        b.putShort(at + OPERATION, (short) operation);
        MacAddress.write(b, at + SENDER, senderMac);
        b.putInt(at + SENDER_IP, senderIp);
        MacAddress.write(b, at + TARGET, targetMac);
        b.putInt(at + TARGET_IP, targetIp);
    }
}
