#!/usr/bin/env bash
# Guess: in a delta update the first segment after EXT-X-SKIP has the media sequence number plus SKIPPED-SEGMENTS (RFC 8216bis, 4.4.5.2).
# Seen: it has the media sequence number itself, so whoever joins a delta to the playlist before by these numbers takes every segment for one that has been and gone.
# Version: m3u8 6.0.0 (PyPI) beside hls-parser 0.16.1 (npm), Python 3, Node.js 20; run on 2026-11-29
# Output:
#   m3u8: 10 thirteen.ts
#   hls-parser: 13 thirteen.ts
source "$(dirname "$0")/lib.sh"
pip_packages m3u8==6.0.0
npm_packages hls-parser@0.16.1
cat >"$work/delta.m3u8" <<'END'
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24
#EXT-X-MEDIA-SEQUENCE:10
#EXT-X-SKIP:SKIPPED-SEGMENTS=3
#EXTINF:4,
thirteen.ts
#EXTINF:4,
fourteen.ts
END
cat >"$work/try.py" <<'END'
import sys
import m3u8
first = m3u8.loads(open(sys.argv[1]).read()).segments[0]
print('m3u8:', first.media_sequence, first.uri)
END
cat >"$work/try.mjs" <<'END'
import { readFileSync } from 'node:fs'
import hls from 'hls-parser'
const [first] = hls.parse(readFileSync(process.argv[2], 'utf8')).segments
console.log('hls-parser:', first.mediaSequenceNumber, first.uri)
END
{
  "$work/venv/bin/python" "$work/try.py" "$work/delta.m3u8"
  node "$work/try.mjs" "$work/delta.m3u8"
} | compare
