package io.finwait.timewait;

/** Visits entries one by one ({@link TimeWaitTable#list}). */
@FunctionalInterface
public interface TimeWaitVisitor {

    /**
     * Visits one entry.
     *
     * @param entry valid only during the call
     */
    void visit(TimeWaitEntry entry);
}
