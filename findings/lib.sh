# Sourced by the findings beside it: packages in a temporary folder, and the comparison with what the finding's head says.
# Exit codes: 0 as it was seen, 1 changed, 2 could not be tried.
set -euo pipefail
work=$(mktemp -d)
chmod 755 "$work"
started=()

finish() {
  local code=$? pid
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT

cannot_try() {
  printf 'could not be tried: %s\n' "$1" >&2
  exit 2
}

# quietly COMMAND…: its words are shown only where it fails, and then the finding cannot be tried.
quietly() {
  "$@" >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; cannot_try "$1 failed"; }
}

# npm_packages NAME@VERSION…: below $work/node_modules.
npm_packages() {
  printf '{"private":true}' >"$work/package.json"
  quietly npm install --prefix "$work" --ignore-scripts --no-audit --no-fund --loglevel=error "$@"
}

# pip_packages NAME==VERSION…: below $work/venv.
pip_packages() {
  quietly python3 -m venv "$work/venv"
  quietly "$work/venv/bin/pip" --quiet --disable-pip-version-check install "$@"
}

# m3u_parser_reads LIST PRINT: what the installed m3u-parser makes of LIST, by PRINT, a line of Python that finds the entries in `entries`.
m3u_parser_reads() {
  cat >"$work/try.py" <<END
import sys
from m3u_parser import M3uParser
parser = M3uParser()
parser.parse_m3u(sys.argv[1], check_live=False, enforce_schema=False)
entries = parser.get_list()
$2
END
  "$work/venv/bin/python" "$work/try.py" "$1" 2>/dev/null
}

# An apt of our own: neither root nor the machine's lists are needed.
private_apt() {
  local suite=$1 archive status=/var/lib/dpkg/status folder=$work/apt
  archive=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null)
  [[ -n $archive ]] || cannot_try 'this machine names no Debian archive'
  mkdir -p "$folder"/{lists/partial,cache/archives/partial,none}
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$archive" "$suite" >"$folder/sources"
  : >"$folder/nothing"
  [[ $suite == testing ]] && status=$folder/nothing
  apt_options=(-o "Dir::Etc::SourceList=$folder/sources" -o "Dir::Etc::SourceParts=$folder/none" -o "Dir::State::Lists=$folder/lists"
    -o "Dir::Cache=$folder/cache" -o "Dir::State::Status=$status" -o APT::Install-Recommends=false -o APT::Sandbox::User=root)
  quietly apt-get -q "${apt_options[@]}" update
}

# deb_packages SUITE NAME=VERSION…: with what they need, unpacked below $work/root; nothing is installed.
deb_packages() {
  local suite=$1 wanted
  shift
  private_apt "$suite"
  wanted=$(apt-get -qq "${apt_options[@]}" --print-uris install --reinstall "$@" 2>"$work/log") ||
    cannot_try "apt has no $*"
  mkdir -p "$work/debs" "$work/root"
  # Versions are written with %3a for a colon in the names of files.
  mapfile -t wanted < <(awk '{ print $2 }' <<<"$wanted" | sed -E 's/^(.*)_([^_]*)_[^_]*\.deb$/\1=\2/; s/%3a/:/g; s/%2b/+/g; s/%7e/~/g')
  (cd "$work/debs" && quietly apt-get -q "${apt_options[@]}" download "${wanted[@]}") || exit 2
  local deb
  for deb in "$work"/debs/*.deb; do quietly dpkg-deb -x "$deb" "$work/root"; done
  rm -rf "$work/debs"
}

# nginx_testing NAME=VERSION…: nginx of Debian testing, with the C library it needs.
nginx_testing() {
  deb_packages testing "$@"
  local lib
  lib=$(dirname "$(find "$work/root/usr/lib" -name 'ld-linux-*.so.*' | head -1)")
  nginx=("$(find "$lib" -name 'ld-linux-*.so.*' | head -1)" --library-path "$lib" "$work/root/usr/sbin/nginx" -p "$work" -c nginx.conf -e stderr)
}

temp_paths() {
  local name
  for name in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/temp-%s; ' "$name" "$work" "$name"; done
}

# nginx_conf HTTP LOCATION [SERVER]: a server on a socket whose main.js is imported, with what the blocks are to hold.
nginx_conf() {
  cat >"$work/nginx.conf" <<END
load_module $work/root/usr/lib/nginx/modules/ngx_http_js_module.so;
pid $work/pid; events {}
http {
  access_log off; js_engine qjs; js_path $work; js_import main.js; $(temp_paths)
  $1
  server { listen unix:$work/socket; location / { $2 } ${3-} }
}
END
}

# start_nginx [DIRECTIVES]: by itself in one process, unless told otherwise; its errors go to $work/error.log.
start_nginx() {
  "${nginx[@]}" -g "daemon off; ${1:-master_process off;}" 2>>"$work/error.log" &
  started+=($!)
  wait_for "$work/socket"
}

nginx_with_njs() {
  nginx_conf "$@"
  start_nginx
}

# ask PATH [curl arguments…]: over the socket of start_nginx.
ask() {
  local path=$1
  shift
  curl -s --unix-socket "$work/socket" "http://x$path" "$@"
}

# live_server SEGMENT REFUSE_AFTER: live-server.py, its port in $port, its requests in $work/requests.
live_server() {
  python3 "$(dirname "${BASH_SOURCE[0]}")/live-server.py" "$work/port" "$work/requests" "$1" "$2" &
  started+=($!)
  wait_for "$work/port"
  sleep 0.2
  port=$(<"$work/port")
}

# file_server FOLDER ranges|whole: file-server.py, its port in $port, its requests in $work/requests.
file_server() {
  rm -f "$work/port"
  : >"$work/requests"
  python3 "$(dirname "${BASH_SOURCE[0]}")/file-server.py" "$work/port" "$work/requests" "$1" "$2" >/dev/null &
  started+=($!)
  wait_for "$work/port"
  sleep 0.2
  port=$(<"$work/port")
}

# web_server FOLDER: its files by their paths, its port in $port, its requests in $work/requests.
web_server() {
  python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$1" >"$work/port" 2>"$work/requests" &
  started+=($!)
  local turn
  for ((turn = 0; turn < 200; turn++)); do
    port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$work/port" 2>/dev/null || true)
    [[ -n $port ]] && return
    sleep 0.05
  done
  cannot_try 'no server of files'
}

# in_chromium URL WANTED: the page of web_server in the Chromium of @sparticuz/chromium, until it was answered an address that ends so; 20 seconds at most.
in_chromium() {
  cat >"$work/page.mjs" <<'END'
import chromium from '@sparticuz/chromium'
import { launch } from 'puppeteer-core'
const executablePath = await chromium.executablePath()
const browser = await launch({ args: [...chromium.args, '--autoplay-policy=no-user-gesture-required'], executablePath, headless: 'shell' })
const page = await browser.newPage()
const [, , url, wanted] = process.argv
const answered = page.waitForResponse((it) => it.url().endsWith(wanted), { timeout: 20_000 }).catch(() => null)
await page.goto(url)
await answered
await browser.close()
END
  TMPDIR=$work quietly node "$work/page.mjs" "$1" "$2"
}

# wait_for FILE: until it is there, ten seconds at most.
wait_for() {
  local turn
  for ((turn = 0; turn < 200; turn++)); do
    [[ -e $1 ]] && return
    sleep 0.05
  done
  cannot_try "$1 did not appear$(tail -3 "$work/error.log" 2>/dev/null)"
}

# compare: standard input must be what stands below "Output:" in the head of the finding.
compare() {
  local expected
  expected=$(sed -n '/^# Output:$/,/^[^#]/ { s/^#   //p }' "$0")
  if diff -u --label 'seen before' <(printf '%s\n' "$expected") --label 'seen now' -; then
    printf 'as it was seen\n'
  else
    exit 1
  fi
}
