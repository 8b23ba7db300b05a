package io.finwait.timewait;

/** Sees entries one by one ({@link TimeWaitTable#list}). */
@FunctionalInterface
public interface TimeWaitVisitor {

    /**
     * Sees one entry.
     *
     * @param entry valid only during the call
     */
    void visit(TimeWaitEntry entry);
}
