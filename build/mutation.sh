#!/usr/bin/env bash
# Mutation testing of core: PIT changes its classes one place at a time and runs the tests that
# reach the place, until one of them fails.
#   build/mutation.sh 'io.finwait.wire.*' 'io.finwait.wire.*'   classes, and the tests to ask
#   build/mutation.sh changed [BASE]                            classes that differ from BASE (main)
# Several patterns are separated by commas. What no test has noticed is listed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = changed ]; then
    # As a class of a file may not be its only one, each stands there with what it contains.
    names=$(git diff --name-only --diff-filter=d "${2:-main}" -- core/src/main/java |
        sed -n 's|core/src/main/java/\(.*\)\.java|\1|p' | grep -v -e package-info -e module-info |
        tr / .) || { echo "no class of core differs from ${2:-main}"; exit 0; }
    classes=$(echo "$names" | sed 's/$/*/' | paste -sd,)
    tests=$(echo "$names" | sed 's/\.[^.]*$/.*/' | sort -u | paste -sd,)
    tests+=,io.finwait.sim.script.OwnScriptsTest,io.finwait.sim.tcp.ClosingTest
elif [ $# -eq 2 ]; then
    classes=$1 tests=$2
else
    sed -n 2,7p "$0"
    exit 2
fi

# PIT changes and runs the classes in the JVM that Maven itself runs on.
. build/machine.sh
JAVA_HOME=$(find_jdk 25) || { jdk_advice >&2; exit 1; }
export JAVA_HOME
mvn -B -ntp -q -Pmutation -pl transport-sim -am process-test-classes \
    "-Dmutate=$classes" "-Dmutate.tests=$tests"
build/java build/MutationReport.java transport-sim/target/pit-reports/mutations.xml
