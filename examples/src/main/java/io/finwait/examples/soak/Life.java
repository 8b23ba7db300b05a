package io.finwait.examples.soak;

/** One connection from its opening on: what is to happen to it, and its two users. */
final class Life {

    private final Soak soak;
    private final long number;
    private final Plan plan;
    private final long up;
    private final long down;
    private final User client;
    private User server;

    Life(Soak soak, long number, Plan plan, long up, long down) {
        this.soak = soak;
        this.number = number;
        this.plan = plan;
        this.up = up;
        this.down = down;
        client = new User(soak, true);
    }

    long number() {
        return number;
    }

    Plan plan() {
        return plan;
    }

    /** How many octets the client is to send. */
    long up() {
        return up;
    }

    /** How many octets the server is to send. */
    long down() {
        return down;
    }

    User client() {
        return client;
    }

    User other(boolean ofClient) {
        return ofClient ? server : client;
    }

    void accepted(User by) {
        if (server != null) {
            soak.fault("two connections say that they are number " + number);
        }
        server = by;
    }

    /** One of its ends has ended. */
    void ended() {
        if (client.hasEnded() && server != null && server.hasEnded()) {
            soak.over(this);
        }
    }

    /** What lacks when all has come to rest, or null. */
    String lacks() {
        if (!client.hasEnded()) {
            return "no end was told to the " + client;
        }
        boolean unheard = server == null;
        return plan.polite() && unheard ? "no server has heard of the " + client : null;
    }
}
