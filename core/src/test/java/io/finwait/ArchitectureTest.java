package io.finwait;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import org.junit.jupiter.api.Test;

import java.util.List;

/** The packages of core point one way; see ARCHITECTURE.md. */
class ArchitectureTest {

    private static final String MACHINERY = "io.finwait.tcp.internal";

    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.finwait");

    @Test
    void wireDependsOnNothingOfOurs() {
        arrows("io.finwait.wire", "io.finwait.wire");
    }

    @Test
    void spiDependsOnNothingOfOurs() {
        arrows("io.finwait.spi", "io.finwait.spi");
    }

    @Test
    void timeWaitIsUsableWithoutTheRest() {
        arrows("io.finwait.timewait", "io.finwait.timewait", "io.finwait.wire", "io.finwait.spi");
    }

    @Test
    void ipKnowsNoConnections() {
        arrows("io.finwait.ip", "io.finwait.ip", "io.finwait.wire", "io.finwait.spi");
    }

    @Test
    void theApiDoesNotKnowItsMachinery() {
        arrows(
                "io.finwait.tcp",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.wire",
                "io.finwait.spi");
    }

    @Test
    void theMachineryDoesNotKnowWhatStandsOnTheApi() {
        arrows(
                MACHINERY + "..",
                MACHINERY,
                "io.finwait.flight",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.ip",
                "io.finwait.wire",
                "io.finwait.spi");
    }

    @Test
    void flightEventsKnowNoConnections() {
        arrows("io.finwait.flight", "io.finwait.flight", "io.finwait.wire");
    }

    @Test
    void tracesStandOnTheApiAlone() {
        arrows(
                "io.finwait.trace",
                "io.finwait.trace",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.wire",
                "io.finwait.spi");
    }

    @Test
    void theDriverStandsOnTheApiAlone() {
        arrows(
                "io.finwait.driver",
                "io.finwait.driver",
                "io.finwait",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.wire",
                "io.finwait.spi");
    }

    @Test
    void socketsStandOnTheDriver() {
        arrows(
                "io.finwait.socket",
                "io.finwait.socket",
                "io.finwait.driver",
                "io.finwait.tcp",
                "io.finwait.wire");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(CORE);
    }

    /** Each package is a slice; the rooms of the machinery are one so far. */
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            String name = javaClass.getPackageName();
            return SliceIdentifier.of(
                    name.startsWith(MACHINERY) ? MACHINERY : name.replaceFirst("io.finwait.?", ""));
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }

    private static boolean isMachinery(JavaClass each) {
        return each.getPackageName().startsWith(MACHINERY);
    }

    private static void arrows(String from, String... to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(
                        com.tngtech.archunit.base.DescribedPredicate.describe(
                                "stand in other packages of ours than " + String.join(", ", to),
                                target ->
                                        target.getPackageName().startsWith("io.finwait")
                                                && !(isMachinery(target)
                                                        ? List.of(to).contains(MACHINERY)
                                                        : List.of(to)
                                                                .contains(
                                                                        target.getPackageName()))))
                .check(CORE);
    }
}
