package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.maven.model.Activation;
import org.apache.maven.model.Dependency;
import org.apache.maven.model.Model;
import org.apache.maven.model.Profile;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The launcher builds with {@code maven.test.skip}, where a module has no jar of tests. Maven looks
 * for every dependency all the same, those of tests too.
 */
class TestJarsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void aJarOfTestsIsAskedForOnlyWhereTestsAreBuilt() throws Exception {
        var found = new ArrayList<String>();
        for (String module : modules()) {
            Model model = model(module + "/pom.xml");
            assertThat(testJars(model.getDependencies()))
                    .as("in every build of %s", module)
                    .isEmpty();
            for (Profile profile : model.getProfiles()) {
                for (String jar : testJars(profile.getDependencies())) {
                    assertThat(condition(profile))
                            .as("the profile %s of %s", profile.getId(), module)
                            .isEqualTo("!maven.test.skip");
                    found.add(module + " needs the tests of " + jar);
                }
            }
        }
        assertThat(found).containsExactly("transport-raw needs the tests of finwait-transport-nio");
    }

    @Test
    void theLauncherSkipsTests() throws Exception {
        assertThat(Files.readString(ROOT.resolve("finwait"))).contains("-Dmaven.test.skip");
    }

    private static String condition(Profile profile) {
        Activation activation = profile.getActivation();
        return activation == null || activation.getProperty() == null
                ? "none"
                : activation.getProperty().getName();
    }

    private static List<String> testJars(List<Dependency> dependencies) {
        return dependencies.stream()
                .filter(
                        dependency ->
                                dependency.getType().equals("test-jar")
                                        || "tests".equals(dependency.getClassifier()))
                .map(Dependency::getArtifactId)
                .toList();
    }

    private static List<String> modules() throws Exception {
        List<String> modules = model("pom.xml").getModules();
        assertThat(modules).contains("core", "transport-raw", "examples");
        return modules;
    }

    private static Model model(String file) throws Exception {
        try (InputStream in = Files.newInputStream(ROOT.resolve(file))) {
            return new MavenXpp3Reader().read(in);
        }
    }
}
