#!/usr/bin/env bash
# Guess: ffmpeg requests a segment of live DASH once it is available (ISO/IEC 23009-1, 5.3.9.5.3), by a timeline once the manifest lists it.
# Seen: it does so too soon, and where that is refused, goes on with the next, hundreds a second into the future. A server should hold such a request back.
# Version: ffmpeg 7:5.1.9-0+deb12u1 on Debian 12, Python 3; run on 2026-11-29
# Output:
#   by numbers: more than a hundred segments that are not there yet, the last of them over a minute ahead
#   by a timeline: more than a hundred segments that are not there yet, the last of them over a minute ahead
source "$(dirname "$0")/lib.sh"
deb_packages bookworm ffmpeg=7:5.1.9-0+deb12u1
libraries=$(find "$work/root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
ffmpeg() { LD_LIBRARY_PATH=$libraries "$work/root/usr/bin/ffmpeg" -nostdin -loglevel quiet "$@"; }
mkdir "$work/media"
ffmpeg -f lavfi -i testsrc=size=64x36:rate=25 -t 30 -g 25 -c:v mpeg4 -seg_duration 1 -init_seg_name init -media_seg_name '$Number$' -f dash "$work/media/film.mpd"

# A channel that began 12 s ago, in segments of a second: PORTFILE LOG FOLDER.
cat >"$work/live.py" <<'END'
import datetime, http.server, os, re, sys, time
port_file, log, folder = sys.argv[1:]
begun = time.time() - 12
codecs = re.search(r'codecs="([^"]+)', open(f'{folder}/film.mpd').read())[1]
scale = re.search(r'timescale="(\d+)', open(f'{folder}/film.mpd').read())[1]

def manifest(kind):
    newest = int(time.time() - begun)
    iso = lambda at: datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    first = max(1, newest - 5)
    steps = f'<S t="{(first - 1) * int(scale)}" d="{scale}" r="{newest - first}"/>'
    how = f'duration="{scale}" startNumber="1"/>' if kind == 'numbers' else f'startNumber="{first}"><SegmentTimeline>{steps}</SegmentTimeline></SegmentTemplate>'
    return f'''<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic"
availabilityStartTime="{iso(begun)}" publishTime="{iso(time.time())}" minimumUpdatePeriod="PT1S" minBufferTime="PT1S" timeShiftBufferDepth="PT6S">
<Period start="PT0S"><AdaptationSet contentType="video"><Representation id="0" mimeType="video/mp4" codecs="{codecs}" bandwidth="200000" width="64" height="36">
<SegmentTemplate timescale="{scale}" initialization="init" media="$Number$" {how}</Representation></AdaptationSet></Period></MPD>'''

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *_): pass
    def do_GET(self):
        _, kind, name = self.path.split('/')
        early = name.isdigit() and int(name) > time.time() - begun
        body = manifest(kind).encode() if name == 'live.mpd' else open(f'{folder}/{name}', 'rb').read() if not early and os.path.isfile(f'{folder}/{name}') else b''
        if early: open(log, 'a').write(f'{self.path}\n')
        self.send_response(200 if body else 404)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
open(port_file, 'w').write(str(server.server_address[1]))
server.serve_forever()
END

python3 "$work/live.py" "$work/port" "$work/requests" "$work/media" &
started+=($!)
wait_for "$work/port"
sleep 0.2

# early KIND: segments that are requested before they are there, in three seconds.
early() {
  : >"$work/requests"
  LD_LIBRARY_PATH=$libraries timeout -s KILL 3 "$work/root/usr/bin/ffmpeg" -nostdin -loglevel quiet \
    -i "http://127.0.0.1:$(<"$work/port")/$1/live.mpd" -c copy -f null - >"$work/log" 2>&1 || true
  local count last
  count=$(sort -u "$work/requests" | wc -l)
  last=$(sed 's!.*/!!' "$work/requests" | sort -n | tail -1)
  # The channel is some twenty seconds old.
  if ((count > 100 && last > 100)); then echo 'more than a hundred segments that are not there yet, the last of them over a minute ahead'
  else echo "$count segments that are not there yet, the last is ${last:-none}"; fi
}

{
  echo "by numbers: $(early numbers)"
  echo "by a timeline: $(early timeline)"
} | compare
