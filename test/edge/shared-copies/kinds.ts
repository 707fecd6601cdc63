import type { IncomingMessage } from 'node:http'
import type { GetOptions } from '../rig/rig.ts'
import type { Written } from './viewers-origin.ts'

/** Seconds: a copy is fresh for half of it. */
const TARGET = 0.4

/** Who asks: by address and player, as origins tell viewers apart. */
export type Who = 'ann' | 'bob'
/** What their requests say. */
export const OF: Readonly<Record<Who, Required<Pick<GetOptions, 'from' | 'headers'>>>> = {
  ann: { from: '198.51.100.1', headers: { 'User-Agent': 'Ann/1.0' } },
  bob: { from: '203.0.113.2', headers: { 'User-Agent': 'Bob/2.0' } },
}
/** Who asks for it. */
export const whoOf = ({ headers }: IncomingMessage): Who =>
  headers['x-forwarded-for'] === OF.ann.from ? 'ann' : 'bob'

/** A window of four segments; the first number moves on with each fetch. */
export const media = (first: number, line: (number: number) => string, more = ''): string =>
  [
    `#EXTM3U\n#EXT-X-TARGETDURATION:${TARGET}\n#EXT-X-MEDIA-SEQUENCE:${first}${more}`,
    ...[0, 1, 2, 3].map((at) => `#EXTINF:0.4,\n${line(first + at)}`),
    '',
  ].join('\n')

/** A manifest of DASH with such periods. */
export const mpd = (periods: string, top = ''): string =>
  `<MPD type="dynamic" minimumUpdatePeriod="PT${TARGET}S">${top}${periods}</MPD>`
/** One of its periods, with such a BaseURL and such an adaptation set. */
export const period = (id: string, base: string, inside = ''): string =>
  `<Period id="${id}"><BaseURL>${base}</BaseURL><AdaptationSet>${inside}<SegmentTemplate media="$Number$.m4s" initialization="i.mp4"/></AdaptationSet></Period>`

/** Manifests that are written for each viewer, `count` = how often they were fetched. */
export const PERSONAL: Readonly<Record<string, (who: Who, count: number) => string>> = {
  'of a session id in segments': (who, count) => media(count, (it) => `s-${who}/${it}.ts`),
  'of an argument in segments': (who, count) => media(count, (it) => `${it}.ts?t=${who}`),
  'of advertisements between segments of all': (who, count) =>
    media(count, (it) => (it % 3 === 0 ? `/ads/${who}/${it}.ts` : `${it}.ts`)),
  'of a session’s own numbers': (who, count) =>
    media((who === 'ann' ? 5_000 : 3) + count, (it) => `s-${who}/${it}.ts`),
  'of a key': (who, count) =>
    media(count, (it) => `${it}.ts`, `\n#EXT-X-KEY:METHOD=AES-128,URI="/k?t=${who}"`),
  'of a key beside one of all': (who, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/all",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/k?t=${who}",KEYFORMAT="identity"`,
    ),
  'of an interstitial’s list': (who, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-DATERANGE:ID="a1",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:00Z",X-ASSET-LIST="/ads?sid=${who}"`,
    ),
  'of a multivariant playlist': (who) =>
    `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8?sid=${who}\n#EXT-X-STREAM-INF:BANDWIDTH=2\nw.m3u8\n`,
  'of a tag of its origin’s own': (who, count) =>
    media(count - (count % 2), (it) => `${it}.ts`, `\n#EXT-X-VIEWER:ID="${who}",AT=${count}`),
  'of what a tag says of a segment': (who, count) =>
    media(count, (it) => `${it}.ts\n#EXT-X-ASSET:CAID=0x${who === 'ann' ? 'a1' : 'b2'}`),
  'of a definition that no address has': (who) =>
    `#EXTM3U\n#EXT-X-DEFINE:NAME="who",VALUE="${who}"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n`,
  'of an event of DASH': (who) =>
    mpd(
      period('1', 'all/').replace(
        '<Adapt',
        `<EventStream schemeIdUri="urn:x"><Event presentationTime="9" id="1">${who}</Event><Event id="2"/></EventStream><Adapt`,
      ),
    ),
  'of a message in an attribute of DASH': (who) =>
    mpd(
      period('1', 'all/').replace(
        '<Adapt',
        `<EventStream schemeIdUri="urn:x"><Event id="1" messageData="${who}"/></EventStream><Adapt`,
      ),
    ),
  'of a Location of DASH': (who) =>
    mpd(period('1', 'all/'), `<Location>m.mpd?sid=${who}</Location>`),
  'of a BaseURL of DASH': (who) => mpd(period('1', `s-${who}/`)),
  'of advertisements of DASH': (who) => mpd(period('1', 'all/') + period('ad', `/ads/${who}/`)),
  'of a licence': (who) =>
    mpd(
      period(
        '1',
        'all/',
        `<ContentProtection schemeIdUri="urn:uuid:e2719d58"><dashif:Laurl>/licence?t=${who}</dashif:Laurl></ContentProtection>`,
      ),
    ),
  'of a licence in an attribute': (who) =>
    mpd(
      period(
        '1',
        'all/',
        `<ContentProtection schemeIdUri="urn:uuid:9a04f079"><ms:laurl licenseUrl="/licence?t=${who}"/></ContentProtection>`,
      ),
    ),
}

/** Manifests that are one for all, though two fetches differ. */
export const COMMON: Readonly<Record<string, (who: Who, count: number) => Written | string>> = {
  'a comment': (who, count) => media(1, (it) => `${it}.ts`, `\n# for ${who} ${count}`),
  'a comment of DASH': (who, count) => mpd(`<!-- for ${who} ${count} -->${period('1', 'all/')}`),
  'attributes in another order': (_, count) =>
    `#EXTM3U\n#EXT-X-MEDIA:${['TYPE=AUDIO', 'GROUP-ID="a"', 'NAME="n"', 'URI="a.m3u8"'].sort((a, b) => (count % 2 ? 1 : -1) * a.localeCompare(b)).join(',')}\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\nv.m3u8\n`,
  'tags of its origin’s own, of time and numbers': (_, count) =>
    media(
      1,
      (it) => `${it}.ts`,
      `\n#EXT-X-SERVED:AT=2026-01-01T00:00:0${count % 10}.${count}Z,ELAPSED=${count}.5\n#EXT-X-CLOCK:1764${count}`,
    ),
  'advertisements that move on': (_, count) =>
    media(
      count,
      (it) =>
        `#EXT-OATCLS-SCTE35:/DAl${it}\n#EXT-X-CUE-OUT-CONT:ElapsedTime=${it},SCTE35=x${it}\n${it}.ts`,
      `\n#EXT-X-CUE-OUT:DURATION=${count},ID=a${count}`,
    ),
  'events of DASH that move on': (_, count) =>
    mpd(
      period('1', 'all/').replace(
        '<Adapt',
        `<EventStream schemeIdUri="urn:x"><Event presentationTime="${count}" id="1">m${count}</Event></EventStream><Adapt`,
      ),
    ),
  'a date': (_, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:${String(count % 60).padStart(2, '0')}Z`,
    ),
  'numbers that leap ahead': (_, count) => media(count * 50, (it) => `${it}.ts`),
  'numbers that began anew': (_, count) =>
    media(count < 3 ? 900 + count : count, (it) => `${it}.ts`),
  'a server that is one segment behind': (_, count) => media(10 + (count % 2), (it) => `${it}.ts`),
  'no store, for whoever varies': (_, count) => ({
    text: media(count, (it) => `${it}.ts`),
    headers: { 'Cache-Control': 'no-store, private', Vary: '*', ETag: `"${count}"` },
  }),
  'a date of DASH': (_, count) =>
    mpd(period('1', 'all/')).replace('<MPD', `<MPD publishTime="2026-01-01T00:00:0${count % 10}Z"`),
  'a period more': (_, count) =>
    mpd([0, 1].map((at) => period(`${count + at}`, `p${count + at}/`)).join('')),
}
