package io.finwait.driver;

import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Both ends of a connection with rings, and what each is told. */
abstract class ConnectedRings {

    final SteeredPair pair = new SteeredPair();
    final AsyncListener listener = now(pair.server.listen(80, 16));
    final List<Integer> told = new ArrayList<>();
    final List<Integer> toldThere = new ArrayList<>();
    RingConnection ours;
    RingConnection theirs;

    RingConnection connect(int port) {
        return RingConnection.connect(pair.client, null, 0, SteeredPair.SERVER, port, told::add);
    }

    void connect() {
        ours = connect(80);
        pair.settle();
        theirs = RingConnection.over(now(listener.accept()), toldThere::add);
        pair.settle();
        told.clear();
        toldThere.clear();
    }

    static int write(RingConnection to, String text) {
        return to.write(text(text));
    }

    static String read(RingConnection from) {
        ByteBuffer into = ByteBuffer.allocate(100);
        int octets = from.read(into);
        assertThat(into.position()).isEqualTo(Math.max(octets, 0));
        return octets < 0 ? "end" : text(into);
    }

    /** Writes until nothing more is taken, however often it is tried again. */
    int fill() {
        byte[] some = new byte[10_000];
        int total = 0;
        int taken;
        while ((taken = ours.write(some, 0, some.length)) > 0) {
            total += taken;
            pair.settle();
        }
        return total;
    }

    int readAllOfTheirs() {
        byte[] some = new byte[100_000];
        int total = 0;
        int taken;
        while ((taken = theirs.read(some, 0, some.length)) > 0) {
            total += taken;
            pair.settle();
        }
        return total;
    }
}
