package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.script.TcpPacket.Sequence;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/** ICMP messages quote a segment of the socket under test, with its numbers on the wire. */
class IcmpWriterTest {

    private static final int OUR_ISN = 1_000_000;
    private static final int ICMP_HEADER = 8;

    private static IcmpPacket message(String text) {
        return (IcmpPacket) PacketScript.of("+0 " + text).events().get(0).action();
    }

    private static ByteBuffer packet(String local, String remote, String text) {
        ScriptBinding binding = new ScriptBinding();
        binding.created();
        binding.connecting(50_000);
        binding.outboundSyn(OUR_ISN, false, 0, new Sequence(0, 0, false, false));
        ScriptWire wire = new ScriptWire(IpAddress.parse(local), IpAddress.parse(remote));
        return new IcmpWriter(wire, binding).packet(message(text));
    }

    @Test
    void fragmentationNeededCarriesTheMtuAndOurNumbers() {
        ByteBuffer b =
                packet(
                        "10.0.0.1",
                        "10.0.0.2",
                        "< icmp unreachable frag_needed mtu 1300 [1:1461(1460)]");
        IpView ip = new IpView();
        assertThat(ip.parse(b, 0, b.limit())).isEqualTo(Verdict.OK);
        assertThat(ip.protocol()).isEqualTo(Protocol.ICMP);
        int at = ip.payloadOffset();
        assertThat(Checksum.finish(Checksum.add(b, at, ip.payloadLength(), 0))).isZero();
        assertThat(b.get(at)).isEqualTo((byte) 3);
        assertThat(b.get(at + 1)).isEqualTo((byte) 4);
        assertThat(b.getShort(at + 6)).isEqualTo((short) 1300);
        int quoted = at + ICMP_HEADER;
        assertThat(Ipv4.source(b, quoted)).isEqualTo((int) IpAddress.parse("10.0.0.1").low());
        assertThat(Ipv4.totalLength(b, quoted)).isEqualTo(1500);
        int tcp = quoted + Ipv4.HEADER_LENGTH;
        assertThat(TcpHeader.sourcePort(b, tcp)).isEqualTo(50_000);
        assertThat(TcpHeader.destinationPort(b, tcp)).isEqualTo(ScriptBinding.PORT);
        assertThat(TcpHeader.sequence(b, tcp)).isEqualTo(OUR_ISN + 1);
    }

    @Test
    void theChecksumOfIcmpv6CoversThePseudoHeader() {
        ByteBuffer b = packet("fd00::1", "fd00::2", "< icmp packet_too_big mtu 1280 [1:1(0)]");
        IpView ip = new IpView();
        assertThat(ip.parse(b, 0, b.limit())).isEqualTo(Verdict.OK);
        assertThat(ip.protocol()).isEqualTo(Protocol.ICMPV6);
        int at = ip.payloadOffset();
        long sum = Checksum.add(b, at, ip.payloadLength(), ip.pseudoHeaderSum());
        assertThat(Checksum.finish(sum)).isZero();
        assertThat(b.get(at)).isEqualTo((byte) 2);
        assertThat(b.getInt(at + 4)).isEqualTo(1280);
        int tcp = at + ICMP_HEADER + Ipv6.HEADER_LENGTH;
        assertThat(TcpHeader.sequence(b, tcp)).isEqualTo(OUR_ISN + 1);
    }

    @Test
    void typesAndCodesMayBeNumbers() {
        ByteBuffer b = packet("10.0.0.1", "10.0.0.2", "< icmp type_11 code_1 [1:1(0)]");
        assertThat(b.get(Ipv4.HEADER_LENGTH)).isEqualTo((byte) 11);
        assertThat(b.get(Ipv4.HEADER_LENGTH + 1)).isEqualTo((byte) 1);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.2, time_exceeded ttl_exceeded_in_transit, 11, 0",
        "10.0.0.1, 10.0.0.2, time_exceeded frag_reass_exceeded, 11, 1",
        "fd00::1, fd00::2, time_exceeded exceeded_hop_limit, 3, 0",
        "fd00::1, fd00::2, time_exceeded exceeded_frag_time, 3, 1",
        "fd00::1, fd00::2, parameter_problem header_field, 4, 0",
        "fd00::1, fd00::2, parameter_problem unknown_next_header, 4, 1",
        "fd00::1, fd00::2, parameter_problem unknown_option, 4, 2",
        "fd00::1, fd00::2, unreachable not_neighbour, 1, 2",
    })
    void wordsStandForNumbers(String local, String remote, String words, int type, int code) {
        ByteBuffer b = packet(local, remote, "< icmp " + words + " [1:1(0)]");
        int at = local.contains(":") ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        assertThat(b.get(at)).isEqualTo((byte) type);
        assertThat(b.get(at + 1)).isEqualTo((byte) code);
    }

    @Test
    void aWordThatIsNoTypeIsNamed() {
        assertThatThrownBy(() -> packet("10.0.0.1", "10.0.0.2", "< icmp nonsense"))
                .isInstanceOf(ScriptFailure.class)
                .hasMessage("there is no ICMP type 'nonsense'");
    }
}
