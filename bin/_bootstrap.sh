# Sourced by the commands in bin/. From nothing but Python 3.11 and a network it makes `.venv`
# as uv.lock says, and gives the functions below. Works with bash 3.2 (macOS) and later.

set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
export PYTHONUNBUFFERED=1
PYTHON="$ROOT/.venv/bin/python"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# The name of a Python that is new enough.
find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3.14 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Run uv: the one on PATH, or one of our own under var/uv. Nothing is installed outside this folder.
find_uv() {
    local python
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        command -v uv
        return 0
    fi
    if [ ! -x "$ROOT/var/uv/bin/uv" ]; then
        python="$(find_python)" || fail "Python 3.11 or later is needed."
        install_uv "$python" >&2 || fail "uv could not be installed; see the messages above."
    fi
    printf '%s\n' "$ROOT/var/uv/bin/uv"
}

# pip refuses to touch a system Python that the distribution manages (PEP 668), so uv gets a virtual
# environment. Debian's Python lacks ensurepip without python3-venv: then pip is asked to fill a folder.
install_uv() {
    local python="$1"
    say "Installing uv into var/uv"
    mkdir -p "$ROOT/var"
    if "$python" -m venv "$ROOT/var/uv" >/dev/null 2>&1; then
        "$ROOT/var/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv
        return
    fi
    rm -rf "$ROOT/var/uv"
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip install --quiet --disable-pip-version-check --break-system-packages \
            --prefix "$ROOT/var/uv" uv
        # A distribution's pip may add "local" to the prefix.
        [ -x "$ROOT/var/uv/bin/uv" ] || ln -s "$ROOT/var/uv/local/bin" "$ROOT/var/uv/bin"
        return
    fi
    apt_install python3-venv && "$python" -m venv "$ROOT/var/uv" &&
        "$ROOT/var/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv
}

# Install Debian packages; false when we may not, or this is no Debian.
apt_install() {
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >&2
}

# A virtual environment around us must not be mistaken for ours.
sync_environment() {
    env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT="$ROOT/.venv" "$1" sync --frozen --quiet \
        --python "$(find_python || echo '>=3.11')"
}

# Make or refresh .venv. Several commands may start at once: one of them does the work.
bootstrap() {
    local uv wanted
    wanted="$(cksum uv.lock pyproject.toml | cksum)"
    if [ -x "$PYTHON" ] && [ "$(cat .venv/.tillbridge 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    uv="$(find_uv)"
    say "Installing what uv.lock names into .venv"
    # Behind a company's proxy only the system's own certificates may do; elsewhere there may be none.
    sync_environment "$uv" || UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true sync_environment "$uv"
    printf '%s\n' "$wanted" >.venv/.tillbridge
}

# The path of a Chromium, or nothing.
chromium_here() {
    local name
    if [ -n "${TILLBRIDGE_CHROMIUM:-}" ]; then
        printf '%s\n' "$TILLBRIDGE_CHROMIUM"
        return
    fi
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    name="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    if [ -x "$name" ]; then
        printf '%s\n' "$name"
        return
    fi
    "$PYTHON" - <<'END'
import pathlib
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
    if pathlib.Path(path).exists():
        print(path)
END
}

# Set TILLBRIDGE_CHROMIUM for the browser tests, installing a Chromium if there is none.
need_chromium() {
    TILLBRIDGE_CHROMIUM="$(chromium_here)"
    if [ -z "$TILLBRIDGE_CHROMIUM" ]; then
        say "Installing Chromium for the browser tests"
        apt_install chromium || .venv/bin/playwright install chromium >&2 ||
            fail "Install Chromium, or name one in TILLBRIDGE_CHROMIUM."
        TILLBRIDGE_CHROMIUM="$(chromium_here)"
    fi
    [ -n "$TILLBRIDGE_CHROMIUM" ] || fail "Chromium was installed but not found; name it in TILLBRIDGE_CHROMIUM."
    export TILLBRIDGE_CHROMIUM
}
