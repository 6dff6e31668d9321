#!/usr/bin/env bash
# Prepares everything the demo and the checks need, on a bare Debian 12 with Python 3.11, and says what it does.
#
#   scripts/bootstrap.sh demo     system libraries for certificates, and the tool in .state/venv
#   scripts/bootstrap.sh test     the same, plus the checks' libraries, Chromium, Poppler, systemd's own check of units,
#                                nginx (unpacked in .state/nginx), .state/peers-venv and .state/xblock-*venv
#
# Runs again in a moment when nothing has changed. Everything it makes lies in .state/, except Debian packages.
#
#   PYTHON=/path/to/python3       choose the Python (3.11 or newer)
#   PYTHON312=/path/to/python3.12 the Python for the newest XBlock, where it is not found by itself
#   CME_NO_APT=1                  never install Debian packages; print the command instead
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
state="$root/.state"
profile=${1:-demo}
case "$profile" in demo | test) ;; *) echo "usage: scripts/bootstrap.sh demo|test" >&2; exit 2 ;; esac

say() { printf 'bootstrap: %s\n' "$*"; }
fail() { printf 'bootstrap: %s\n' "$@" >&2; exit 1; }

child= child_name= beside=
stop_child() {
    trap '' INT TERM
    if [ -n "$beside" ]; then kill -TERM "$beside" 2>/dev/null && wait "$beside" || true; fi
    case "$child_name" in
    "") ;;
    apt-install) say "letting apt finish, so that no package is left half installed" && wait "$child" || true ;;
    *) kill -TERM "$child" 2>/dev/null && wait "$child" || true ;;
    esac
    printf '\nbootstrap: stopped. Run the same command again to go on.\n' >&2
    exit 130
}
leave_none() { if [ -n "$beside" ]; then kill -TERM "$beside" 2>/dev/null || true; fi; }
trap stop_child INT TERM; trap leave_none EXIT

# step NAME COMMAND...: run quietly into a log (in a process of its own, so that commands may exec), give a sign of life
# every 15 seconds, and show the log's end on failure.
step() {
    local name=$1 log="$state/logs/$1.log" began=$SECONDS beat=15 status=0
    shift
    "$@" >"$log" 2>&1 </dev/null &
    child=$! child_name=$name
    while kill -0 "$child" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - began)) -ge "$beat" ]; then
            say "  still at it ($((SECONDS - began)) s; details in .state/logs/$name.log)"
            beat=$((beat + 15))
        fi
    done
    wait "$child" || status=$?
    child= child_name=
    if [ "$status" -ne 0 ] && ! grep -q 'Could not get lock /var/lib/apt/lists' "$log"; then
        say "  failed; the end of .state/logs/$name.log:" >&2
        tail -n 15 "$log" | sed 's/^/  | /' >&2
    fi
    return "$status"
}

# ---- Debian packages -------------------------------------------------------------------------------------------------

libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
library_is_missing() { case "$libraries" in *"$1"*) return 1 ;; esac; }

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
        if [ "$candidate" = "${PYTHON:-}" ]; then fail "PYTHON=$PYTHON is not a Python 3.11 or newer that runs."; fi
    done
}

# The newest XBlock asks for Python 3.12, which Debian 12 does not have: one that somebody has installed is used.
find_python312() {
    local candidate
    for candidate in ${PYTHON312:+"$PYTHON312"} python3.12 "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.12.*/bin/python3.12 \
        "${HOME:-}"/.local/share/uv/python/cpython-3.12.*/bin/python3.12; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
        if [ "$candidate" = "${PYTHON312:-}" ]; then fail "PYTHON312=$PYTHON312 is not a Python 3.12 that runs."; fi
    done
}

missing_packages() {
    local python
    python=$(find_python)
    if [ -z "$python" ]; then
        echo python3 python3-venv
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian keeps ensurepip in the package of the very version.
        echo "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    fi
    if library_is_missing libpango-1.0.so.0; then echo libpango-1.0-0; fi
    if library_is_missing libpangoft2-1.0.so.0; then echo libpangoft2-1.0-0; fi
    if library_is_missing libharfbuzz-subset.so.0; then echo libharfbuzz-subset0; fi
    if [ "$profile" = test ]; then
        if ! command -v chromium >/dev/null; then echo chromium; fi
        if ! command -v pdftoppm >/dev/null; then echo poppler-utils; fi
        if ! command -v git >/dev/null; then echo git; fi
        if ! command -v systemd-analyze >/dev/null; then echo systemd; fi
    fi
}

apt() {
    # Waits up to five minutes for another apt or dpkg to finish.
    exec ${sudo:+$sudo} env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold "$@"
}

refresh_lists() {
    local try
    for try in $(seq 1 30); do
        if step apt-update apt update; then return; fi
        # Unlike installing, refreshing does not wait for apt's lists lock by itself.
        if ! grep -q 'Could not get lock' "$state/logs/apt-update.log"; then return 1; fi
        say "  another program is using apt; trying again in 10 s ($try of 30)"
        sleep 10
    done
    return 1
}

have_candidates() {
    local package
    for package in "$@"; do
        LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
    done
}

install_packages() {
    local packages=("$@") sudo=
    local command="apt-get update && apt-get install --no-install-recommends ${packages[*]}"
    local remedy=("Debian packages are missing: ${packages[*]}" "Install them, then run the same command again:" "")
    if [ "${CME_NO_APT:-}" ] || ! command -v apt-get >/dev/null; then
        fail "${remedy[@]}" "    $command" "" \
            "(elsewhere than on Debian: Python 3.11 with venv, Pango 1.44+, HarfBuzz' subset library, Chromium, Poppler)"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
        if ! command -v sudo >/dev/null; then
            fail "${remedy[@]}" "    su -c '$command'"
        elif ! sudo -n true 2>/dev/null; then
            if [ ! -t 0 ]; then fail "${remedy[@]}" "    sudo sh -c '$command'"; fi
            say "sudo may ask for your password to install: ${packages[*]}"
            sudo -v || fail "${remedy[@]}" "    sudo sh -c '$command'"
        fi
    fi
    if ! have_candidates "${packages[@]}"; then
        say "refreshing the list of Debian packages"
        refresh_lists || fail "${remedy[@]}" "    ${sudo:+sudo sh -c }'$command'"
    fi
    say "installing Debian packages: ${packages[*]}"
    if step apt-install apt install --no-install-recommends "${packages[@]}"; then return; fi
    say "the package lists may be out of date; refreshing them and trying once more"
    refresh_lists || true
    step apt-install apt install --no-install-recommends "${packages[@]}" ||
        fail "${remedy[@]}" "    ${sudo:+sudo sh -c }'$command'"
}

find_nginx() { PATH="$state/nginx/usr/sbin:$PATH:/usr/sbin" command -v nginx || true; }

# Debian's nginx for the checks. Unpacked and not installed: it would begin to serve on port 80 of this machine.
unpack_nginx() {
    local remedy=("nginx is missing. Install it, then run the same command again:" "" "    apt-get install nginx-light")
    if [ "${CME_NO_APT:-}" ] || ! command -v apt-get >/dev/null; then fail "${remedy[@]}"; fi
    say "fetching nginx into .state/nginx"
    rm -rf "$state/nginx" && mkdir -p "$state/nginx"
    if ! step nginx download_nginx; then
        say "the package lists may be out of date; refreshing them and trying once more"
        refresh_lists && step nginx download_nginx || fail "${remedy[@]}"
    fi
    dpkg -x "$state"/nginx/nginx_*.deb "$state/nginx"
    "$state/nginx/usr/sbin/nginx" -v 2>/dev/null || fail "The nginx in .state/nginx does not run." "${remedy[@]}"
}

download_nginx() { cd "$state/nginx" && exec apt-get -o Acquire::Retries=3 download nginx; }

# ---- Python environments ---------------------------------------------------------------------------------------------

# key_of FILE...: changes when a file, the Python or the place of the repository changes.
key_of() { { echo "$root" "$python_id"; cat "$@"; } | sha256sum | cut -d' ' -f1; }

is_current() {
    [ -x "$state/$1/bin/python" ] && [ -f "$state/stamps/$1.python" ] &&
        [ "$(cat "$state/stamps/$2" 2>/dev/null)" = "$3" ]
}

make_venv() {
    # An environment of another Python, or one that was moved here, cannot be repaired.
    if [ "$(cat "$state/stamps/$1.python" 2>/dev/null)" != "$root $python_id" ] || [ ! -x "$state/$1/bin/pip" ]; then
        say "creating the Python environment .state/$1"
        rm -rf "${state:?}/$1" "$state/stamps/$1".*
        step "venv-$1" "$python" -m venv "$state/$1" || fail "Could not create .state/$1 with $python."
        echo "$root $python_id" >"$state/stamps/$1.python"
    fi
}

pip_in() {
    local venv=$1
    shift
    exec env -u PYTHONPATH -u PYTHONHOME PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        PIP_NO_INPUT=1 "$state/$venv/bin/python" -m pip "$@"
}

# install_lock VENV LOCK: exactly the locked versions, each checked against its hash. The lock is whole, so pip resolves
# nothing: older ones look past a pin for the newest release of a package that is asked for with an extra. Only what runs
# the demo is compiled ahead.
install_lock() {
    local key ahead=--no-compile
    if [ "$2" = tool ]; then ahead=--compile; fi
    key=$(key_of "requirements/$2.txt")
    if is_current "$1" "$1.$2" "$key"; then return; fi
    make_venv "$1"
    say "installing $(grep -c '==' "requirements/$2.txt") Python packages from requirements/$2.txt"
    step "pip-$2" pip_in "$1" install --require-hashes --no-deps $ahead -r "requirements/$2.txt" ||
        fail "Could not install requirements/$2.txt. Is the network or your package mirror reachable?"
    echo "$key" >"$state/stamps/$1.$2"
}

id_of() { "$1" -c 'import sys; print(sys.executable, sys.version.split()[0])'; }

# install_block VENV LOCK: libraries of a platform, and the block among them.
install_block() {
    install_lock "$1" "$2"
    install_tool "$1"
}

# install_newest_block: without a Python 3.12 there is nothing to test the newest XBlock with. The tests read the mark.
install_newest_block() {
    local found mark="$state/stamps/without-python-3.12"
    found=$(find_python312)
    if [ -z "$found" ]; then
        touch "$mark"
        say "no Python 3.12 here: the block is NOT tested on the newest XBlock. Install one or set PYTHON312=/path/to/it."
        return
    fi
    rm -f "$mark"
    python=$found python_id=$(id_of "$found")
    install_block xblock-newest-venv workbench-newest
}

# install_tool VENV: the distribution itself, so that commands and the block's entry points are found.
install_tool() {
    local key
    key=$(key_of setup.py pyproject.toml requirements/*.in "$state/stamps/$1.python")
    if is_current "$1" "$1.editable" "$key"; then return; fi
    say "putting this distribution into .state/$1"
    step "pip-editable-$1" pip_in "$1" install --no-index --no-deps --no-build-isolation \
        --config-settings editable_mode=compat --editable . ||
        fail "Could not install the distribution itself into .state/$1."
    echo "$key" >"$state/stamps/$1.editable"
}

# ---- What is asked for -----------------------------------------------------------------------------------------------

mkdir -p "$state/logs" "$state/stamps"
exec 9>"$state/bootstrap.lock"
if ! flock -n 9; then
    say "another set-up is running in this folder; waiting for it"
    flock 9
fi

read -r -a missing <<<"$(missing_packages | tr '\n' ' ')"
if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}" 9>&-; fi
if [ "$profile" = test ] && [ -z "$(find_nginx)" ]; then unpack_nginx; fi

python=$(find_python)
[ -n "$python" ] || fail "No Python 3.11 or newer found. Set PYTHON=/path/to/python3.11."
python_id=$(id_of "$python")

if [ "$profile" = test ]; then
    # Side by side: installing waits for network and disk as much as it computes.
    (
        trap stop_child TERM; trap leave_none EXIT
        (
            trap stop_child TERM
            install_block xblock-oldest-venv workbench-oldest
            install_newest_block
        ) &
        beside=$!
        install_lock peers-venv peers
        install_block xblock-venv workbench
        wait "$beside" || exit 1
        beside=
    ) &
    beside=$!
    install_lock venv test
    key_of requirements/tool.txt >"$state/stamps/venv.tool" # test.txt holds all of it
    wait "$beside" || exit 1
    beside=
else
    install_lock venv tool
fi
install_tool venv
