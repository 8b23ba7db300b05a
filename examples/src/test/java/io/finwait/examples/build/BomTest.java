package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.maven.model.Dependency;
import org.apache.maven.model.Model;
import org.apache.maven.model.Parent;
import org.apache.maven.model.Repository;
import org.apache.maven.model.building.DefaultModelBuilderFactory;
import org.apache.maven.model.building.DefaultModelBuildingRequest;
import org.apache.maven.model.building.FileModelSource;
import org.apache.maven.model.building.ModelBuildingRequest;
import org.apache.maven.model.building.ModelSource2;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.apache.maven.model.resolution.ModelResolver;
import org.apache.maven.model.resolution.UnresolvableModelException;
import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What importing finwait-bom does to somebody's build, as Maven's own model builder sees it. */
class BomTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Knows this project's BOM and nothing else: what it would need besides is an error. */
    private static final class OnlyTheBom implements ModelResolver {

        @Override
        public ModelSource2 resolveModel(String groupId, String artifactId, String version)
                throws UnresolvableModelException {
            if (!artifactId.equals("finwait-bom")) {
                throw new UnresolvableModelException(
                        "the BOM asks for " + artifactId, groupId, artifactId, version);
            }
            return new FileModelSource(ROOT.resolve("bom/pom.xml").toFile());
        }

        @Override
        public ModelSource2 resolveModel(Parent parent) throws UnresolvableModelException {
            return resolveModel(parent.getGroupId(), parent.getArtifactId(), parent.getVersion());
        }

        @Override
        public ModelSource2 resolveModel(Dependency dependency) throws UnresolvableModelException {
            return resolveModel(
                    dependency.getGroupId(), dependency.getArtifactId(), dependency.getVersion());
        }

        @Override
        public void addRepository(Repository repository) {}

        @Override
        public void addRepository(Repository repository, boolean replace) {}

        @Override
        public ModelResolver newCopy() {
            return this;
        }
    }

    private static Model read(String pom) throws Exception {
        try (InputStream in = Files.newInputStream(ROOT.resolve(pom))) {
            return new MavenXpp3Reader().read(in);
        }
    }

    private static String id(Dependency dependency) {
        return dependency.getGroupId()
                + ":"
                + dependency.getArtifactId()
                + ":"
                + dependency.getVersion();
    }

    @Test
    void itManagesWhatIsPublishedAndNoOtherLibrary() throws Exception {
        Model root = read("pom.xml");
        String version = root.getVersion();
        List<String> published = new ArrayList<>();
        for (String module : root.getModules()) {
            Model model = read(module + "/pom.xml");
            boolean kept = "true".equals(model.getProperties().getProperty("maven.deploy.skip"));
            if (!kept && !module.equals("bom")) {
                published.add("io.finwait:" + model.getArtifactId() + ":" + version);
            }
        }
        assertThat(published).hasSize(4);

        Model consumer = effective(consumer(version));
        assertThat(consumer.getDependencyManagement().getDependencies())
                .extracting(BomTest::id)
                .containsExactlyInAnyOrderElementsOf(published);
        assertThat(consumer.getDependencies())
                .extracting(BomTest::id)
                .containsExactly("io.finwait:finwait-core:" + version);
    }

    private static String consumer(String version) {
        return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>somebody</groupId>
          <artifactId>consumer</artifactId>
          <version>1</version>
          <dependencyManagement>
            <dependencies>
              <dependency>
                <groupId>io.finwait</groupId>
                <artifactId>finwait-bom</artifactId>
                <version>%s</version>
                <type>pom</type>
                <scope>import</scope>
              </dependency>
            </dependencies>
          </dependencyManagement>
          <dependencies>
            <dependency>
              <groupId>io.finwait</groupId>
              <artifactId>finwait-core</artifactId>
            </dependency>
          </dependencies>
        </project>
        """
                .formatted(version);
    }

    @SuppressWarnings("deprecation") // the only source of a model that is a text
    private static Model effective(String pom) throws Exception {
        ModelBuildingRequest request =
                new DefaultModelBuildingRequest()
                        .setModelSource(new org.apache.maven.model.building.StringModelSource(pom))
                        .setModelResolver(new OnlyTheBom())
                        .setSystemProperties(System.getProperties())
                        .setValidationLevel(ModelBuildingRequest.VALIDATION_LEVEL_STRICT);
        return new DefaultModelBuilderFactory().newInstance().build(request).getEffectiveModel();
    }
}
