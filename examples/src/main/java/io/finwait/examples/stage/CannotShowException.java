package io.finwait.examples.stage;

/** Something that can't be shown in the place where a story is played; the message says why. */
public final class CannotShowException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A sentence for people. */
    public CannotShowException(String sentence) {
        super(sentence);
    }
}
