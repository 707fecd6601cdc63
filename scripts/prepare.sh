# Sourced by the scripts beside it: checks Node.js and brings node_modules up to date. Every failure is one sentence and exit 2.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

fail() {
  printf '%s\n' "$1" >&2
  exit 2
}

check_node() {
  command -v node >/dev/null 2>&1 || fail 'Node.js is missing; install version 20.19 or newer.'
  local version major minor
  version=$(node -p process.versions.node 2>/dev/null) || fail 'Node.js does not run; install version 20.19 or newer.'
  IFS=. read -r major minor _ <<<"$version"
  if ((major < 20 || (major == 20 && minor < 19))); then
    fail "Node.js $version is too old; install version 20.19 or newer."
  fi
}

# One start at a time installs; the others wait and then find everything in place.
install_packages() {
  local stamp="$root/node_modules/.gatehouse-stamp" want log
  want=$(sha256sum "$root/package-lock.json" | cut -c1-64)
  [[ -f $stamp && $(<"$stamp") == "$want" ]] && return
  command -v npm >/dev/null 2>&1 || fail 'npm is missing; install it (it comes with Node.js).'
  mkdir -p "$root/.runtime" 2>/dev/null || fail "$root cannot be written; check its owner and the free space."
  exec 9>"$root/.runtime/npm.lock"
  if command -v flock >/dev/null 2>&1; then flock 9; fi
  if [[ ! -f $stamp || $(<"$stamp") != "$want" ]]; then
    printf 'Installing npm packages …\n' >&2
    log="$root/.runtime/npm.log"
    if ! (cd "$root" && npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1 9>&-); then
      grep -q ENOSPC "$log" && fail 'The disk is full; free some space and run it again.'
      fail "npm could not install the packages; see $log, check the network and run it again."
    fi
    printf '%s' "$want" >"$stamp"
  fi
  exec 9>&-
}

# run_ts FILE ARGS...: replaces this shell, so that signals reach the program itself.
run_ts() {
  local file=$1
  shift
  exec node --import "$root/node_modules/tsx/dist/loader.mjs" "$root/scripts/$file" "$@"
}

check_node
install_packages
