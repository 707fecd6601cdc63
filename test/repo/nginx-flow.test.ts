import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOORS } from '#domain/doors/doors'
import { AGAIN_ROUTES, REASON_ROUTES } from '#domain/doors/given-again'
import { OPENING_ROUTES } from '#domain/doors/opening-route'
import { packageRoot } from '../../control/config/paths.ts'
import { doorLocations } from '../../control/nginx/door-locations.ts'
import { renderNginx } from '../../control/nginx/render.ts'
import { doorTable, fillTables } from '../../scripts/docs/tables.ts'
import { type Directive, everyDirective, parseConf } from '../support/nginx/nginx-conf.ts'
import { settings, templates } from '../support/nginx/nginx-settings.ts'

const INTERNAL = '/_gatehouse/'
const pushListen = { address: '127.0.0.1:9444', tls: null, key: 'k', announced: 'http://*:9444' }
const files = renderNginx({ ...settings, pushListen }, templates)
const http = parseConf(files['nginx.conf'] ?? '', (path) => files[basename(path)] ?? '')
const all = everyDirective(http)
const readme = readFileSync(join(packageRoot(), 'nginx/README.md'), 'utf8')

const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Path of each handler's file, by its name. */
const handlerFiles = new Map(
  readdirSync(join(packageRoot(), 'njs/handlers'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.ts'))
    .map(({ name, parentPath }) => [name, join(parentPath, name)]),
)
const textOfHandler = (handler: string): string =>
  readFileSync(handlerFiles.get(`${kebab(handler)}.ts`) ?? '', 'utf8')

/** What asks an origin for the handler that does, and says that there is no manifest. */
const platform = join(packageRoot(), 'njs/platform')
const fetching = `${readFileSync(join(platform, 'fetch-origin.ts'), 'utf8')}${readFileSync(join(platform, 'manifest-failure.ts'), 'utf8')}`

/** Locations that a handler itself hands a request over to, or asks. */
const handedOver = (handler: string): string[] =>
  [
    ...`${textOfHandler(handler)}${handler === 'serveManifest' ? fetching : ''}`.matchAll(
      /(?:internalRedirect\(r,|'X-Accel-Redirect':) ?'\/_gatehouse\/([a-z-]+)'|unix:\$\{inner\}:\/([a-z-]+)/g,
    ),
  ].map(([, name, asked = '']) => name ?? asked)

/** What each variable may name as the next location. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  $gh_odd_manifest: ['hls-by-odd-address', 'dash-by-odd-address'],
  $gh_manifest_route: [
    'manifest-after-check',
    'await-manifest',
    ...AGAIN_ROUTES,
    'wait-1',
    'wait-2',
    'wait-3',
  ],
  $gh_segment_route: [
    'segment-admitted',
    'segment-again',
    'refuse',
    ...AGAIN_ROUTES,
    'wait-1',
    'wait-2',
    'wait-3',
  ],
  $gh_opening_route: [...OPENING_ROUTES, ...AGAIN_ROUTES],
  $gh_opening_route_now: [...OPENING_ROUTES, ...AGAIN_ROUTES],
  $gh_next_wait: ['wait-1', 'wait-2', 'wait-3', 'origin-unavailable'],
  $gh_after_timeout: ['wait-1', 'wait-2', 'wait-3', 'origin-unavailable'],
  $gh_redirected: ['follow-redirection', 'follow-further'],
  $gh_stream_redirected: ['follow-stream-redirection', 'follow-stream-further'],
  $gh_next_behind_redirection: ['wait-3', 'origin-unavailable'],
  $gh_after_refusal: ['refuse', 'wait-1', 'wait-2', 'wait-3'],
  $gh_after_challenge: ['origin-unauthorized', 'origin-challenge'],
  $gh_when_missing: ['wait-1', 'wait-2', 'nothing-there'],
  $gh_again: [
    'manifest-again',
    'reload',
    'segment-again',
    'segment-after-inner-check',
    'segment-by-ticket',
    'stream-again',
    'stream-by-ticket',
    'opening-again',
  ],
  $gh_after_open: ['refuse', 'slate-list', 'slate-clip'],
  $gh_slate_route: ['slate-list', 'slate-clip'],
  $gh_method_answer: ['method-not-allowed', 'cors-preflight'],
}

const setBy = new Map(
  all
    .filter(({ name }) => name === 'js_set')
    .map(({ args: [variable = '', by = ''] }) => [variable, by]),
)
// A variable that holds what a handler said once.
for (const { name, args } of all) {
  const [variable = '', from = ''] = args
  const by = setBy.get(from)
  if (name === 'set' && by !== undefined) setBy.set(variable, by)
  // Or stands for what one said.
  const source = setBy.get(variable)
  if (name === 'map' && source !== undefined) setBy.set(from, source)
}

interface Flow {
  readonly decidedBy: readonly string[]
  readonly goesOnTo: readonly string[]
  readonly handlers: readonly string[]
  readonly statuses: readonly string[]
}

const unique = (list: readonly string[]): string[] => [...new Set(list)].sort()

/** Locations that give one refusal again are many, and one row. */
const GIVE_AGAIN = 'again-…'
const asRow = (name: string): string =>
  REASON_ROUTES.some(({ route }) => name.endsWith(`/${route}`) || name === route)
    ? name.replace(/again-.*$/, GIVE_AGAIN)
    : name

const variablesIn = (args: readonly string[]): string[] =>
  args.join(' ').match(/\$gh_[a-z_]+/g) ?? []

/** What a location's directives say. */
const flowOf = (location: Directive): Flow => {
  const inside = everyDirective(location.children)
  const named = (...names: string[]) => inside.filter(({ name }) => names.includes(name))
  const called = named('js_content', 'js_header_filter', 'js_body_filter', 'js_periodic').map(
    ({ args: [handler = ''] }) => handler,
  )
  const decidedBy = unique(named('if', 'rewrite').flatMap(({ args }) => variablesIn(args)))
  const next = [
    ...named('rewrite', 'error_page', 'auth_request').flatMap(({ args }) =>
      args.flatMap((arg) => {
        if (!arg.startsWith(INTERNAL)) return []
        const name = arg.slice(INTERNAL.length)
        return name.startsWith('$') ? (ROUTES[name] ?? [`unknown ${name}`]) : [name]
      }),
    ),
    ...named('proxy_pass').flatMap(({ args: [to = ''] }) =>
      to.startsWith('http://gh_inner/') ? [to.slice('http://gh_inner/'.length)] : [],
    ),
    ...named('rewrite').flatMap(({ args: [, to = ''] }) =>
      to === '/manifest?' ? ['manifest'] : [],
    ),
    ...called.flatMap((handler) => handedOver(handler.replace('edge.', ''))),
  ]
  return {
    decidedBy,
    goesOnTo: unique(next),
    handlers: unique([...called, ...decidedBy.flatMap((variable) => setBy.get(variable) ?? [])]),
    statuses: unique(named('return').map(({ args: [status = ''] }) => status)),
  }
}

/** A location as the tables name it: those of doors by how they are served, since rows of the table of doors come and go. */
const nameOf = ({ args }: Directive): string => {
  const [door] =
    doorLocations().find(({ location }) => location.replaceAll('"', '') === args.join(' '))
      ?.doors ?? []
  if (door === undefined) return asRow(args.at(-1) ?? '')
  return ['list', 'answer', 'app'].includes(door.serving) ? `edge.${door.handler}` : door.serving
}

const locationsOf = (isServer: (text: string) => boolean): Directive[] =>
  all
    .filter(({ name }) => name === 'server')
    .filter(({ children }) =>
      isServer(
        children
          .filter(({ name }) => name === 'listen')
          .flatMap(({ args }) => args)
          .join(' '),
      ),
    )
    .flatMap(({ children }) => children.filter(({ name }) => name === 'location'))
    // What nginx.conf answers to everything else is no way of a request.
    .filter(({ args }) => args.join(' ') !== '/')

const SERVERS = {
  public: (listen: string) => listen.includes(':8080'),
  inner: (listen: string) => listen.includes('inner.sock') && !listen.includes('default_server'),
  push: (listen: string) => listen.includes('push.sock') || listen.includes(':9444'),
}

const spans = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)

/** The rows of a table of the README, one for each location its first cell names. */
const rowsOf = (table: string) => {
  const text = readme.split(`<!-- flow:${table} -->`)[1]?.split('<!-- /flow -->')[0] ?? ''
  const rows = text.trim().split('\n').slice(2)
  return rows.flatMap((row) => {
    const [location = '', decidedBy = '', goesOnTo = '', handler = '', answers = ''] = row
      .replace(/^\| | \|$/g, '')
      .split(' | ')
    return spans(location).map((name) => ({ name, decidedBy, goesOnTo, handler, answers }))
  })
}

test('the table of doors is in date', () => {
  expect(fillTables(readme, { doors: doorTable() }) === readme, 'run: npm run docs').toBe(true)
  const rows = readme.split('<!-- table:doors -->\n')[1]?.split('<!-- /table -->')[0] ?? ''
  expect(rows.trim().split('\n')).toHaveLength(DOORS.length + 2)
})

describe.each(['public', 'inner', 'push'] as const)('the way of a request: %s', (table) => {
  const rows = rowsOf(table)
  const locations = locationsOf(SERVERS[table])

  test('names every location, and none besides', () => {
    expect(locations.length).toBeGreaterThan(1)
    expect(rows.map(({ name }) => name).sort()).toEqual(unique(locations.map(nameOf)))
  })

  test.each(rows)('$name', ({ name, decidedBy, goesOnTo, handler, answers }) => {
    for (const location of locations.filter((it) => nameOf(it) === name)) {
      const flow = flowOf(location)
      expect(unique(spans(decidedBy))).toEqual(flow.decidedBy)
      expect(unique(spans(goesOnTo))).toEqual(unique(flow.goesOnTo.map(asRow)))
      expect(unique(spans(handler))).toEqual(flow.handlers)
      for (const status of flow.statuses) expect(answers).toContain(status)
    }
  })
})

test('whatever a location goes on to is there, internal, and reached from somewhere', () => {
  // The inner server's answers lead on in the public one.
  const locations = [SERVERS.public, SERVERS.inner].flatMap(locationsOf)
  const internal = locations.filter(({ args }) => args.at(-1)?.startsWith(INTERNAL))
  for (const { children } of internal)
    expect(children.map(({ name }) => name)).toContain('internal')
  const there = internal.map(({ args }) => (args.at(-1) ?? '').slice(INTERNAL.length))
  const asked = locationsOf(SERVERS.inner).map(({ args }) => (args.at(-1) ?? '').slice(1))
  const reached = unique(locations.flatMap((it) => flowOf(it).goesOnTo))
  expect(there.filter((name) => !reached.includes(name))).toEqual([])
  expect(reached.filter((name) => !there.includes(name) && !asked.includes(name))).toEqual([])
})

test('what is judged anew each time it is named stands in no set and no rewrite, which evaluate twice', () => {
  const anew = all
    .filter(({ name, args }) => name === 'js_set' && args.includes('nocache'))
    .map(({ args: [variable = ''] }) => variable)
  expect(anew).toContain('$gh_opening_route_anew')
  const twice = all.filter(({ name }) => name === 'set' || name === 'rewrite')
  expect(twice.flatMap(({ args }) => variablesIn(args)).filter((it) => anew.includes(it))).toEqual(
    [],
  )
})

describe('handlers', () => {
  const index = readFileSync(join(packageRoot(), 'njs/index.ts'), 'utf8')
  const exported = (index.split('export default {')[1]?.match(/\w+/g) ?? []).sort()

  test('that nginx calls are those njs exports', () => {
    const called = all
      .filter(({ name }) => /^js_(?:set|content|header_filter|body_filter|periodic)$/.test(name))
      .map(({ name, args }) => (name === 'js_set' ? args[1] : args[0])?.replace('edge.', '') ?? '')
    expect(unique(called)).toEqual(exported)
    expect(exported).toEqual(expect.arrayContaining(unique(DOORS.map(({ handler }) => handler))))
  })

  test('stand one in a file of the same name', () => {
    expect([...handlerFiles.keys()].sort()).toEqual(
      exported.map((name) => `${kebab(name)}.ts`).sort(),
    )
    for (const name of exported) {
      const text = textOfHandler(name)
      const exports = [...text.matchAll(/^export (?:const|function|type|interface) (\w+)/gm)]
      expect(
        exports.map(([, it]) => it),
        name,
      ).toEqual([name])
    }
  })
})

test('every variable of ours is explained', () => {
  const pattern = /\$gh_[a-z0-9_]+\*?/g
  const used = unique(Object.values(files).flatMap((text) => text.match(pattern) ?? []))
  const section = readme.split('\n## Variables')[1]?.split('\n## ')[0] ?? ''
  const told = section.match(pattern) ?? []
  const isTold = (name: string) =>
    told.some((it) => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : it === name))
  expect(used.length).toBeGreaterThan(50)
  expect(used.filter((name) => !isTold(name))).toEqual([])
  expect(told.filter((name) => !used.some((it) => it === name || name.endsWith('*')))).toEqual([])
})

test('every file is named in the table of files', () => {
  const table = readme.split('## Files')[1]?.split('\n## ')[0] ?? ''
  const named = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [first = '', ...endings] = spans(line.split('|')[1] ?? '')
      return [first, ...endings.map((ending) => first.replace(/-[a-z]+\.conf$/, ending))]
    })
  expect(named.sort()).toEqual(Object.keys(files).sort())
})
