package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.internal.tcb.HeldSyn;
import io.finwait.wire.Unreachable;

/** A SYN that waits for the user's answer. Its fields are {@link CatchAllPort}'s. */
final class TcpIncoming extends HeldSyn implements Incoming {

    /** How far it is. */
    enum Phase {
        /** No answer so far. */
        WAITING,
        /** The user has answered; the next cycle carries it out. */
        ANSWERED,
        /** It is never answered, and stands here only so that it is not told again. */
        IGNORED,
        /** The SYN,ACK is sent. */
        HANDSHAKE,
        /** Whatever became of it, nothing can be done any more. */
        OVER
    }

    private final IncomingAnswers answers;

    Phase phase = Phase.WAITING;
    Answer answer;
    Unreachable why;
    long sinceNs;

    /** The connection of a SYN cookie, or of a handshake that is complete; else null. */
    TcpConnection connection;

    boolean alreadyOpen;

    /** The user was told of it, or its turn has come. */
    boolean told;

    Gone gone;
    private Object attachment;

    /** Links of {@link WaitingSyns}. */
    TcpIncoming inBucket;

    TcpIncoming older;
    TcpIncoming newer;
    boolean queued;

    /** What the user has said. */
    enum Answer {
        ACCEPT,
        REFUSE,
        UNREACHABLE,
        IGNORE
    }

    TcpIncoming(IncomingAnswers answers) {
        this.answers = answers;
    }

    @Override
    public boolean accept() {
        return answers.add(this, Answer.ACCEPT, null);
    }

    @Override
    public boolean refuse() {
        return answers.add(this, Answer.REFUSE, null);
    }

    @Override
    public boolean unreachable(Unreachable reason) {
        return answers.add(this, Answer.UNREACHABLE, reason);
    }

    @Override
    public boolean ignore() {
        return answers.add(this, Answer.IGNORE, null);
    }

    @Override
    public boolean isWaiting() {
        return phase == Phase.WAITING;
    }

    @Override
    public boolean isAlreadyOpen() {
        return alreadyOpen;
    }

    @Override
    public Object attachment() {
        return attachment;
    }

    @Override
    public void attach(Object newAttachment) {
        attachment = newAttachment;
    }

    @Override
    public String toString() {
        return "a SYN " + sockets() + " (" + phase + ")";
    }
}
