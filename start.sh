#!/usr/bin/env bash
# Latent Studio, from nothing to an open page:
#
#   bash start.sh [OPTIONS]         prepares .venv on the first run, then opens the app
#   bash start.sh class [OPTIONS]   the same for a class on the local network
#   bash start.sh proxy [OPTIONS]   the same behind a web server on this machine
#   bash start.sh gpu …             any of these with the libraries for an NVIDIA GPU
#   bash start.sh install FILE      only prepares .venv with a requirements file
#
# OPTIONS: --port N, --code TEXT (the teacher's, for a class), and Streamlit's own.
#
# Needs Linux, or macOS on Apple silicon, with Python 3.11, 3.12 or 3.13.
# PYTHON=/path/to/python3.12 bash start.sh   chooses the Python to begin with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf '\n' >&2
  printf '%s\n' "$@" >&2
  exit 1
}

# Prints `ok`, or why this Python will not do. A shim that starts nothing prints `broken`.
verdict() {
  "$1" -c '
import platform, sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13) or "t" in getattr(sys, "abiflags", ""):
    print("version")
elif sys.platform == "darwin" and platform.machine() != "arm64":
    print("intel")
else:
    try:
        import ensurepip, venv
        print("ok")
    except ImportError:
        print("no-venv")
' 2>/dev/null </dev/null || echo broken
}

# Every Python that may suit, best guess first; the environment to be made is not among them.
candidates() {
  local name
  if [ -n "${PYTHON:-}" ]; then
    type -P "$PYTHON" || printf '%s\n' "$PYTHON"
    return
  fi
  for name in python3 python3.13 python3.12 python3.11 python; do
    type -aP "$name" || true
  done
  ls -d /opt/homebrew/bin/python3.1[123] /usr/local/bin/python3.1[123] /usr/bin/python3.1[123] \
    "${HOME:-}"/.pyenv/versions/3.1[123]*/bin/python3 2>/dev/null || true
}

find_python() {
  local path said missing_venv='' intel=''
  while IFS= read -r path; do
    case "$path" in "$PWD"/.venv/*) continue ;; esac
    said="$(verdict "$path")"
    case "$said" in
      ok) printf '%s\n' "$path"; return ;;
      no-venv) missing_venv="$path" ;;
      intel) intel="$path" ;;
    esac
  done <<EOF
$(candidates)
EOF
  if [ -n "$missing_venv" ]; then
    fail "$missing_venv has no venv module." \
      "On Debian and Ubuntu: sudo apt install python3-venv. Then run this again."
  elif [ -n "$intel" ]; then
    fail "$intel is made for Intel, and TensorFlow no longer is on macOS." \
      "On Apple silicon: install Python for arm64 from https://www.python.org/downloads/."
  elif [ -n "${PYTHON:-}" ]; then
    fail "PYTHON=$PYTHON is no working Python 3.11, 3.12 or 3.13."
  fi
  fail "Latent Studio needs Python 3.11, 3.12 or 3.13, and none was found." \
    "Install one from https://www.python.org/downloads/ or with your package manager." \
    "Then run this again, or name it: PYTHON=/path/to/python3.12 bash start.sh"
}

environment_works() {
  [ -f .venv/pyvenv.cfg ] && [ "$(verdict .venv/bin/python)" = ok ] &&
    .venv/bin/python -c 'import pip' 2>/dev/null
}

make_environment() {
  local python
  environment_works && return
  python="$(find_python)"
  echo "Creating .venv with $python"
  "$python" -m venv --clear .venv || fail "Creating .venv failed; the lines above say why."
}

# Installs a requirements file unless exactly this was installed before.
install() {
  local file="$1" stamp now quiet=''
  [ -f "$file" ] || fail "There is no $file here."
  make_environment
  stamp=".venv/.installed-$(basename "$file")"
  now="$(cat requirements*.txt | cksum) $(.venv/bin/python -V)"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && return
  echo "Installing $file into .venv (about 3 GB the first time; a few minutes)"
  [ -t 1 ] || quiet=--quiet
  .venv/bin/python -m pip install --disable-pip-version-check --no-input $quiet -r "$file" ||
    fail "Installing failed; the lines above say why." \
      "The package registry must be reachable this once. Run this again to continue."
  printf '%s\n' "$now" >"$stamp"
}

open_app() {
  local mode=alone
  case "${1:-}" in
    alone | class | proxy)
      mode="$1"
      shift
      ;;
  esac
  exec .venv/bin/python -m gan_core serve "$mode" "$@"
}

case "${1:-}" in
  install)
    install "${2:?name a requirements file}"
    ;;
  gpu)
    [ "$(uname -s)" = Linux ] || fail "\`gpu\` means an NVIDIA GPU on Linux. Here: bash start.sh"
    shift
    install requirements-gpu.txt
    open_app "$@"
    ;;
  *)
    install requirements.txt
    open_app "$@"
    ;;
esac
