package io.finwait.trace.explain;

import io.finwait.tcp.State;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;

/**
 * Judges why an RST was sent: the likeliest cause first. Each rule looks at one kind of evidence,
 * from the strongest to the weakest.
 */
final class ResetCauses {

    private static final long LONG_SILENCE_NS = 30_000_000_000L;
    private static final int GIVES_UP_AFTER = 3;

    /**
     * A kernel sends FIN and RST of one close within microseconds; a capture's clock is coarser.
     */
    private static final long BACK_TO_BACK_NS = 2_000_000;

    /** No host restarts and no NAT forgets sooner after a sign of life. */
    static final long FIT_TO_FORGET_NS = 10_000_000_000L;

    /** Beyond this a number cannot belong to the window of a live connection. */
    private static final int FAR = 1 << 24;

    private final Conversation conversation;
    private final ResetFacts reset;
    private final List<Reason> reasons = new ArrayList<>(2);

    private ResetCauses(Conversation conversation) {
        this.conversation = conversation;
        reset = conversation.reset;
    }

    /** The likeliest cause and, where there is one, the second likeliest. */
    static List<Reason> of(Conversation conversation) {
        ResetCauses causes = new ResetCauses(conversation);
        causes.judge();
        List<Reason> found = causes.reasons;
        return List.copyOf(found.subList(0, Math.min(2, found.size())));
    }

    private void judge() {
        injected();
        if (refused() || duringHandshake()) {
            return;
        }
        forgotten();
        gaveUp();
        oldDuplicate();
        if (reset.ownFinNumber > 0) {
            afterOwnFin();
        } else {
            withoutFin();
        }
        if (reasons.isEmpty()) {
            add(Cause.UNKNOWN, "nothing before packet " + reset.number + " explains it");
        }
    }

    private void injected() {
        if (answersAfterSilence()) {
            return;
        }
        List<String> signs = new ArrayList<>();
        if (reset.timeToLiveDiffers && !refusedBySyn()) {
            signs.add("its TTL of " + reset.timeToLive + " is not its sender's usual one");
        }
        if (!reset.numberIsExpected()) {
            signs.add("its SEQ is not what its sender would use");
        }
        if (reset.firstBehind() > 0 && !reset.isFromNobody() && reset.ownFinNumber == 0) {
            signs.add(
                    "its sender goes on in packet "
                            + reset.firstBehind()
                            + " as if nothing had been");
        }
        if (conversation.secondReset != null
                && conversation.secondReset.timeNs - reset.timeNs < BACK_TO_BACK_NS
                && conversation.secondReset.provokedBy != reset.number
                && !signs.isEmpty()) {
            signs.add("both sides are reset at once");
        }
        if (signs.size() >= 2 || (signs.size() == 1 && reset.timeToLiveDiffers)) {
            add(Cause.INJECTED, String.join("; ", signs), reset.number, reset.firstBehind());
        }
    }

    /** A NAT or firewall that has forgotten a connection answers in place of the host. */
    private boolean answersAfterSilence() {
        return reset.isFromNobody()
                && reset.firstBehind() == 0
                && (reset.provokedText > 0 || reset.provokedByProbe)
                && reset.lastSignNs >= FIT_TO_FORGET_NS;
    }

    private String whoseTimeToLive() {
        return reset.timeToLiveDiffers
                ? "; its TTL of "
                        + reset.timeToLive
                        + " is not the host's: a NAT or firewall on the way has sent it"
                : "";
    }

    private boolean refusedBySyn() {
        return reset.provokedBySyn() && reset.ownPackets == 0;
    }

    private boolean refused() {
        if (!refusedBySyn() || (reset.provokedFlags & TcpHeader.ACK) != 0) {
            return false;
        }
        add(
                Cause.REFUSED,
                "packet " + reset.number + " answers the SYN of packet " + reset.provokedBy,
                reset.provokedBy,
                reset.number);
        return true;
    }

    private boolean duringHandshake() {
        boolean answersSynAck =
                reset.provokedBySyn()
                        && (reset.provokedFlags & TcpHeader.ACK) != 0
                        && reset.answers;
        if (answersSynAck) {
            boolean itsOwn = reset.stateBefore == State.ESTABLISHED || reset.hasAck;
            add(
                    itsOwn ? Cause.CANCELLED : Cause.OLD_DUPLICATE,
                    itsOwn
                            ? "packet "
                                    + reset.number
                                    + " answers the SYN,ACK: its opener had stopped waiting"
                            : "packet "
                                    + reset.number
                                    + " answers a SYN,ACK that its host did not expect",
                    reset.provokedBy,
                    reset.number);
            return true;
        }
        if (reset.stateBefore == State.SYN_SENT && reset.isFromNobody()) {
            add(
                    Cause.OLD_DUPLICATE,
                    "packet "
                            + reset.provokedBy
                            + " answers the SYN for an old connection of this pair, in LAST_ACK or"
                            + " TIME_WAIT; the RST ends that one, and a SYN sent again opens the"
                            + " new one",
                    reset.provokedBy,
                    reset.number);
            return true;
        }
        if (reset.stateBefore == State.SYN_SENT) {
            add(Cause.CANCELLED, "the opener closed before anybody answered", reset.number);
            return true;
        }
        return false;
    }

    /** The RST of a host without the socket answers a probe, or text after a long silence. */
    private void forgotten() {
        if (!reset.isFromNobody() || reset.ownFinNumber > 0) {
            return;
        }
        if (reset.provokedByProbe) {
            add(
                    Cause.FORGOTTEN,
                    "packet "
                            + reset.provokedBy
                            + " is a keep-alive probe, and the RST is that of a host without the"
                            + " connection"
                            + whoseTimeToLive(),
                    reset.provokedBy,
                    reset.number);
        } else if (reset.provokedText > 0 && reset.silenceNs >= LONG_SILENCE_NS) {
            add(
                    Cause.FORGOTTEN,
                    "packet "
                            + reset.provokedBy
                            + " came after "
                            + Durations.words(reset.silenceNs)
                            + " of silence, and the RST is that of a host without the connection"
                            + whoseTimeToLive(),
                    reset.provokedBy,
                    reset.number);
        }
    }

    private void gaveUp() {
        if (reset.ownProbes >= 2 && !reset.answers) {
            add(Cause.GAVE_UP, reset.ownProbes + " keep-alive probes had no answer", reset.number);
        }
        if (reset.ownRepeats > GIVES_UP_AFTER && reset.ownRepeatsDouble && !reset.answers) {
            add(
                    Cause.GAVE_UP,
                    "the same number was sent "
                            + reset.ownRepeats
                            + " times at growing distances without an answer",
                    reset.number);
        }
    }

    private void oldDuplicate() {
        Flow own = conversation.flows[reset.side];
        int from = reset.provokedSeq - own.lastAck;
        boolean far = own.lastAckKnown && (from > FAR || from < -FAR);
        if (reset.answers && far && !reset.provokedBySyn()) {
            add(
                    Cause.OLD_DUPLICATE,
                    "packet " + reset.provokedBy + " lies far outside the window",
                    reset.provokedBy,
                    reset.number);
        }
    }

    private void afterOwnFin() {
        if (reset.isFromNobody()) {
            answersAfterFin();
            return;
        }
        if (reset.timeNs - reset.ownFinNs < BACK_TO_BACK_NS) {
            add(
                    Cause.UNREAD_TEXT,
                    "FIN (packet "
                            + reset.ownFinNumber
                            + ") and RST left back to back, as when a socket is closed with text"
                            + " unread",
                    reset.ownFinNumber,
                    reset.number);
        } else if (textWaits()) {
            unread();
        }
        add(
                Cause.ABORT,
                "after its FIN (packet "
                        + reset.ownFinNumber
                        + ") the application did not wait for the end",
                reset.ownFinNumber,
                reset.number);
    }

    private void answersAfterFin() {
        if (reset.provokedText > 0) {
            add(
                    Cause.TEXT_AFTER_CLOSE,
                    "its FIN is packet "
                            + reset.ownFinNumber
                            + ", and packet "
                            + reset.provokedBy
                            + " brought text that nobody would read",
                    reset.ownFinNumber,
                    reset.provokedBy,
                    reset.number);
            return;
        }
        add(
                Cause.FORGOTTEN,
                "it answers packet "
                        + reset.provokedBy
                        + ", and its socket was gone although only its own FIN (packet "
                        + reset.ownFinNumber
                        + ") had been seen: the application aborted, or FIN_WAIT_2 had timed out",
                reset.ownFinNumber,
                reset.provokedBy,
                reset.number);
    }

    private void withoutFin() {
        if (reset.isFromNobody() && reset.provokedText > 0) {
            answersText();
            return;
        }
        if (textWaits()) {
            unread();
        }
        add(
                Cause.ABORT,
                reset.ownUnacknowledged == 0
                        ? "an RST in place of a FIN, with everything acknowledged"
                        : "an RST in place of a FIN, with "
                                + reset.ownUnacknowledged
                                + " octets of its own unacknowledged",
                reset.number);
        if (!textWaits() && reset.peerLastTextArrived) {
            unread();
        }
    }

    /** The peer's last text has arrived, and the application has sent none since. */
    private boolean textWaits() {
        return reset.peerLastTextNumber > reset.ownLastTextNumber && reset.peerLastTextArrived;
    }

    private void unread() {
        add(
                Cause.UNREAD_TEXT,
                "the text of packet "
                        + reset.peerLastTextNumber
                        + " had arrived, and "
                        + (reset.peerLastTextNumber > reset.ownLastTextNumber
                                ? "the application has said nothing since"
                                : "the application need not have read it"),
                reset.peerLastTextNumber,
                reset.number);
    }

    /**
     * Without a FIN in sight: a host that was there just now has closed, one long silent has
     * forgotten.
     */
    private void answersText() {
        Reason closed =
                Reason.of(
                        Cause.TEXT_AFTER_CLOSE,
                        "packet "
                                + reset.provokedBy
                                + " brought text, and the RST is that of a host without the socket,"
                                + " whose FIN is not in the capture or had not left yet",
                        reset.provokedBy,
                        reset.number);
        Reason forgotten =
                Reason.of(
                        Cause.FORGOTTEN,
                        "packet "
                                + reset.provokedBy
                                + " was answered by an RST of a host without the connection"
                                + whoseTimeToLive(),
                        reset.provokedBy,
                        reset.number);
        boolean wasThere =
                reset.lastSignNs != ResetFacts.UNKNOWN && reset.lastSignNs < FIT_TO_FORGET_NS;
        add(wasThere ? closed : forgotten);
        add(wasThere ? forgotten : closed);
    }

    private void add(Cause cause, String evidence, long... packets) {
        add(Reason.of(cause, evidence, packets));
    }

    /** The first rule that names a cause has the best evidence for it. */
    private void add(Reason reason) {
        if (reasons.stream().noneMatch(each -> each.cause() == reason.cause())) {
            reasons.add(reason);
        }
    }
}
