import { describe, expect, it } from 'vitest'
import { DOORS, type Door } from '#domain/doors/doors'
import { doorLocations, servingFile } from '../../../control/nginx/door-locations.ts'
import { renderNginx } from '../../../control/nginx/render.ts'
import { redact } from '../../../control/supervise/processes/redact.ts'
import { settings, templates } from '../../support/nginx/nginx-settings.ts'

const files = renderNginx(settings, templates)
const server = files['gatehouse-server.conf'] ?? ''
const opening = DOORS.find(({ id }) => id === 'xtream')
const answer = DOORS.find(({ id }) => id === 'playlist')
const row = (from: Door | undefined, more: Partial<Door>): Door => {
  if (from === undefined) throw new Error('no such door')
  return { ...from, id: 'new', ...more }
}

describe('every door', () => {
  it.each(DOORS)('case=$id has its location, its include and its comment', (door) => {
    const found = doorLocations().find(({ doors }) => doors.includes(door))
    const block = server.split(`location ${found?.location ?? '-'} {\n`)[1]?.split('\n}')[0] ?? ''
    expect(block).toContain(`# ${door.path}: ${door.place}`)
    expect(block).toContain(`include "/state/nginx/${servingFile(door)}";`)
    expect(Object.keys(files)).toContain(servingFile(door))
    expect(block.includes(`js_content edge.${door.handler};`)).toBe(
      ['list', 'answer', 'app'].includes(door.serving),
    )
  })

  it('keeps its place: the narrower location stands before the wider', () => {
    const at = ['stream', 'hls', 'segment', 'dash'].map((id) =>
      doorLocations().findIndex(({ doors }) => doors.some((door) => door.id === id)),
    )
    expect(at).toEqual([...at].sort((a, b) => a - b))
    expect(new Set(at).size).toBe(4)
  })

  it('has no secret that a log line of nginx keeps', () => {
    const secret = 'S'.repeat(80)
    for (const { path } of DOORS) {
      const line = path.replace(/<(?:ticket|pass|stream-pass|user|password)>/g, secret)
      const shown = redact(`"GET ${line.replace(/<[^>]+>/g, 'x')}.ts HTTP/1.1"`)
      expect(shown, path).not.toContain(secret)
    }
  })
})

describe('a new row', () => {
  it.each([
    ['/new.php', row(answer, { path: '/new.php' }), '= /new.php'],
    [
      '/<user>/x/<password>/<channel>',
      row(opening, { path: '/<user>/x/<password>/<channel>' }),
      '~ "^(?!/live/|/timeshift/|/s/)/(?:[^/]+)/x/(?:[^/]+)/(?:[A-Za-z0-9_.-]{1,64})/*$"',
    ],
    [
      '/new/<user>/<password>/<channel>.<extension>',
      row(opening, { path: '/new/<user>/<password>/<channel>.<extension>' }),
      '^~ /new/',
    ],
  ])('case=%s is a location of its own', (_, door, location) => {
    const found = doorLocations([...DOORS, door]).at(-1)
    expect(found).toEqual({ location, doors: [door] })
  })

  it('below the path of another is behind the same location', () => {
    const door = row(opening, { path: '/live/<user>/<channel>' })
    const found = doorLocations([...DOORS, door]).find(({ doors }) => doors.includes(door))
    expect(found?.location).toBe('^~ /live/')
  })

  it('that needs another handler there is a mistake', () => {
    const door = row(opening, { path: '/live/<channel>', handler: 'other' })
    expect(() => doorLocations([...DOORS, door])).toThrow('cannot share location ^~ /live/')
  })
})
