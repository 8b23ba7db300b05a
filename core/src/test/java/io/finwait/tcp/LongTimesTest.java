package io.finwait.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finwait.timewait.AddressPredicate;
import io.finwait.timewait.TimeWaitFilter;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitPolicy.Reuse;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** Times of more than 292 years, whose nanoseconds no long can hold, count as for ever. */
class LongTimesTest {

    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
    private static final Duration NEVER = Duration.ofSeconds(Long.MIN_VALUE);

    private final EndpointConfig.Builder settings = EndpointConfig.at("10.0.0.1");

    private static void refused(ThrowingCallable change, String because) {
        assertThatIllegalArgumentException().isThrownBy(change).withMessageContaining(because);
    }

    @Test
    void whatHasNoUpperLimitMayBeForEver() {
        EndpointConfig config =
                settings.connectTimeout(FOREVER)
                        .userTimeout(FOREVER)
                        .challengeAckInterval(FOREVER)
                        .retransmissionTimeouts(Duration.ofSeconds(1), Duration.ofNanos(1), FOREVER)
                        .build();
        assertThat(config.connectTimeoutNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(config.userTimeoutNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(config.challengeAckIntervalNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(config.maxRtoNs()).isEqualTo(Long.MAX_VALUE);
        ClosePolicy policy =
                ClosePolicy.DEFAULT.withFinWait2Timeout(FOREVER).withOrphanTimeout(FOREVER);
        assertThat(policy.finWait2TimeoutNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(policy.orphanTimeoutNs()).isEqualTo(Long.MAX_VALUE);
        TimeWaitFilter filter = TimeWaitFilter.ALL.withAges(Duration.ZERO, FOREVER);
        assertThat(filter.oldestNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatHasOneIsRefusedWithIt() {
        TimeWaitPolicy policy = TimeWaitPolicy.defaults();
        refused(() -> settings.delayedAck(FOREVER), "choose 0 to 500 ms");
        refused(() -> policy.withTwoMsl(FOREVER), "is out of range; choose");
        refused(
                () -> policy.withPathClass("far", AddressPredicate.ANY, FOREVER),
                "is out of range; choose");
        refused(() -> policy.withReuse(Reuse.ALL, FOREVER), "is out of range; choose");
        refused(() -> policy.withShortest(FOREVER), "is out of range; choose");
        refused(() -> policy.withAnswerInterval(FOREVER), "is out of range; choose");
    }

    @Test
    void negativeOnesAreRefusedAsThose() {
        ClosePolicy policy = ClosePolicy.DEFAULT;
        refused(() -> settings.connectTimeout(NEVER), "choose more than 0");
        refused(() -> settings.userTimeout(NEVER), "choose zero or more");
        refused(() -> settings.delayedAck(NEVER), "choose 0 to 500 ms");
        refused(() -> settings.retransmissionTimeouts(NEVER, NEVER, NEVER), "be above 0");
        refused(() -> policy.withFinWait2Timeout(NEVER), "choose zero for ever");
        refused(() -> policy.withOrphanTimeout(NEVER), "choose 0 for ever");
        refused(() -> TimeWaitPolicy.defaults().withTwoMsl(NEVER), "is out of range; choose");
    }
}
