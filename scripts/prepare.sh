# Sourced by the scripts beside it: checks Node.js and brings node_modules up to date. Every failure is one sentence and exit 2.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

fail() {
  printf '%s\n' "$1" >&2
  exit 2
}

check_node() {
  command -v node >/dev/null 2>&1 || fail 'Node.js is missing; install version 20.19 or newer.'
  local version major minor
  version=$(node --version 2>/dev/null) || fail 'Node.js does not run; install version 20.19 or newer.'
  version=${version#v}
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

# What the programs in dist are made from, and what became of it: a change of either means that they are made anew.
sources_of_dist() {
  cd "$root" && find control njs scripts package.json package-lock.json tsconfig.json -type f ! -name '*.md' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
}

files_of_dist() {
  (cd "$root/dist" 2>/dev/null && stat -c "%n %s %.9Y" {edge,run,runtime,server,cli,origin}.js dashboard/index.html 2>/dev/null)
}

# One start at a time builds; the others wait and then find everything in place.
build_programs() {
  local stamp="$root/dist/.stamp" want
  want=$(sources_of_dist)
  is_built() { [[ -f $stamp && $(<"$stamp") == "$want"$'\n'"$(files_of_dist)" ]]; }
  is_built && return
  mkdir -p "$root/.runtime" 2>/dev/null || fail "$root cannot be written; check its owner and the free space."
  exec 9>"$root/.runtime/build.lock"
  if command -v flock >/dev/null 2>&1; then flock 9; fi
  if ! is_built; then
    (run_ts build.ts 9>&-) || exit 2
    printf '%s\n%s' "$want" "$(files_of_dist)" >"$stamp"
  fi
  exec 9>&-
}

# Both replace this shell, so that signals reach the program itself.
run_ts() {
  local file=$1
  shift
  exec node --import "$root/node_modules/tsx/dist/loader.mjs" "$root/scripts/$file" "$@"
}

run_built() {
  local program=$1
  shift
  build_programs
  exec node "$root/dist/$program.js" "$@"
}

check_node
install_packages
