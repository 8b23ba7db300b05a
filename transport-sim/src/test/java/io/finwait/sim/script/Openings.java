package io.finwait.sim.script;

/** How scripts begin. */
final class Openings {

    /** A listener, descriptor 3. */
    static final String LISTEN =
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            """;

    /** And a connection that it has accepted, descriptor 4. */
    static final String ACCEPT =
            LISTEN
                    + """
                    +0 < S 0:0(0) win 65535 <mss 1460>
                    +0 > S. 0:0(0) ack 1 <mss 1460>
                    +0 < . 1:1(0) ack 1 win 65535
                    +0 accept(3, ..., ...) = 4
                    """;

    private Openings() {}
}
