package io.finwait.examples.stage;

import io.finwait.picture.Ladder;

import java.util.List;

/** How the parts of a story reach the reader. */
public interface Show {

    /** A heading. */
    void heading(String text);

    /** Words of the trade, a line each. */
    void words(List<String> lines);

    /** A paragraph. */
    void prose(String text);

    /** Lines as they are. */
    void lines(String text);

    /**
     * What happened between the hosts.
     *
     * @param drawn the same as text
     */
    void ladder(Ladder ladder, String drawn);
}
