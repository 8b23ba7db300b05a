package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** What a user does to an answer comes before the work, or after it, never in its middle. */
@Timeout(30)
class AnswerTest {

    private static final List<Consumer<Answer<String>>> ENDINGS =
            List.of(
                    answer -> answer.cancel(false),
                    answer -> answer.complete("the user's"),
                    answer -> answer.completeExceptionally(new IOException("the user's")));

    @Test
    void whatTheUserHasEndedDoesNotBegin() {
        for (Consumer<Answer<String>> ending : ENDINGS) {
            Answer<String> answer = new Answer<>();
            ending.accept(answer);
            assertThat(answer).isDone();
            assertThat(answer.begin()).isFalse();
        }
    }

    @Test
    void whatIsFinishedCantBeEndedAgain() {
        for (Consumer<Answer<String>> ending : ENDINGS) {
            Answer<String> answer = new Answer<>();
            assertThat(answer.begin()).isTrue();
            answer.finish("done");
            ending.accept(answer);
            assertThat(answer).isCompletedWithValue("done");
            assertThat(answer.begin()).isFalse();
            assertThat(answer.cancel(true)).isFalse();
        }
    }

    @Test
    void aPauseLetsTheUserIn() {
        Answer<String> answer = new Answer<>();
        assertThat(answer.begin()).isTrue();
        assertThat(answer.begin()).as("twice at once").isFalse();
        answer.pause();
        assertThat(answer.cancel(false)).isTrue();
        assertThat(answer.begin()).isFalse();
        assertThat(answer.cancel(false)).as("cancelled already").isTrue();
    }

    /** Who cancels while octets are being copied waits until that is over. */
    @Test
    void nothingEndsInTheMiddleOfTheWork() throws InterruptedException {
        for (Consumer<Answer<String>> ending : ENDINGS) {
            Answer<String> answer = new Answer<>();
            assertThat(answer.begin()).isTrue();
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Void> ended =
                    CompletableFuture.runAsync(
                            () -> {
                                begun.countDown();
                                ending.accept(answer);
                            });
            begun.await();
            for (int i = 0; i < 1_000; i++) {
                assertThat(answer).isNotDone();
                Thread.onSpinWait();
            }
            answer.finish("done");
            ended.join();
            assertThat(answer).isCompletedWithValue("done");
        }
    }
}
