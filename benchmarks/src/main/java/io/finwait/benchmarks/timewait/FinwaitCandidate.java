package io.finwait.benchmarks.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.timewait.TimeWaitVerdict;
import io.finwait.timewait.TupleBatch;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

/** Ours: every rule of the RFCs is judged where the others only look a key up. */
final class FinwaitCandidate implements Candidate {

    private static final long LOCAL = IpAddress.v4Low(0x0A00_0001);
    private final FourTuple tuple = new FourTuple();

    private final TimeWaitTable table =
            new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1));
    private final TupleBatch batch = new TupleBatch();

    @Override
    public void enterAndExpire(int i, long nowNs) {
        table.enter(
                tuple.set(0, LOCAL, 0, remoteLow(i), 443, Candidate.port(i)),
                i,
                i,
                9,
                0,
                true,
                i,
                0,
                nowNs);
        table.expire(nowNs, 16);
    }

    @Override
    public boolean contains(int i) {
        return table.contains(tuple.set(0, LOCAL, 0, remoteLow(i), 443, Candidate.port(i)));
    }

    @Override
    public boolean restart(int i, long nowNs) {
        int flags = TcpHeader.FIN | TcpHeader.ACK;
        return table.segment(
                        tuple.set(0, LOCAL, 0, remoteLow(i), 443, Candidate.port(i)),
                        i - 1,
                        1,
                        flags,
                        i,
                        true,
                        i,
                        false,
                        false,
                        nowNs)
                == TimeWaitVerdict.ACK;
    }

    @Override
    public int containsAll(int[] connections, int from) {
        batch.clear();
        for (int k = from; k < from + TupleBatch.CAPACITY; k++) {
            int i = connections[k];
            batch.add(tuple.set(0, LOCAL, 0, remoteLow(i), 443, Candidate.port(i)));
        }
        return Integer.bitCount(table.find(batch));
    }

    @Override
    public int size() {
        return table.size();
    }

    private static long remoteLow(int i) {
        return IpAddress.v4Low(Candidate.remote(i));
    }
}
