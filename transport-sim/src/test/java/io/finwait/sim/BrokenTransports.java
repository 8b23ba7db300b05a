package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Transports that break one rule each, around a good one. */
final class BrokenTransports {

    private BrokenTransports() {}

    /** Declares what a perfect simulated link does not promise, with room for a header in front. */
    static Transport declaring(Transport inner, boolean lossless, boolean ordered, int headroom) {
        Capabilities of = inner.capabilities();
        Capabilities declared =
                new Capabilities(
                        of.mtu(), headroom, of.mtu(), false, false, lossless, ordered, false);
        return new ForwardingTransport(inner) {
            @Override
            public Capabilities capabilities() {
                return declared;
            }
        };
    }

    static Transport altersAnOctet(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void commit(Packet packet, long nowNs) {
                int last = packet.offset() + packet.length() - 1;
                packet.buffer().put(last, (byte) ~packet.buffer().get(last));
                super.commit(packet, nowNs);
            }
        };
    }

    static Transport losesThoughLossless(Transport inner) {
        return new ForwardingTransport(declaring(inner, true, false, 0)) {
            private int sent;

            @Override
            public void commit(Packet packet, long nowNs) {
                if (++sent % 20 == 0) {
                    abandon(packet);
                } else {
                    super.commit(packet, nowNs);
                }
            }
        };
    }

    static Transport swapsThoughOrdered(Transport inner) {
        return new ForwardingTransport(declaring(inner, false, true, 0)) {
            private Packet kept;

            @Override
            public void commit(Packet packet, long nowNs) {
                Packet late = kept;
                kept = late == null && packet.length() == 101 ? packet : null;
                if (kept == null) {
                    super.commit(packet, nowNs);
                }
                if (late != null) {
                    super.commit(late, nowNs);
                }
            }
        };
    }

    static Transport cutsLongPackets(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void commit(Packet packet, long nowNs) {
                super.commit(packet.length(Math.min(packet.length(), 1_499)), nowNs);
            }
        };
    }

    static Transport losesBareHeaders(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void commit(Packet packet, long nowNs) {
                if (packet.length() <= 20) {
                    abandon(packet);
                } else {
                    super.commit(packet, nowNs);
                }
            }
        };
    }

    static Transport returnsTheSizeOfTheBatch(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public int receive(PacketBatch into, long nowNs) {
                super.receive(into, nowNs);
                return into.size();
            }
        };
    }

    static Transport clearsTheBatch(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public int receive(PacketBatch into, long nowNs) {
                into.clear();
                return super.receive(into, nowNs);
            }
        };
    }

    /** Hands out one buffer for reading, and uses it for sending as well. */
    static Transport reusesTheReceiveBuffer(Transport inner) {
        return new ForwardingTransport(inner) {
            private final PacketBatch raw = new PacketBatch(1);
            private final Packet only = new Packet(ByteBuffer.allocate(2_000), 0, 0);

            @Override
            public int receive(PacketBatch into, long nowNs) {
                raw.clear();
                if (into.room() == 0 || super.receive(raw, nowNs) == 0) {
                    return 0;
                }
                FaultTransportTest.copy(raw.get(0), only);
                into.add(only);
                return 1;
            }

            @Override
            public void commit(Packet packet, long nowNs) {
                FaultTransportTest.copy(packet, only);
                super.commit(packet, nowNs);
            }
        };
    }

    static Transport dropsWhatDoesNotFit(Transport inner) {
        return new ForwardingTransport(inner) {
            private final PacketBatch raw = new PacketBatch(64);

            @Override
            public int receive(PacketBatch into, long nowNs) {
                raw.clear();
                super.receive(raw, nowNs);
                int added = Math.min(raw.size(), into.room());
                for (int i = 0; i < added; i++) {
                    into.add(raw.get(i));
                }
                return added;
            }
        };
    }

    static Transport declaresHeadroomItDoesNotGive(Transport inner) {
        return declaring(inner, false, false, 14);
    }

    static Transport givesOneBufferToAll(Transport inner) {
        return new ForwardingTransport(inner) {
            private final ByteBuffer shared = ByteBuffer.allocate(1_500);

            @Override
            public Packet claim(int length) {
                Packet claimed = super.claim(length);
                return claimed == null ? null : claimed.set(shared, 0, length);
            }
        };
    }

    static Transport sendsWhatIsAbandoned(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void abandon(Packet packet) {
                super.commit(packet, 0);
            }
        };
    }

    static Transport leaksAbandonedRoom(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void abandon(Packet packet) {
                packet.length(0);
            }
        };
    }

    /** Polls: looks for packets after the whole timeout only. */
    static Transport sleepsThroughAwait(Transport inner, SimNetwork network) {
        return new ForwardingTransport(inner) {
            @Override
            public void await(long timeoutNs) {
                network.runFor(Math.max(0, timeoutNs));
            }
        };
    }

    /** Notices packets and wake-ups, and is late when there are none. */
    static Transport oversleeps(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void await(long timeoutNs) {
                super.await(timeoutNs > 0 && timeoutNs < 10_000_000 ? 10_000_000 : timeoutNs);
            }
        };
    }

    /** Takes a negative timeout for a long one. */
    static Transport waitsForWhatIsOver(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void await(long timeoutNs) {
                super.await(timeoutNs < 0 ? 1_000_000_000 : timeoutNs);
            }
        };
    }

    static Transport forgetsWakeUps(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void wakeup() {}
        };
    }

    static Transport refusesWakeUpsAfterClose(Transport inner) {
        return new ForwardingTransport(inner) {
            private volatile boolean closed;

            @Override
            public void wakeup() {
                if (closed) {
                    throw new IllegalStateException("closed");
                }
                super.wakeup();
            }

            @Override
            public void close() {
                closed = true;
                super.close();
            }
        };
    }

    static Transport refusesToCloseTwice(Transport inner) {
        return new ForwardingTransport(inner) {
            private int closes;

            @Override
            public void close() {
                super.close();
                // The third is the fixture's own.
                if (++closes == 2) {
                    throw new IllegalStateException("closed already");
                }
            }
        };
    }

    static Transport carriesOnAfterClose(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public void close() {}
        };
    }

    static Transport takesNothingBackAfterClose(Transport inner) {
        return new ForwardingTransport(inner) {
            private boolean closed;

            @Override
            public void abandon(Packet packet) {
                if (closed) {
                    throw new IllegalStateException("closed");
                }
                super.abandon(packet);
            }

            @Override
            public void close() {
                closed = true;
                super.close();
            }
        };
    }

    static Transport namesDeadlinesThatPass(Transport inner) {
        return new ForwardingTransport(inner) {
            private long lastNs;

            @Override
            public int receive(PacketBatch into, long nowNs) {
                lastNs = nowNs;
                return super.receive(into, nowNs);
            }

            @Override
            public long nextDeadlineNs() {
                return lastNs;
            }
        };
    }

    static Transport allocatesSecretly(Transport inner) {
        return new ForwardingTransport(inner) {
            private final List<byte[]> last = new ArrayList<>(List.of(new byte[0]));

            @Override
            public void commit(Packet packet, long nowNs) {
                last.set(0, new byte[packet.length()]);
                super.commit(packet, nowNs);
            }
        };
    }

    static Transport answersMistakesWithNull(Transport inner) {
        return new ForwardingTransport(inner) {
            @Override
            public Packet claim(int length) {
                return length > capabilities().largestPacket() ? null : super.claim(length);
            }
        };
    }
}
