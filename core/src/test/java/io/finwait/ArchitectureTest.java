package io.finwait;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void icmpKnowsNoConnections() {
        arrows("io.finwait.icmp", "io.finwait.icmp", "io.finwait.wire", "io.finwait.spi");
    }

    @Test
    void ethernetKnowsNoConnections() {
        arrows(
                "io.finwait.link",
                "io.finwait.link",
                "io.finwait.icmp",
                "io.finwait.wire",
                "io.finwait.spi");
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
                "io.finwait.icmp",
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
    void picturesStandOnTracesAlone() {
        arrows("io.finwait.picture", "io.finwait.picture", "io.finwait.trace", "io.finwait.tcp");
    }

    /** Only what draws a capture may; a program that shows nothing never loads a picture. */
    @Test
    void nothingOfTheStackKnowsPictures() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.finwait.picture", "io.finwait.trace.explain")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.finwait.picture")
                .check(CORE);
    }

    @Test
    void theDriverStandsOnTheApiAlone() {
        arrows(
                "io.finwait.driver",
                "io.finwait.driver",
                "io.finwait",
                "io.finwait.tcp",
                "io.finwait.timewait",
                "io.finwait.icmp",
                "io.finwait.wire",
                "io.finwait.spi");
    }

    /** A program whose channels are all ours names its transport by a URI. */
    @Test
    void socketsStandOnTheDriver() {
        arrows(
                "io.finwait.socket",
                "io.finwait.socket",
                "io.finwait.driver",
                "io.finwait.spi",
                "io.finwait.tcp",
                "io.finwait.wire");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.finwait.(**)").should().beFreeOfCycles().check(CORE);
    }

    /** From the ground up; a room knows those below it, and none above. */
    private static final List<String> ROOMS =
            List.of(
                    "profile",
                    "buffer",
                    "tcb",
                    "context",
                    "loss",
                    "output",
                    "close",
                    "input",
                    "endpoint");

    /**
     * A TCB and its timers, its handle and its listener belong together, as do an endpoint, its
     * connections and its listeners, and the two kinds of handshake; everywhere else one class can
     * be read before the other.
     */
    @ParameterizedTest
    @ValueSource(strings = {"profile", "buffer", "context", "loss", "output", "close"})
    void aRoomHasNoCircleOfClasses(String room) {
        String inRoom = MACHINERY + "." + room;
        slices().assignedFrom(
                        new SliceAssignment() {
                            @Override
                            public SliceIdentifier getIdentifierOf(JavaClass each) {
                                String name = each.getName();
                                int nested = name.indexOf('$');
                                return each.getPackageName().equals(inRoom)
                                        ? SliceIdentifier.of(
                                                nested < 0 ? name : name.substring(0, nested))
                                        : SliceIdentifier.ignore();
                            }

                            @Override
                            public String getDescription() {
                                return "classes of " + inRoom;
                            }
                        })
                .should()
                .beFreeOfCycles()
                .check(CORE);
    }

    @Test
    void theRoomsOfTheMachineryKnowOnlyThoseBelowThem() {
        for (int room = 0; room < ROOMS.size(); room++) {
            List<String> above = ROOMS.subList(room + 1, ROOMS.size());
            if (!above.isEmpty()) {
                noClasses()
                        .that()
                        .resideInAPackage(MACHINERY + "." + ROOMS.get(room))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                above.stream()
                                        .map(each -> MACHINERY + "." + each)
                                        .toArray(String[]::new))
                        .check(CORE);
            }
        }
    }

    @Test
    void everyPackageOfTheMachineryIsARoom() {
        assertThat(CORE.stream().filter(ArchitectureTest::isMachinery))
                .extracting(each -> each.getPackageName().substring(MACHINERY.length() + 1))
                .isSubsetOf(ROOMS);
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
