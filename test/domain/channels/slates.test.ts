import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SLATE_SECONDS, SLATE_WORDS, slateForm, slateOfReason } from '#domain/channels/slates'
import { languageOf, VIEWER_WORDS } from '#domain/viewer-words'
import { packageRoot } from '../../../control/config/paths.ts'

const folder = join(packageRoot(), 'nginx/slates')
const PACKET = 188

/** Presentation times in seconds (ISO/IEC 13818-1, 2.4.3.7) of the packets that begin a frame of picture or sound. */
const timesIn = (bytes: Buffer): number[] => {
  const times: number[] = []
  for (let at = 0; at < bytes.length; at += PACKET) {
    const packet = bytes.subarray(at, at + PACKET)
    const hasField = (packet.readUInt8(3) & 0x20) !== 0
    const pes = packet.subarray(hasField ? 5 + packet.readUInt8(4) : 4)
    const isFrame = (packet.readUInt8(1) & 0x40) !== 0 && pes.readUIntBE(0, 3) === 1
    if (!isFrame || (pes.readUInt8(7) & 0x80) === 0) continue
    const [high, middle] = [(pes.readUInt8(9) >> 1) & 7, pes.readUInt16BE(10) >> 1]
    const low = pes.readUInt16BE(12) >> 1
    times.push((high * 2 ** 30 + middle * 2 ** 15 + low) / 90_000)
  }
  return times
}

describe.each(['en', 'ru'] as const)('the clips in %s', (language) => {
  test.each(SLATE_WORDS)('%s: made from the words there are now, short and small', (word) => {
    const name = `${language}/${word}.mpegts`
    const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')) as Record<
      string,
      string
    >
    const words = createHash('sha256').update(VIEWER_WORDS[word][language]).digest('hex')
    expect(made[name], 'npm run slates').toBe(words.slice(0, 16))
    expect(statSync(join(folder, name)).size).toBeLessThan(64_000)
    const bytes = readFileSync(join(folder, name))
    expect(bytes.length % PACKET).toBe(0)
    for (let at = 0; at < bytes.length; at += PACKET) expect(bytes[at]).toBe(0x47)
    const times = timesIn(bytes)
    const length = Math.max(...times) - Math.min(...times)
    expect(length).toBeGreaterThan(SLATE_SECONDS - 1)
    expect(length).toBeLessThanOrEqual(SLATE_SECONDS)
  })
})

test.each([
  ['cap.streams', 'cap'],
  ['cap.networks', 'cap'],
  ['group.moved', 'moved'],
  ['ticket.expired', 'expired'],
  ['account.expired', 'account'],
  ['ban.device', 'banned'],
  ['channel.not_in_group', 'notYours'],
  ['control.unavailable', 'later'],
  ['credentials.wrong', null],
  ['ticket.signature', null],
  ['session.superseded', null],
  ['ok', null],
] as const)('%s is said by %s', (reason, word) => {
  expect(slateOfReason(reason)).toBe(word)
})

test.each([
  ['', 'm3u8'],
  ['play', 'm3u8'],
  ['index.m3u8', 'm3u8'],
  ['tracks-v1/mono.m3u8', 'm3u8'],
  ['index-1795000000-3600.m3u8', 'm3u8'],
  ['stream.ts', 'ts'],
  ['mpegts', 'ts'],
  ['manifest.mpd', null],
  ['17.ts', null],
  ['init.mp4', null],
])('in place of %s players take %s', (rest, form) => {
  expect(slateForm(rest)).toBe(form)
})

test.each([
  ['', 'ru', 'ru'],
  ['ru-RU,ru;q=0.9,en;q=0.8', 'en', 'ru'],
  ['de-DE, en-US;q=0.7', 'ru', 'en'],
  ['de, fr', 'ru', 'ru'],
  ['*', 'en', 'en'],
  ['de, en;q=0.5, ru;q=0.9', 'en', 'ru'],
  ['en;q=0, ru;q=0.1', 'en', 'ru'],
  ['en ; q=0.2,RU-ru ; q=0.3', 'en', 'ru'],
  ['en;q=0', 'ru', 'ru'],
  ['eng, ru;q=x', 'en', 'en'],
] as const)('of %s, else %s, viewers are told in %s', (accepted, other, language) => {
  expect(languageOf(accepted, other)).toBe(language)
})
