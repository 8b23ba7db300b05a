package io.finwait.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.spi.DirectLink;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.tcp.TcpInfo;
import io.finwait.wire.IpAddress;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;

import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * docs/watching.md: its code stands below as it stands there, and runs against the real libraries.
 */
@Timeout(60)
class WatchingTest {

    private static final Path PAGE = Path.of("..", "docs", "watching.md");

    private Driver client;
    private Driver server;
    private AsyncConnection open;

    @BeforeEach
    void connect() {
        DirectLink[] link = DirectLink.pair();
        client = Driver.start(EndpointConfig.at("10.0.0.1").build(), link[0]);
        server = Driver.start(EndpointConfig.at("10.0.0.2").build(), link[1]);
        AsyncListener listener = server.listen(80, 1).join();
        open = client.connect(IpAddress.parse("10.0.0.2"), 80).join();
        listener.accept().join();
    }

    @AfterEach
    void end() {
        open.abort().join();
        client.close();
        server.close();
    }

    static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    static void bind(Driver driver, MeterRegistry registry) {
        Counters counters = driver.call(Endpoint::counters).join();
        StateCounts states = driver.call(Endpoint::states).join();
        for (Counter each : Counter.values()) {
            FunctionCounter.builder("finwait." + lower(each), counters, c -> c.get(each))
                    .register(registry);
        }
        for (State state : State.values()) {
            Gauge.builder("finwait.connections", states, s -> s.get(state))
                    .tag("network.connection.state", lower(state))
                    .register(registry);
        }
    }

    @Test
    void micrometerReadsCountersAndGauges() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        bind(client, registry);
        bind(server, new SimpleMeterRegistry());
        assertThat(registry.get("finwait.active_opens").functionCounter().count()).isEqualTo(1);
        assertThat(registry.get("finwait.packets_out").functionCounter().count()).isPositive();
        assertThat(registry.get("finwait.connections").gauges()).hasSize(State.values().length);
        assertThat(gauge(registry, "established")).isEqualTo(1);
        assertThat(gauge(registry, "fin_wait_2")).isZero();
        open.abort().join();
        assertThat(gauge(registry, "established")).isZero();
        assertThat(registry.get("finwait.resets_out").functionCounter().count()).isEqualTo(1);
    }

    private static double gauge(MeterRegistry registry, String state) {
        return registry.get("finwait.connections")
                .tag("network.connection.state", state)
                .gauge()
                .value();
    }

    static void bind(Driver driver, Meter meter) {
        Counters counters = driver.call(Endpoint::counters).join();
        StateCounts states = driver.call(Endpoint::states).join();
        for (Counter each : Counter.values()) {
            meter.counterBuilder("finwait." + lower(each))
                    .buildWithCallback(to -> to.record(counters.get(each)));
        }
        AttributeKey<String> key = AttributeKey.stringKey("network.connection.state");
        meter.upDownCounterBuilder("finwait.connections")
                .buildWithCallback(
                        to -> {
                            for (State state : State.values()) {
                                to.record(states.get(state), Attributes.of(key, lower(state)));
                            }
                        });
    }

    @Test
    void openTelemetryReadsCountersAndGauges() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        try (SdkMeterProvider provider =
                SdkMeterProvider.builder().registerMetricReader(reader).build()) {
            bind(server, provider.get("finwait"));
            assertThat(read(reader, "finwait.passive_opens")).containsExactly(Map.entry("", 1L));
            assertThat(read(reader, "finwait.connections"))
                    .hasSize(State.values().length)
                    .containsEntry("established", 1L)
                    .containsEntry("listen", 1L)
                    .containsEntry("time_wait", 0L);
        }
    }

    private static Map<String, Long> read(InMemoryMetricReader reader, String name) {
        Collection<MetricData> all = reader.collectAllMetrics();
        MetricData metric =
                all.stream().filter(each -> each.getName().equals(name)).findFirst().orElseThrow();
        Map<String, Long> values = new TreeMap<>();
        for (LongPointData point : metric.getLongSumData().getPoints()) {
            String state =
                    point.getAttributes().get(AttributeKey.stringKey("network.connection.state"));
            values.put(state == null ? "" : state, point.getValue());
        }
        return values;
    }

    @Test
    void whatThePageShowsIsCompiled() throws IOException {
        Path source = Path.of("src/test/java/io/finwait/examples/WatchingTest.java");
        String compiled = compact(Files.readString(source));
        List<String> blocks = found("(?s)```java\n(.*?)```");
        assertThat(blocks).hasSize(3);
        assertThat(blocks).allSatisfy(each -> assertThat(compiled).contains(compact(each)));
    }

    @Test
    void thePageNamesEveryCounter() throws IOException {
        List<String> named = new ArrayList<>();
        for (String cell : found("(?m)^\\| (`[A-Z0-9_`, ]+`) \\|")) {
            named.addAll(List.of(cell.replace("`", "").split(", ")));
        }
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Counter.values()).map(Counter::name).toList());
    }

    @Test
    void thePageNamesEveryEventAndItsFields() throws Exception {
        Map<String, String> events = new TreeMap<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(io\\.finwait\\.\\w+)` \\|[^|]*\\| ([^|]*) \\|$")
                        .matcher(Files.readString(PAGE));
        row.results().forEach(each -> events.put(each.group(1), each.group(2)));
        for (String name : events.keySet()) {
            // An event is known to the recorder once its class is loaded.
            Class.forName(name.replace("io.finwait.", "io.finwait.flight.") + "Event");
        }
        List<EventType> types =
                FlightRecorder.getFlightRecorder().getEventTypes().stream()
                        .filter(each -> each.getName().startsWith("io.finwait."))
                        .toList();
        assertThat(events.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        types.stream().map(EventType::getName).toList());
        for (EventType type : types) {
            String named = events.get(type.getName());
            List<String> common =
                    List.of(
                            "startTime",
                            "duration",
                            "eventThread",
                            "stackTrace",
                            "at",
                            "local",
                            "foreign");
            type.getFields().stream()
                    .map(field -> field.getName())
                    .filter(name -> !common.contains(name))
                    .forEach(
                            name ->
                                    assertThat(named)
                                            .as(type.getName())
                                            .containsPattern("\\b" + name + "\\b"));
        }
    }

    @Test
    void thePageNamesAllThatTcpInfoTells() throws IOException {
        List<String> told = new ArrayList<>(List.of("timer()"));
        for (RecordComponent part : TcpInfo.class.getRecordComponents()) {
            if (List.of("roundTrip", "sending", "receiving").contains(part.getName())) {
                for (RecordComponent each : part.getType().getRecordComponents()) {
                    told.add(part.getName() + "()." + each.getName() + "()");
                }
            }
        }
        List<String> named = new ArrayList<>();
        for (String cell : found("(?m)^\\| (`\\w+\\(\\)[^|]*) \\|")) {
            named.addAll(List.of(cell.replace("`", "").split(", ")));
        }
        assertThat(named).containsExactlyInAnyOrderElementsOf(told);
    }

    private static List<String> found(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult each) -> each.group(1))
                .toList();
    }

    private static String compact(String text) {
        return text.replaceAll("\\s+", "");
    }
}
