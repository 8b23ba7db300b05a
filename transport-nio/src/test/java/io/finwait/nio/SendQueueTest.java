package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What waits for a socket, and what may be thrown away. */
class SendQueueTest {

    private final SendQueue queue = new SendQueue(4, FrameReader.PREFIX, 1500);

    private void commit(int length) {
        queue.commit(queue.claim(length));
    }

    @Test
    void aFrameThatHasBegunToBeWrittenIsKeptWhenTheRestIsDropped() {
        commit(100);
        commit(200);
        commit(300);
        queue.waiting(0).position(50);
        assertThat(queue.dropUnstarted()).isEqualTo(2);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.waiting(0).remaining()).isEqualTo(4 + 100 - 50);
        commit(400);
        assertThat(queue.waiting(1).getInt(0)).isEqualTo(400);
    }

    @Test
    void nothingIsKeptWhenNothingHasBegun() {
        commit(100);
        commit(200);
        assertThat(queue.dropUnstarted()).isEqualTo(2);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void roomsComeBackInEveryOrderAndTheLineKeepsItsOrder() {
        for (int round = 0; round < 10; round++) {
            for (int length = 1; length <= 4; length++) {
                commit(round * 10 + length);
            }
            assertThat(queue.claim(1)).isNull();
            for (int length = 1; length <= 3; length++) {
                assertThat(queue.waiting(0).getInt(0)).isEqualTo(round * 10 + length);
                queue.removeFirst();
            }
            assertThat(queue.dropAll()).isEqualTo(1);
        }
    }
}
