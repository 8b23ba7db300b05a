#!/usr/bin/env bash
# Builds what is published in a copy of this tree, once more, and compares SHA-256. See --help.
set -euo pipefail
case ${1:-} in
"" | built) ;;
--help)
    cat <<'EOF'
usage: reproducible.sh          builds what is published in two copies of this tree
       reproducible.sh built    the same in one, beside what "mvn verify -Pci" has just left here

Fails when a file has not the same SHA-256 twice.
EOF
    exit
    ;;
*)
    echo "reproducible.sh: '$1' is not an option; see --help" >&2
    exit 2
    ;;
esac
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

built() {
    (cd "$1" && find {core,transport-*}/target -maxdepth 1 \
        \( -name 'finwait-*.jar' -o -name bom.json \) | sort | xargs sha256sum)
}

# The folders' names differ in length, so that a path which slips in is seen.
copy() {
    mkdir "$scratch/$1"
    (cd "$here" && git ls-files -z --cached --others --exclude-standard |
        xargs -0 cp --parents -t "$scratch/$1")
}

build() {
    (cd "$scratch/$1" && mvn -q -B -ntp -Dmaven.test.skip -Dpublished.phase=verify \
        -pl core,transport-sim,transport-nio,transport-raw -am verify)
    built "$scratch/$1" >"$scratch/$1.sums"
}

copy once
copy once-more
build once
if [ "${1:-}" = built ]; then
    built "$here" >"$scratch/other.sums"
else
    build once-more
    mv "$scratch/once-more.sums" "$scratch/other.sums"
fi
if ! diff "$scratch/once.sums" "$scratch/other.sums"; then
    echo "reproducible: two builds differ, see above" >&2
    exit 1
fi
echo "reproducible: $(wc -l <"$scratch/once.sums") files, the same SHA-256 twice"
