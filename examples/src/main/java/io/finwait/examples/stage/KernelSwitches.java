package io.finwait.examples.stage;

/** What can be switched off in Linux: TIME-WAIT, by leaving no place for it. */
final class KernelSwitches implements Switches {

    private static final int USUAL_PLACES = 131_072;

    private final KernelNet net;

    KernelSwitches(KernelNet net) {
        this.net = net;
    }

    @Override
    public void timeWait(boolean on) {
        net.set("tcp_max_tw_buckets", on ? USUAL_PLACES : 0);
    }

    @Override
    public void acknowledgmentRange(boolean on) {
        throw new CannotShowException(
                "Linux has no switch for the check of old acknowledgments (RFC 5961)");
    }

    @Override
    public void challengesSyn(boolean on) {
        throw new CannotShowException(
                "Linux answers a SYN inside a connection with a challenge ACK (RFC 5961), and has"
                        + " no switch for it");
    }

    @Override
    public void initialSequence(int number) {
        throw new CannotShowException("Linux chooses the numbers that it begins with itself");
    }
}
