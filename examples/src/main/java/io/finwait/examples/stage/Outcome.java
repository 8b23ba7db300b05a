package io.finwait.examples.stage;

/**
 * What a call of an application came back with.
 *
 * @param kind success, end-of-stream, nothing in time, or an error
 * @param text the octets as text, or the error's words
 */
public record Outcome(Kind kind, String text) {

    /** How a call can end. */
    public enum Kind {
        /** It worked. */
        DONE,
        /** The peer has said that no more will come. */
        END_OF_STREAM,
        /** Nothing came before the deadline. */
        TIMED_OUT,
        /** It failed. */
        FAILED
    }

    static Outcome done(String text) {
        return new Outcome(Kind.DONE, text);
    }

    static Outcome failed(String message) {
        return new Outcome(Kind.FAILED, message);
    }

    /** True when the call failed. */
    public boolean isFailure() {
        return kind == Kind.FAILED;
    }
}
