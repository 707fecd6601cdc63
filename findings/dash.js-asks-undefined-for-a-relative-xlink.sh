#!/usr/bin/env bash
# Guess: a relative xlink:href of a remote element is resolved with the manifest it stands in (RFC 3986, section 5.1.3), as a relative BaseURL is.
# Seen: dash.js puts the word "undefined" before it and asks for that beside the page: a remote element loads only by its address in full.
# Version: dashjs@5.2.1 in @sparticuz/chromium@147.0.0 by puppeteer-core@24.43.1, Node.js 20; run on 2026-12-01
# Output:
#   a relative xlink:href: /page/undefinedrelative.xml
#   one in full: /lists/full.xml
source "$(dirname "$0")/lib.sh"
npm_packages dashjs@5.2.1 @sparticuz/chromium@147.0.0 puppeteer-core@24.43.1
mkdir -p "$work/www/page" "$work/www/lists"
cp "$work/node_modules/dashjs/dist/modern/umd/dash.all.min.js" "$work/www/page"
web_server "$work/www"
film() {
  cat >"$work/www/lists/$1.mpd" <<END
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink" type="static" mediaPresentationDuration="PT10S" minBufferTime="PT1S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period id="a"><AdaptationSet mimeType="video/mp4" xlink:href="$2" xlink:actuate="onLoad"/></Period></MPD>
END
  cat >"$work/www/lists/$1.xml" <<END
<AdaptationSet xmlns="urn:mpeg:dash:schema:mpd:2011" mimeType="video/mp4"><SegmentTemplate media="v\$Number\$.m4s" initialization="init.mp4" duration="2"/>
  <Representation id="v" bandwidth="100000" codecs="avc1.42c00d" width="64" height="36"/></AdaptationSet>
END
  cat >"$work/www/page/$1.html" <<END
<video muted autoplay></video><script src="dash.all.min.js"></script>
<script>dashjs.MediaPlayer().create().initialize(document.querySelector('video'), '/lists/$1.mpd', true)</script>
END
  in_chromium "http://127.0.0.1:$port/page/$1.html" "$1.xml"
}
film relative relative.xml
film full "http://127.0.0.1:$port/lists/full.xml"
asked() { grep -ao "GET [^ ]*$1.xml" "$work/requests" | sort -u | cut -d' ' -f2; }
{
  echo "a relative xlink:href: $(asked relative)"
  echo "one in full: $(asked full)"
} | compare
