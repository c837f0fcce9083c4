#!/usr/bin/env bash
# Installs what the tests need and runs every check:
#
#   bash test.sh                     all
#   bash test.sh -k slerp            what follows goes to pytest
#
# Tests find the browser in LATENT_STUDIO_CHROMIUM; set it to choose one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

runs() {
  [ -n "$1" ] && "$1" --version >/dev/null 2>&1 </dev/null
}

# Prints a Chromium that is already there and starts.
present_browser() {
  local path
  while IFS= read -r path; do
    if runs "$path"; then
      printf '%s\n' "$path"
      return
    fi
  done <<EOF
${LATENT_STUDIO_CHROMIUM:-}
${CHROMIUM:-}
$(type -aP chromium chromium-browser google-chrome google-chrome-stable || true)
/Applications/Chromium.app/Contents/MacOS/Chromium
/Applications/Google Chrome.app/Contents/MacOS/Google Chrome
EOF
  return 1
}

playwright_browser() {
  .venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)'
}

# Debian's own package where we may install it, else Playwright's download.
install_browser() {
  if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing Debian's chromium"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; then
      present_browser >/dev/null && return
    fi
  fi
  echo "Installing Playwright's chromium"
  .venv/bin/python -m playwright install chromium
}

bash start.sh install requirements-dev.txt

if ! browser="$(present_browser)"; then
  runs "$(playwright_browser)" || install_browser
  browser="$(present_browser || playwright_browser)"
fi
export LATENT_STUDIO_CHROMIUM="$browser"
echo "Browser: $browser"

.venv/bin/python -m ruff format --check .
.venv/bin/python -m ruff check .
.venv/bin/python -m mypy
.venv/bin/lint-imports
.venv/bin/python tests/known_vulnerabilities.py
# A process for each of two cores; a file's tests stay together, for the sake of what they share.
# Files go in the order of tests/conftest.py, not those with the most tests first.
exec .venv/bin/python -m pytest --timeout 600 -n 2 --dist loadfile --no-loadscope-reorder "$@"
