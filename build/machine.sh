#!/usr/bin/env bash
# What this machine has, and the command that brings what it lacks: ./finwait reads this file, the
# Maven build runs it. See --help.

# The version of the JDK in a folder; fails where there is none with a compiler.
jdk_version() {
    local version
    [ -x "$1/bin/javac" ] || return 1
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
    [ -n "$version" ] && echo "$version"
}

# find_jdk FROM [TO]
find_jdk() {
    local candidate java named version
    java=$(command -v java) && java=$(readlink -f "$java")
    # JAVA25_HOME and JDK25_HOME are what people set for a certain version.
    named=JAVA$1_HOME
    version=JDK$1_HOME
    for candidate in "${!named:-}" "${!version:-}" "${JAVA_HOME:-}" "${java%/bin/java}" \
        "${MACHINE_JVMS:-/usr/lib/jvm}"/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
        "$HOME"/.jdks/* /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$candidate" ] && version=$(jdk_version "$candidate") || continue
        if [ "$version" -ge "$1" ] && [ "$version" -le "${2:-$version}" ]; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() { if [ "$(id -u)" -eq 0 ]; then echo "$*"; else echo "sudo $*"; fi; }

# Whether a package manager can bring a package, as it says itself.
apt_has() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }
dnf_has() { dnf -q list "$1" >/dev/null 2>&1; }
brew_has() { brew info "$1" >/dev/null 2>&1; }

# The first of some packages that a package manager (apt, dnf, brew) can bring.
first_of() {
    local manager=$1 each
    shift
    for each in "$@"; do
        if "${manager}_has" "$each"; then
            echo "$each"
            return
        fi
    done
    return 1
}

# What the package with a program is called: package_of MANAGER PROGRAM
package_of() {
    case $1:$2 in
    apt:jdk) first_of apt openjdk-25-jdk openjdk-26-jdk openjdk-27-jdk temurin-25-jdk ;;
    dnf:jdk) first_of dnf java-25-openjdk-devel java-latest-openjdk-devel temurin-25-jdk ;;
    brew:jdk) first_of brew openjdk@25 openjdk ;;
    *:mvn) first_of "$1" maven ;;
    dnf:ip) first_of dnf iproute ;;
    *:ip) first_of "$1" iproute2 ;;
    dnf:ping) first_of dnf iputils ;;
    *:ping) first_of "$1" iputils-ping ;;
    dnf:tshark) first_of dnf wireshark-cli ;;
    brew:tshark) first_of brew wireshark ;;
    *) first_of "$1" "$2" ;;
    esac
}

# SDKMAN brings JDKs and Maven; its newest JDK 25 is asked for, since it drops older updates.
sdkman_command() {
    local init=${SDKMAN_DIR:-$HOME/.sdkman}/bin/sdkman-init.sh version
    [ -f "$init" ] || return 1
    case $1 in
    mvn) echo "sdk install maven" ;;
    jdk)
        version=$(bash -c '. "$0" && sdk list java' "$init" 2>/dev/null |
            grep -o '25[.0-9]*-tem' | head -n 1)
        [ -n "$version" ] && echo "sdk install java $version"
        ;;
    *) return 1 ;;
    esac
}

# The command that brings some programs to this machine (jdk: a JDK 25 or newer); fails when nobody
# here has them.
install_command() {
    local manager command each packages package
    for manager in apt:apt-cache dnf:dnf brew:brew; do
        command=${manager#*:}
        manager=${manager%%:*}
        has "$command" || continue
        packages=()
        for each in "$@"; do
            package=$(package_of "$manager" "$each") && packages+=("$package")
        done
        [ "${#packages[@]}" -eq $# ] || continue
        case $manager in
        apt) as_root apt-get install "${packages[@]}" ;;
        dnf) as_root dnf install "${packages[@]}" ;;
        brew) echo "brew install ${packages[*]}" ;;
        esac
        return
    done
    [ $# -eq 1 ] && sdkman_command "$1"
}

# Says what to do: advice NAMES PROGRAM...
advice() {
    local names=$1 command
    shift
    if command=$(install_command "$@"); then
        echo "$command"
    elif has apt-cache && ! apt_has bash; then
        # A fresh container: apt knows no package yet.
        echo "$(as_root apt-get update), then start this again: apt knows of no packages yet"
    else
        echo "no package manager here offers $names: get it from its makers"
    fi
}

jdk_advice() {
    local advice
    advice=$(advice "a JDK 25 or newer" jdk)
    case $advice in
    "no package"*) echo "$advice, or by SDKMAN, and set JAVA_HOME to it" ;;
    *) echo "$advice" ;;
    esac
}

missing_for_tests() {
    local each missing=()
    [ "$(uname)" = Linux ] || return 0
    for each in ip tshark curl ping socat; do
        has "$each" || missing+=("$each")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        echo "Some tests will be skipped, for want of ${missing[*]}:" \
            "$(advice "${missing[*]}" "${missing[@]}")"
    fi
    [ "$(id -u)" -eq 0 ] || echo "Some tests will be skipped, since they need root"
    find_jdk 17 17 >/dev/null ||
        echo "Nothing will be run with a JDK 17, since there is none; set JAVA17_HOME to one"
}

usage() {
    cat <<'EOF'
usage: machine.sh jdk FROM [TO]    the home of a JDK from one version to another, or nothing
       machine.sh properties N     the same for Maven: jdkN.home and jdkN.missing
       machine.sh missing          what this machine lacks for building and testing, and what to do
EOF
}

wrong() {
    echo "machine.sh: $1; see --help" >&2
    exit 2
}

require_version() {
    [ -n "${2:-}" ] || wrong "$1 needs a version"
    [[ $2 =~ ^[0-9]+$ ]] || wrong "'$2' is not a version"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    case ${1:-} in
    jdk)
        require_version jdk "${2:-}"
        [ -z "${3:-}" ] || require_version jdk "$3"
        find_jdk "$2" "${3:-}" || true
        ;;
    properties)
        require_version properties "${2:-}"
        home=$(find_jdk "$2" "$2") && missing=false || missing=true
        printf 'jdk%s.home=%s\njdk%s.missing=%s\n' "$2" "$home" "$2" "$missing"
        ;;
    missing)
        # The build shows as a warning what comes from here.
        exec >&2
        find_jdk 25 >/dev/null ||
            echo "This build needs a JDK, 25 or newer, beside that of Maven: $(jdk_advice)"
        missing_for_tests
        ;;
    --help) usage ;;
    "") wrong "what is to be said?" ;;
    *) wrong "'$1' is not an option" ;;
    esac
fi
