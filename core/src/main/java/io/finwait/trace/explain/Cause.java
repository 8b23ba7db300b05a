package io.finwait.trace.explain;

/** Why a connection was reset, refused or left, as far as a capture can tell. */
public enum Cause {
    /** Nobody listens at the port: an RST answered the SYN. */
    REFUSED("nobody listens at the port"),
    /** No answer to the SYN at all: a firewall, a full backlog, or no such host. */
    UNANSWERED("the SYN was never answered"),
    /** A host that had accepted other connections did not answer the SYN: its backlog was full. */
    BACKLOG_FULL("the listener's backlog was full"),
    /** Text arrived after its receiver had closed, not only shut down its output. */
    TEXT_AFTER_CLOSE("text came after the application had closed"),
    /** The application closed without reading all that had arrived. */
    UNREAD_TEXT("the application closed with text unread"),
    /** The application aborted: SO_LINGER with 0, or its process was killed that way. */
    ABORT("the application aborted (SO_LINGER 0)"),
    /**
     * The host knows nothing of the connection any more: restarted, or a NAT or firewall forgot.
     */
    FORGOTTEN("the other end had forgotten the connection"),
    /** A segment of another incarnation was answered. */
    OLD_DUPLICATE("a segment of an earlier connection was answered"),
    /** A device between the ends has sent the RST. */
    INJECTED("something between the ends sent the RST"),
    /** A sender gave up after repeating itself in vain. */
    GAVE_UP("the sender gave up after sending again in vain"),
    /** The opener did not want the connection any more before it was open. */
    CANCELLED("the opener gave the attempt up"),
    /** Nothing in the capture decides. */
    UNKNOWN("the capture does not tell");

    private final String words;

    Cause(String words) {
        this.words = words;
    }

    /** The cause in a few words, in the form of a clause. */
    public String words() {
        return words;
    }
}
