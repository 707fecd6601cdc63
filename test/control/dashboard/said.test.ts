import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import type { Wording } from '../../../control/dashboard/app/text/english/wording.ts'
import { ru } from '../../../control/dashboard/app/text/ru.ts'
import { SENTENCES, type SentenceId, say } from '../../../control/sentences/sentences.ts'

let said: (text: string) => string

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => 'ru' })
  vi.stubGlobal('navigator', { languages: ['ru'] })
  vi.stubGlobal('document', { documentElement: {} })
  // Its types are the browser's.
  const path = join(packageRoot(), 'control/dashboard/app/text/said.ts')
  const module = (await import(path)) as { readonly said: typeof said }
  said = module.said
})

const ids = Object.keys(SENTENCES) as SentenceId[]

/** `1` in places that count, else a name. */
const valuesOf = (id: SentenceId): Record<string, string> =>
  Object.fromEntries(
    [...SENTENCES[id].matchAll(/\{(\w+)\}/g)].map(([, name = ''], at) => [
      name,
      name === 'n' ? '21' : `Q${at}`,
    ]),
  )

const russian = (id: SentenceId, values: Record<string, string>): string => {
  const words: Wording = ru[`said.${id}`]
  const form = typeof words === 'string' ? words : (words['one'] ?? words.other)
  return form.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

describe('sentences of other parts on Russian pages', () => {
  test.each(ids)('%s is known by what it says', (id) => {
    const values = valuesOf(id)
    expect(said(say(id, values))).toBe(russian(id, values))
  })

  test('a sentence within a sentence, several beside each other, and as a whole sentence', () => {
    const refused = say('connection.coded', {
      what: say('connection.refused'),
      code: 'ECONNREFUSED',
    })
    const title = 'Plex'
    const failed = say('server.unreachable', { title, command: '/status', what: refused })
    const whole = say('about', { name: 'house', what: failed })
    const words = 'Plex недоступен для /status: в соединении отказано (ECONNREFUSED)'
    expect(said(whole)).toBe(`house: ${words}`)
    expect(said(`${say('redis.away')}; ${say('history.lost')}`)).toBe(
      'нет связи; потоки считаются в памяти; пока не было связи с Redis, события терялись',
    )
    expect(said('It does not play any more.')).toBe('Он больше не идёт.')
  })

  test('geo files that are old say so with the right plural', () => {
    const old = (n: number) => {
      const file = say('geo.places', { file: 'a.mmdb', day: '2026-01-02', n })
      return said(say('geo.old', { file, n: 90, setting: 'geo.files' }))
    }
    expect(old(101)).toContain('101 день назад: старше 90 дней')
    expect(old(103)).toContain('103 дня назад')
    expect(old(111)).toContain('111 дней назад')
    expect(old(111)).toContain('в geo.files')
  })

  test('words of other programs stay as they are, however long', () => {
    for (const text of ['', 'ENOSPC', 'Some text. Of nobody', 'x'.repeat(100_000)])
      expect(said(text)).toBe(text)
    const before = performance.now()
    said('answered to cannot be read: could not be reached for '.repeat(36))
    expect(performance.now() - before).toBeLessThan(10_000)
  })

  test('each is said somewhere, but those of the schema library', () => {
    const folder = join(packageRoot(), 'control')
    const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => name.endsWith('.ts') && !/^(?:dashboard\/|sentences\/sentences\.ts)/.test(name),
      )
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
    const silent = ids.filter(
      (id) =>
        !/^(?:schema\.|geo\.(?:places|countries|others|networks)$)/.test(id) &&
        !source.includes(`'${id}'`),
    )
    expect(silent).toEqual([])
  })
})
