package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a SYN offers: the window scale and the MSS, at their edges. */
class WindowScaleTest {

    private static SegmentSizes sizes(int mtu, int mss, int receiveBuffer) {
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1")
                        .maxSegmentSize(mss)
                        .receiveBufferOctets(receiveBuffer)
                        .build();
        return new SegmentSizes(config, WireProfile.NONE, mtu);
    }

    /** The smallest shift with which the largest buffer can be told (RFC 7323 §2.2). */
    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "65535, 0",
        "65536, 1",
        "131071, 1",
        "131072, 2",
        "262144, 3",
        "33554432, 10",
        "1073741823, 14",
        "1073741824, 14"
    })
    void theSmallestThatTellsTheLargestBuffer(int buffer, int shift) {
        assertThat(sizes(1_500, 0, buffer).windowScaleToOffer()).isEqualTo(shift);
    }

    private static FourTuple pair(boolean v4) {
        return v4
                ? new FourTuple().set(0, 0xFFFF_0A00_0001L, 0, 0xFFFF_0A00_0002L, 1, 2)
                : new FourTuple().set(0xFD00L << 48, 1, 0xFD00L << 48, 2, 1, 2);
    }

    /** RFC 9293 §3.7.1: the MTU without the two headers that have no options. */
    @Test
    void theMssFitsThePacket() {
        assertThat(sizes(1_500, 0, 1).mssToOffer(pair(true))).isEqualTo(1_460);
        assertThat(sizes(1_500, 0, 1).mssToOffer(pair(false))).isEqualTo(1_440);
        assertThat(sizes(1_500, 1_459, 1).mssToOffer(pair(true))).isEqualTo(1_459);
        assertThat(sizes(1_500, 1_459, 1).mssToOffer(pair(false))).isEqualTo(1_440);
    }

    @Test
    void textLeavesRoomForTheTimestamps() {
        Tcb tcb = new Tcb(null);
        tcb.set(pair(true));
        assertThat(SegmentSizes.textOf(tcb, 1_500)).isEqualTo(1_460);
        tcb.rcv.timestamps = true;
        assertThat(SegmentSizes.textOf(tcb, 1_500)).isEqualTo(1_448);
        tcb.set(pair(false));
        assertThat(SegmentSizes.textOf(tcb, 1_500)).isEqualTo(1_428);
    }
}
