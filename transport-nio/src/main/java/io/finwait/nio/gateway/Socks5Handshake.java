package io.finwait.nio.gateway;

import io.finwait.wire.IpAddress;
import io.finwait.wire.Unreachable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** CONNECT of SOCKS5 (RFC 1928), with a user's name and password if there are any (RFC 1929). */
final class Socks5Handshake implements Handshaking {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int VERSION = 5;
    private static final int V4 = 1;
    private static final int NAME = 3;
    private static final int V6 = 4;

    private final Onward.Socks5 route;
    private final ByteBuffer answer = ByteBuffer.allocate(4 + 1 + 255 + 2);
    private Step step = Step.METHOD;
    private int wanted = 2;

    private enum Step {
        METHOD,
        PASSWORD,
        REPLY,
        ADDRESS,
        DONE
    }

    Socks5Handshake(Onward.Socks5 route) {
        this.route = route;
    }

    @Override
    public ByteBuffer begins() {
        return route.user().isEmpty()
                ? ByteBuffer.wrap(new byte[] {VERSION, 1, 0})
                : ByteBuffer.wrap(new byte[] {VERSION, 2, 0, 2});
    }

    @Override
    public int wants() {
        return wanted - answer.position();
    }

    @Override
    public ByteBuffer takes(ByteBuffer octets) throws IOException {
        answer.put(octets);
        if (answer.position() < wanted) {
            return NOTHING;
        }
        return switch (step) {
            case METHOD -> method();
            case PASSWORD -> password();
            case REPLY -> reply();
            default -> {
                expect(Step.DONE, 0);
                yield NOTHING;
            }
        };
    }

    private void expect(Step next, int octets) {
        step = next;
        wanted = octets;
        answer.clear();
    }

    private ByteBuffer method() throws IOException {
        if (answer.get(0) != VERSION) {
            throw NotConnected.refused("the proxy does not speak SOCKS5");
        }
        if (answer.get(1) == 0) {
            expect(Step.REPLY, 5);
            return connect();
        }
        if (answer.get(1) != 2 || route.user().isEmpty()) {
            throw NotConnected.refused("the proxy wants another authentication");
        }
        expect(Step.PASSWORD, 2);
        byte[] user = octets(route.user());
        byte[] password = octets(route.password());
        ByteBuffer out = ByteBuffer.allocate(3 + user.length + password.length);
        out.put((byte) 1).put((byte) user.length).put(user);
        return out.put((byte) password.length).put(password).flip();
    }

    private ByteBuffer password() throws IOException {
        if (answer.get(1) != 0) {
            throw NotConnected.refused("the proxy does not know the user");
        }
        expect(Step.REPLY, 5);
        return connect();
    }

    private ByteBuffer connect() {
        ByteBuffer out = ByteBuffer.allocate(4 + 1 + 255 + 2);
        out.put((byte) VERSION).put((byte) 1).put((byte) 0);
        byte[] address = address();
        if (address == null) {
            byte[] name = octets(route.host());
            out.put((byte) NAME).put((byte) name.length).put(name);
        } else {
            out.put((byte) (address.length == 4 ? V4 : V6)).put(address);
        }
        return out.putShort((short) route.port()).flip();
    }

    private byte[] address() {
        try {
            return IpAddress.parse(route.host()).toInetAddress().getAddress();
        } catch (IllegalArgumentException name) {
            return null;
        }
    }

    /** Four octets and the first of the address, which for a name is its length. */
    private ByteBuffer reply() throws IOException {
        switch (answer.get(1)) {
            case 0 -> {}
            case 2 -> throw NotConnected.unreachable(Unreachable.PROHIBITED, "not allowed");
            case 3 -> throw NotConnected.unreachable(Unreachable.NETWORK, "network unreachable");
            case 4 -> throw NotConnected.unreachable(Unreachable.HOST, "host unreachable");
            case 6 -> throw NotConnected.silent("no answer in time");
            default -> throw NotConnected.refused("the proxy says " + answer.get(1));
        }
        int rest =
                switch (answer.get(3)) {
                    case V4 -> 4 - 1 + 2;
                    case V6 -> 16 - 1 + 2;
                    case NAME -> (answer.get(4) & 0xFF) + 2;
                    default -> throw NotConnected.refused("the proxy names an unknown address");
                };
        expect(Step.ADDRESS, rest);
        return NOTHING;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
