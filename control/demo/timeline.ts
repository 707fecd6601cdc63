import { SEGMENT_SECONDS } from './media-files.ts'

/** Live time starts here, which keeps segment numbers short; after a restart they go on by the clock. */
const EPOCH = Date.UTC(2020, 0, 1)
const WINDOW = 6
const KEPT = 86_400 / SEGMENT_SECONDS
const ARCHIVE_SEGMENTS = 300

/** What a media playlist lists. */
export interface Listing {
  readonly first: number
  readonly count: number
  readonly isEnded: boolean
  /** Wall clock of the first segment; `null` for a film. */
  readonly startsAt: number | null
}

/** Number of the newest complete segment. */
export function newestSegment(now: number): number {
  return Math.floor((now - EPOCH) / (SEGMENT_SECONDS * 1000)) - 1
}

/** When a segment begins on the wall clock. */
export function segmentStart(index: number): number {
  return EPOCH + index * SEGMENT_SECONDS * 1000
}

/** The sliding window of a live channel. */
export function liveListing(now: number): Listing {
  const first = newestSegment(now) - WINDOW + 1
  return { first, count: WINDOW, isEnded: false, startsAt: segmentStart(first) }
}

/** The film of ten minutes. */
export const ARCHIVE: Listing = {
  first: 0,
  count: ARCHIVE_SEGMENTS,
  isEnded: true,
  startsAt: null,
}

/** A recorded stretch, by Unix seconds; what has not been broadcast yet, or is no longer kept, is left out. */
export function recordedListing(from: number, seconds: number, now: number): Listing | null {
  const newest = newestSegment(now)
  const wanted = Math.floor((from * 1000 - EPOCH) / (SEGMENT_SECONDS * 1000))
  const first = Math.max(wanted, newest - KEPT)
  const last = Math.min(wanted + Math.ceil(seconds / SEGMENT_SECONDS) - 1, newest)
  if (last < first) return null
  return { first, count: last - first + 1, isEnded: true, startsAt: segmentStart(first) }
}

/** Whether a live segment can be had now. */
export function isKept(index: number, now: number): boolean {
  const newest = newestSegment(now)
  return index <= newest && index >= newest - KEPT
}

/** A media playlist. */
export function mediaPlaylist(listing: Listing, type: 'ts' | 'm4s'): string {
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${type === 'm4s' ? 7 : 3}`,
    `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`,
    `#EXT-X-MEDIA-SEQUENCE:${listing.first}`,
  ]
  if (listing.isEnded) lines.push('#EXT-X-PLAYLIST-TYPE:VOD')
  if (type === 'm4s') lines.push('#EXT-X-MAP:URI="init.mp4"')
  if (listing.startsAt !== null) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(listing.startsAt).toISOString()}`)
  }
  for (let index = listing.first; index < listing.first + listing.count; index++) {
    lines.push(`#EXTINF:${SEGMENT_SECONDS.toFixed(3)},`, `${index}.${type}`)
  }
  if (listing.isEnded) lines.push('#EXT-X-ENDLIST')
  return `${lines.join('\n')}\n`
}

/** The master playlist: two pictures and one sound. */
export const MASTER = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="sound/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=240000,RESOLUTION=480x270,CODECS="avc1.4d4015,mp4a.40.2",AUDIO="sound"
high/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=150000,RESOLUTION=240x136,CODECS="avc1.4d400c,mp4a.40.2",AUDIO="sound"
low/index.m3u8
`

/** The manifest of DASH: the window of the live channel by its timeline, since libavformat runs ahead of bare numbers; ISO/IEC 23009-1, 5.3.9.6. */
export function dashManifest(now: number): string {
  const stamp = (at: number) => new Date(at).toISOString()
  const { first, count } = liveListing(now)
  const template = (track: string) =>
    `<SegmentTemplate timescale="1" startNumber="${first}" initialization="${track}/init.mp4" media="${track}/$Number$.m4s">
<SegmentTimeline><S t="${first * SEGMENT_SECONDS}" d="${SEGMENT_SECONDS}" r="${count - 1}"/></SegmentTimeline>
</SegmentTemplate>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" availabilityStartTime="${stamp(EPOCH)}" publishTime="${stamp(now)}" minimumUpdatePeriod="PT${SEGMENT_SECONDS}S" minBufferTime="PT${SEGMENT_SECONDS}S" timeShiftBufferDepth="PT${WINDOW * SEGMENT_SECONDS}S" suggestedPresentationDelay="PT6S" maxSegmentDuration="PT${SEGMENT_SECONDS}S">
<Period id="live" start="PT0S">
<AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
${template('video')}
<Representation id="video" codecs="avc1.4d4015" width="320" height="180" frameRate="25" bandwidth="90000"/>
</AdaptationSet>
<AdaptationSet id="1" contentType="audio" mimeType="audio/mp4" lang="en" segmentAlignment="true" startWithSAP="1">
${template('sound')}
<Representation id="sound" codecs="mp4a.40.2" audioSamplingRate="48000" bandwidth="40000"/>
</AdaptationSet>
</Period>
<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="${stamp(now)}"/>
</MPD>
`
}
