# Sourced by the scripts here: how they refuse wrong arguments.

wrong() {
    echo "${0##*/}: $1" >&2
    exit 2
}

require_number() { # NAME VALUE LEAST
    [[ $2 =~ ^[0-9]{1,9}$ ]] || wrong "$1 $2 is not a whole number; see --help"
    [ "$2" -ge "$3" ] || wrong "$1 $2 is too small; choose $3 or more"
}
