package io.finwait.examples.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.BindException;

class LoopbackClaimTest {

    @BeforeEach
    void needsLinux() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "only Linux has all of 127.0.0.0/8: skipped");
    }

    @Test
    void nobodyGetsANetworkThatSomebodyHas() throws Exception {
        try (LoopbackClaim claim = LoopbackClaim.take();
                LoopbackClaim other = LoopbackClaim.take()) {
            assertThat(other.network()).isNotEqualTo(claim.network());
            assertThatThrownBy(() -> LoopbackClaim.take(claim.network()))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void whatIsGivenBackCanBeTaken() throws Exception {
        LoopbackClaim claim = LoopbackClaim.take();
        claim.close();
        try (LoopbackClaim again = LoopbackClaim.take(claim.network())) {
            assertThat(again.network()).isEqualTo(claim.network());
        }
    }
}
