package io.finwait.sim;

import java.util.function.LongSupplier;
import java.util.function.LongToIntFunction;

/**
 * Anything that works in the virtual time of a {@link SimNetwork}: an endpoint, a traffic source.
 */
public interface SimParticipant {

    /**
     * Does the work that is due now.
     *
     * @param nowNs the network's time
     * @return how much was done; 0 means that nothing more can be done at this instant
     */
    int doWork(long nowNs);

    /** When there is something to do even if no packet comes; {@link Long#MAX_VALUE}: never. */
    long nextDeadlineNs();

    /** Adapts an object that has the two methods, by references to them. */
    static SimParticipant of(LongToIntFunction doWork, LongSupplier nextDeadlineNs) {
        return new SimParticipant() {
            @Override
            public int doWork(long nowNs) {
                return doWork.applyAsInt(nowNs);
            }

            @Override
            public long nextDeadlineNs() {
                return nextDeadlineNs.getAsLong();
            }
        };
    }
}
