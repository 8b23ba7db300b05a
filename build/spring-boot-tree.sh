#!/usr/bin/env bash
# What a Spring Boot build gets from finwait-bom: its dependency trees compared. See --help.
set -euo pipefail
case ${1:-} in
"") ;;
--help)
    cat <<'EOF'
usage: spring-boot-tree.sh

Lays out what is published as a repository in a scratch folder and resolves the same Spring Boot
program three times: without Finwait, with Finwait by versions of its own, and with Finwait by
finwait-bom. Fails when the BOM changes a version, or when Finwait changes one of Spring Boot's.
EOF
    exit
    ;;
*)
    echo "spring-boot-tree.sh: '$1' is not an option; see --help" >&2
    exit 2
    ;;
esac
spring_boot=3.5.7
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$here/bom/pom.xml" | head -1)

mkdir "$scratch/tree"
(cd "$here" && git ls-files -z --cached --others --exclude-standard |
    xargs -0 cp --parents -t "$scratch/tree")
(cd "$scratch/tree" && mvn -q -B -ntp -Dmaven.test.skip -Dmaven.install.skip \
    -DaltDeploymentRepository="scratch::file://$scratch/repository" \
    -pl core,transport-sim,transport-nio,transport-raw,bom -am deploy)

finwait() {
    for each in core transport-nio; do
        echo "<dependency><groupId>io.finwait</groupId><artifactId>finwait-$each</artifactId>$1</dependency>"
    done
}

# A program's POM, with more dependencies and more managed ones.
program() {
    mkdir "$scratch/$1"
    cat >"$scratch/$1/pom.xml" <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>$spring_boot</version>
    <relativePath/>
  </parent>
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <repositories>
    <repository><id>scratch</id><url>file://$scratch/repository</url></repository>
  </repositories>
  <dependencyManagement><dependencies>$3</dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-webflux</artifactId>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-test</artifactId>
      <scope>test</scope>
    </dependency>
    $2
  </dependencies>
</project>
EOF
    (cd "$scratch/$1" && mvn -q -B -ntp -Dmaven.repo.local="$scratch/m2" dependency:list -DoutputFile="$scratch/$1.list" -Dsort)
    grep -o '[^ ]*:[^ ]*:jar:[^ ]*' "$scratch/$1.list" | sort >"$scratch/$1.jars"
}

bom="<dependency><groupId>io.finwait</groupId><artifactId>finwait-bom</artifactId>
<version>$version</version><type>pom</type><scope>import</scope></dependency>"
program plain "" ""
program versions "$(finwait "<version>$version</version>")" ""
program bom "$(finwait "")" "$bom"

if ! diff "$scratch/versions.jars" "$scratch/bom.jars"; then
    echo "spring-boot-tree: finwait-bom changes what the program gets, see above" >&2
    exit 1
fi
grep -vE '^(io\.finwait|org\.jctools):' "$scratch/bom.jars" >"$scratch/rest.jars"
if ! diff "$scratch/plain.jars" "$scratch/rest.jars"; then
    echo "spring-boot-tree: Finwait changes a version of Spring Boot's, see above" >&2
    exit 1
fi
echo "spring-boot-tree: $(wc -l <"$scratch/plain.jars") jars of Spring Boot $spring_boot, unchanged;" \
    "with Finwait besides: $(grep -E '^(io\.finwait|org\.jctools):' "$scratch/bom.jars" | tr '\n' ' ')"
