package io.finwait.wire;

/** Why a destination can't be reached: codes of ICMP's "destination unreachable". */
public enum Unreachable {
    /** No route leads to its network (RFC 792; RFC 4443 §3.1). */
    NETWORK(0, 0),
    /** Its host does not answer on its network. */
    HOST(1, 3),
    /** Nobody listens at its port. */
    PORT(3, 4),
    /** It is forbidden by whoever runs the network (RFC 1812 §5.2.7.1). */
    PROHIBITED(13, 1);

    private final int v4Code;
    private final int v6Code;

    Unreachable(int v4Code, int v6Code) {
        this.v4Code = v4Code;
        this.v6Code = v6Code;
    }

    /** The code of an ICMPv4 message of type 3. */
    public int v4Code() {
        return v4Code;
    }

    /** The code of an ICMPv6 message of type 1. */
    public int v6Code() {
        return v6Code;
    }
}
