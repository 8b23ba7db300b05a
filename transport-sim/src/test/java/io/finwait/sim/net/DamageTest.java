package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;

/** What a path does by chance, each kind alone: three octets, a moment apart, always arrive. */
class DamageTest {

    @Test
    void lost() throws Exception {
        damaged(
                link -> link.loss(0.3),
                "SYN ACK PSH,ACK+1 FIN,PSH,ACK+2 ACK+1*2 ACK",
                "SYN,ACK ACK*2 FIN,ACK");
    }

    @Test
    void lostInBursts() throws Exception {
        damaged(
                link -> link.burstLoss(0.2, 2),
                "SYN*3 ACK PSH,ACK+1*2 FIN,PSH,ACK+1 ACK",
                "SYN,ACK*2 ACK*2 FIN,ACK");
    }

    @Test
    void doubled() throws Exception {
        damaged(
                link -> link.duplicate(0.5),
                "SYN*2 ACK*2 PSH,ACK+1*4 FIN,ACK*2 ACK*3",
                "SYN,ACK*2 ACK*8 FIN,ACK*2 RST*3");
    }

    @Test
    void overtaken() throws Exception {
        damaged(
                link -> link.reorder(0.3, Duration.ofMillis(30)),
                "SYN ACK PSH,ACK+1*2 FIN,PSH,ACK+1*2 ACK*2",
                "SYN,ACK ACK*3 FIN,ACK*2 RST");
    }

    @Test
    void corrupted() throws Exception {
        damaged(
                link -> link.corrupt(0.3),
                "SYN ACK PSH,ACK+1*2 FIN,PSH,ACK+1 ACK",
                "SYN,ACK ACK*2 FIN,ACK");
    }

    private static void damaged(Consumer<NetLink> kind, String client, String server)
            throws Exception {
        try (SimNet net = SimNet.create(1)) {
            NetHost shop = net.host("shop");
            NetHost app = net.host("app");
            kind.accept(net.link(app, shop));
            Rig.serve(shop, 1, s -> assertThat(s.getInputStream().readAllBytes()).hasSize(3));
            try (Socket s = Rig.connect(app, shop)) {
                for (int i = 0; i < 3; i++) {
                    s.getOutputStream().write(i);
                    net.clock().sleep(Duration.ofMillis(10));
                }
                s.shutdownOutput();
                assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
            }
            net.finish();
            Rig.wire(net, app, shop, client, server);
        }
    }
}
