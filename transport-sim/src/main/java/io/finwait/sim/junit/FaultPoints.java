package io.finwait.sim.junit;

import io.finwait.sim.net.FaultPoint;
import io.finwait.sim.net.SimNet;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The invocations of {@link FaultAtEveryPacket}: a clean one, and one for each point. */
final class FaultPoints implements TestTemplateInvocationContextProvider {

    private static final String ONLY = "finwait.simnet.only";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        FaultAtEveryPacket wanted =
                context.getRequiredTestMethod().getAnnotation(FaultAtEveryPacket.class);
        Plan plan = new Plan(wanted, System.getProperty(ONLY));
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(plan, Spliterator.ORDERED), false);
    }

    /** What is to be run, which is known when the clean run is over, and what was seen. */
    private static final class Plan implements Iterator<TestTemplateInvocationContext> {

        private final FaultAtEveryPacket wanted;
        private final List<String> rows = new ArrayList<>();
        private List<String> packets = List.of();

        /** Null until the clean run is over. */
        private List<FaultPoint> points;

        private boolean cleanIsGiven;
        private int next;

        Plan(FaultAtEveryPacket wanted, String only) {
            this.wanted = wanted;
            if (only != null) {
                points = List.of(FaultPoint.parse(only));
                cleanIsGiven = true;
            }
        }

        @Override
        public boolean hasNext() {
            return !cleanIsGiven || (points != null && next < points.size());
        }

        @Override
        public TestTemplateInvocationContext next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (!cleanIsGiven) {
                cleanIsGiven = true;
                return new Point(this, null);
            }
            return new Point(this, points.get(next++));
        }

        String name(FaultPoint point) {
            if (point == null) {
                return "without a fault";
            }
            int at = point.packet() - 1;
            return point + (at < packets.size() ? " " + packets.get(at) : "");
        }

        private static NetworkStory howToRepeat(FaultPoint point) {
            return new NetworkStory("run this one alone with -D" + ONLY + "=" + point);
        }

        void hasRun(FaultPoint point, SimNet net, ExtensionContext test) {
            if (point == null) {
                packets = net.packets();
                int most = Math.min(packets.size(), wanted.most());
                points = FaultPoint.every(List.of(wanted.value()), most);
            }
            String saw = net.saw();
            String red = test.getExecutionException().map(Throwable::toString).orElse("passed");
            if (point != null) {
                test.getExecutionException().ifPresent(e -> e.addSuppressed(howToRepeat(point)));
            }
            String row = name(point) + " | " + (saw.isEmpty() ? red : saw);
            rows.add(row);
            test.publishReportEntry("point", row);
            if (next == points.size()) {
                test.publishReportEntry("table", String.join("\n", rows));
            }
        }
    }

    /** One invocation; a point of null is the clean run. */
    private record Point(Plan plan, FaultPoint point)
            implements TestTemplateInvocationContext,
                    BeforeEachCallback,
                    AfterTestExecutionCallback {

        @Override
        public String getDisplayName(int invocationIndex) {
            return plan.name(point);
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public void beforeEach(ExtensionContext test) {
            SimNet net = SimNetExtension.net(test);
            if (point != null) {
                point.arm(net);
            }
        }

        @Override
        public void afterTestExecution(ExtensionContext test) {
            plan.hasRun(point, SimNetExtension.net(test), test);
        }
    }
}
