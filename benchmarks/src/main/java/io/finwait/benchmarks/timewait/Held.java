package io.finwait.benchmarks.timewait;

/** What a connection in TIME-WAIT needs, as an object. */
class Held {

    final Key key;
    final int sndNxt;
    final int rcvNxt;
    final int window;
    final int tsRecent;
    long answered;
    long deadline;

    Held(Key key, int i, long deadline) {
        this.key = key;
        sndNxt = i;
        rcvNxt = i;
        window = 9;
        tsRecent = i;
        this.deadline = deadline;
    }
}
