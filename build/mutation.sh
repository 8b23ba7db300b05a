#!/usr/bin/env bash
# Mutation testing of core and transport-sim by PIT. See --help.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
--help)
    cat <<'EOF'
usage: mutation.sh CLASSES TESTS   'io.finwait.wire.*' 'io.finwait.wire.*', say
       mutation.sh changed [BASE]  the classes that differ from BASE (main)

Changes classes of core and transport-sim one place at a time and runs the tests that reach the
place, until one of them fails. Several patterns are separated by commas. Tests are those of the
same two modules, without OwnScriptsTest, whose scripts ScriptLots has in lots of twelve.
What no test has noticed is listed at the end.
EOF
    exit
    ;;
-*)
    echo "mutation.sh: '$1' is not an option; see --help" >&2
    exit 2
    ;;
esac

if [ "${1:-}" = changed ]; then
    # As a class of a file may not be its only one, each stands there with what it contains.
    names=$(git diff --name-only --diff-filter=d "${2:-main}" -- \
        {core,transport-sim}/src/main/java |
        sed -n 's|.*/src/main/java/\(.*\)\.java|\1|p' | grep -v -e package-info -e module-info |
        tr / .) || { echo "no class of core or transport-sim differs from ${2:-main}"; exit 0; }
    classes=$(echo "$names" | sed 's/$/*/' | paste -sd,)
    # The tests of the same packages, and not of those below them.
    tests=$(echo "$names" | sed 's/\.[^.]*$//' | tr . / | sort -u | while read -r package; do
        for test in {core,transport-sim}/src/test/java/"$package"/*Test.java; do
            if [ -e "$test" ]; then echo "$test"; fi
        done
    done | sed 's|.*/src/test/java/\(.*\)\.java|\1|' | tr / . | paste -sd,)
    # Which may be none.
    tests=${tests:+$tests,}io.finwait.sim.script.ScriptLots,io.finwait.sim.tcp.ClosingTest
elif [ $# -eq 2 ]; then
    classes=$1 tests=$2
else
    echo "mutation.sh: needs CLASSES and TESTS, or changed; see --help" >&2
    exit 2
fi

# PIT changes and runs the classes in the JVM that Maven itself runs on.
. build/machine.sh
JAVA_HOME=$(find_jdk 25) || { jdk_advice >&2; exit 1; }
export JAVA_HOME PATH=$JAVA_HOME/bin:$PATH
mvn -B -ntp -q -Pmutation -pl transport-sim -am process-test-classes \
    "-Dmutate=$classes" "-Dmutate.tests=$tests"
build/java build/MutationReport.java transport-sim/target/pit-reports/mutations.xml
