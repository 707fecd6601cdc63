#!/usr/bin/env bash
# Guess: a reader of .xz files reads whatever the xz command packs; guides are published as guide.xml.xz with any of its options.
# Seen: a SHA-256 check, a delta filter or a dictionary of 256 MiB ends in a bare number; several files in one, several blocks, no check are read.
# Version: xz-decompress 0.2.3 (npm), Node.js 20, the xz command of XZ Utils 5.4 or later; run on 2026-11-29
# Output:
#   plain: read
#   two files in one: read
#   several blocks: read
#   --check=none: read
#   --check=sha256: get_next_output failed with error code 6
#   --delta: get_next_output failed with error code 6
#   dict=256MiB: get_next_output failed with error code 4
source "$(dirname "$0")/lib.sh"
command -v xz >/dev/null || cannot_try 'there is no xz'
npm_packages xz-decompress@0.2.3
seq 1 3000 >"$work/guide"
packed() {
  local name=$1
  shift
  xz "$@" -c "$work/guide" >"$work/$name"
}
packed plain
cat "$work/plain" "$work/plain" >"$work/twice"
packed blocks --block-size=4096
packed none --check=none
packed sha256 --check=sha256
packed delta --delta=dist=1 --lzma2=preset=6
packed dictionary --lzma2=preset=6,dict=256MiB
cat >"$work/try.mjs" <<'END'
import { readFileSync } from 'node:fs'
import xz from 'xz-decompress'
const guide = readFileSync('guide', 'utf8')
const files = {
  plain: 'plain',
  'two files in one': 'twice',
  'several blocks': 'blocks',
  '--check=none': 'none',
  '--check=sha256': 'sha256',
  '--delta': 'delta',
  'dict=256MiB': 'dictionary',
}
for (const [name, file] of Object.entries(files)) {
  const wanted = file === 'twice' ? guide + guide : guide
  try {
    const text = await new Response(new xz.XzReadableStream(new Response(readFileSync(file)).body)).text()
    console.log(`${name}: ${text === wanted ? 'read' : 'something else'}`)
  } catch (error) {
    console.log(`${name}: ${error.message}`)
  }
}
END
(cd "$work" && node try.mjs) | compare
