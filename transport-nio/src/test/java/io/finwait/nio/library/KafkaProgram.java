package io.finwait.nio.library;

import static io.finwait.nio.library.WholeProgram.say;

import io.finwait.nio.internal.LightThreads;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Kafka's broker and clients in a JVM whose channels are all ours, on its network of its own. */
public final class KafkaProgram {

    private static final int BROKERS_PORT = 9092;
    private static final int CLIENTS_PORT = 9094;
    private static final int PATIENCE_S = 30;

    /** How long the broker keeps a fetch when there is nothing new; closing waits for its end. */
    private static final int LONG_POLL_MS = 800;

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ChannelGateway gateway;

    private KafkaProgram() throws IOException {
        InetSocketAddress broker = new InetSocketAddress(LOOPBACK, BROKERS_PORT);
        gateway = new ChannelGateway(CLIENTS_PORT, () -> SocketChannel.open(broker).socket());
    }

    public static void main(String[] arguments) throws Exception {
        KafkaBroker.start(Path.of(arguments[0]), BROKERS_PORT, CLIENTS_PORT);
        new KafkaProgram().run();
        // What the broker has written belongs to the test, which throws it away.
        Runtime.getRuntime().halt(0);
    }

    private void run() throws Exception {
        say("broker", () -> gateway.listening().getClass().getSimpleName());
        try (Admin admin = Admin.create(config(CLIENTS_PORT, Map.of()))) {
            admin.createTopics(
                            List.of("exchanged", "closed", "reset", "late").stream()
                                    .map(name -> new NewTopic(name, 1, (short) 1))
                                    .toList())
                    .all()
                    .get(PATIENCE_S, TimeUnit.SECONDS);
        }
        say("produce-and-consume", this::exchanged);
        say("closed-while-idle", () -> endedWhileIdle("closed", false));
        say("reset-while-idle", () -> endedWhileIdle("reset", true));
        say("reset-while-waiting", this::resetWhileWaiting);
        say("half-close", KafkaProgram::halfClosed);
        say("wakeup", this::wokenUp);
        say("abort", KafkaProgram::aborted);
        say("timeout", KafkaProgram::timedOut);
        say("reset", KafkaProgram::reset);
        say("refused", KafkaProgram::refused);
    }

    private static Map<String, Object> config(int port, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", LOOPBACK.getHostAddress() + ":" + port);
        config.put("reconnect.backoff.ms", 10);
        config.put("retry.backoff.ms", 10);
        return config;
    }

    /** What comes of a record that can't be sent; nobody waits for it when the client closes. */
    private static String sentInVain(int port, int patienceMs, String topic) {
        KafkaProducer<String, String> producer = producer(port, patienceMs);
        try {
            return failure(() -> send(producer, topic, "in vain"));
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private static KafkaProducer<String, String> producer(int port, int patienceMs) {
        Map<String, Object> patience =
                Map.of(
                        "linger.ms", 0,
                        "max.block.ms", patienceMs,
                        "request.timeout.ms", patienceMs,
                        "delivery.timeout.ms", patienceMs);
        return new KafkaProducer<>(
                config(port, patience), new StringSerializer(), new StringSerializer());
    }

    private KafkaProducer<String, String> producer() {
        return producer(CLIENTS_PORT, PATIENCE_S * 1000);
    }

    /** Reads a topic from its beginning; the broker answers as soon as there is something. */
    private KafkaConsumer<String, String> consumer(String topic, Map<String, Object> more) {
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        config(CLIENTS_PORT, more),
                        new StringDeserializer(),
                        new StringDeserializer());
        if (more.containsKey("group.id")) {
            consumer.subscribe(List.of(topic));
        } else {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
        }
        return consumer;
    }

    private static long send(KafkaProducer<String, String> producer, String topic, String text)
            throws Exception {
        return producer.send(new ProducerRecord<>(topic, text))
                .get(PATIENCE_S, TimeUnit.SECONDS)
                .offset();
    }

    private static String first(KafkaConsumer<String, String> consumer) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(PATIENCE_S));
        return records.iterator().next().value();
    }

    // What works.

    private Object exchanged() throws Exception {
        Map<String, Object> group = Map.of("group.id", "readers", "auto.offset.reset", "earliest");
        try (KafkaProducer<String, String> producer = producer();
                KafkaConsumer<String, String> consumer = consumer("exchanged", group)) {
            return send(producer, "exchanged", "TIME_WAIT") + " " + first(consumer);
        }
    }

    /** Nothing is lost and nothing is there twice: the second offset is the next one. */
    private Object endedWhileIdle(String topic, boolean reset) throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            long before = send(producer, topic, "before");
            if (gateway.endConnections(reset) == 0) {
                return "there was no connection";
            }
            return before + " " + send(producer, topic, "after");
        }
    }

    /** A fetch waits at the broker, and its connection is reset. */
    private Object resetWhileWaiting() throws Exception {
        Map<String, Object> patient = Map.of("fetch.max.wait.ms", LONG_POLL_MS);
        try (KafkaProducer<String, String> producer = producer();
                KafkaConsumer<String, String> consumer = consumer("late", patient)) {
            int none = consumer.poll(Duration.ofMillis(300)).count();
            int ended = gateway.endConnections(true);
            send(producer, "late", "late");
            return none == 0 && ended > 0 ? first(consumer) : none + " " + ended;
        }
    }

    /** Kafka's clients never do this; the broker closes. */
    private static Object halfClosed() throws IOException {
        InetSocketAddress broker = new InetSocketAddress(LOOPBACK, BROKERS_PORT);
        try (SocketChannel channel = SocketChannel.open(broker)) {
            channel.shutdownOutput();
            return channel.read(ByteBuffer.allocate(1));
        }
    }

    // What is given up.

    private Object wokenUp() {
        Map<String, Object> patient = Map.of("fetch.max.wait.ms", LONG_POLL_MS);
        try (KafkaConsumer<String, String> consumer = consumer("late", patient)) {
            first(consumer);
            LightThreads.start("wakeup", consumer::wakeup);
            return first(consumer);
        }
    }

    /** The request is under way when another thread closes the client. */
    private static Object aborted() throws Exception {
        try (ServerSocketChannel silent = ChannelGateway.listen(0);
                Admin admin = Admin.create(config(silent.socket().getLocalPort(), Map.of()))) {
            KafkaFuture<?> never = admin.listTopics().names();
            try (SocketChannel accepted = silent.accept()) {
                ByteBuffer request = ByteBuffer.allocate(1000);
                accepted.read(request);
                LightThreads.start("abort", () -> admin.close(Duration.ZERO));
                while (accepted.read(request.clear()) >= 0) {
                    // The rest of the request.
                }
            }
            return failure(() -> never.get(PATIENCE_S, TimeUnit.SECONDS));
        }
    }

    private static Object timedOut() throws Exception {
        try (ServerSocketChannel silent = ChannelGateway.listen(0)) {
            return sentInVain(silent.socket().getLocalPort(), 200, "silent");
        }
    }

    private static Object reset() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (ServerSocketChannel rude = ChannelGateway.listen(0)) {
            LightThreads.start("broker", () -> resetEach(rude, tries));
            String failure = sentInVain(rude.socket().getLocalPort(), 500, "rude");
            return failure + ", tried again: " + (tries.get() > 1);
        }
    }

    private static void resetEach(ServerSocketChannel listening, AtomicInteger tries) {
        try {
            while (true) {
                try (SocketChannel accepted = listening.accept()) {
                    accepted.read(ByteBuffer.allocate(1000));
                    accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
                    tries.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // The program goes on.
        }
    }

    private static Object refused() throws Exception {
        int port;
        try (ServerSocketChannel gone = ChannelGateway.listen(0)) {
            port = gone.socket().getLocalPort();
        }
        return sentInVain(port, 200, "refused");
    }

    private static String failure(WholeProgram.Step step) {
        try {
            return String.valueOf(step.run());
        } catch (Exception e) {
            return WholeProgram.words(e);
        }
    }
}
