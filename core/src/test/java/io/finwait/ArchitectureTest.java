package io.finwait;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

/** The packages of core point one way; see ARCHITECTURE.md. */
class ArchitectureTest {

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
                "io.finwait.tcp.internal",
                "io.finwait.tcp.internal",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.ip",
                "io.finwait.wire",
                "io.finwait.spi");
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
        slices().matching("io.finwait.(**)").should().beFreeOfCycles().check(CORE);
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
                                                && !java.util.Set.of(to)
                                                        .contains(target.getPackageName())))
                .check(CORE);
    }
}
