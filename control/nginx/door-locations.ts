import { DOORS, type Door } from '#domain/doors/doors'
import {
  escapeText,
  literalPrefix,
  type PathValue,
  patternOf,
  reservedBelow,
} from '#domain/doors/shape'
import type { NginxSettings } from './settings.ts'

/** nginx's variables for what the path of a session holds; openings are parsed by their handler. */
const CAPTURES: Partial<Record<PathValue, string>> = {
  pass: 'gh_pass',
  channel: 'gh_channel',
  file: 'gh_rest',
}

/** A public location of nginx and the doors behind it. */
export interface DoorLocation {
  /** What stands after the word `location`: `= /path`, `^~ /prefix/` or `~ "^pattern$"`. */
  readonly location: string
  /** Whichever of them it is, the same handler judges it. */
  readonly doors: readonly [Door, ...Door[]]
}

/**
 * A look at the end of a path, before anything else is read: of the requests below a pass most are for segments, and those would be read to their end in vain. PCRE alone
 * knows how; `patternOf` is JavaScript's, too. nginx's `$` stands before a last line feed, too.
 */
const HLS_END = String.raw`(?=(?s:.*+)(?<=\.[mM]3[uU]8|\.[mM]3[uU]|\.[mM]3[uU]8\n|\.[mM]3[uU]\n))`

const locationOf = ({ path, serving }: Door, paths: readonly string[]): string => {
  const prefix = literalPrefix(path)
  if (prefix === path) return `= ${path}`
  if (serving === 'opening' && prefix !== '/') return `^~ ${prefix}`
  const nameOf = (value: PathValue) => (serving === 'opening' ? null : (CAPTURES[value] ?? null))
  const pattern = patternOf(path, nameOf, reservedBelow(path, paths))
  if (serving === 'hls') return `~ "${pattern.replace('^', `^${HLS_END}`)}"`
  // Slashes behind an opening are nothing to it: `readOpening`.
  return `~ "${serving === 'opening' ? pattern.replace(/\$$/, '/*$') : pattern}"`
}

/** The public locations, in the order of the doors. Throws where one location would have to serve in two ways. */
export const doorLocations = (doors: readonly Door[] = DOORS): DoorLocation[] => {
  const found = new Map<string, [Door, ...Door[]]>()
  const paths = doors.map(({ path }) => path)
  for (const door of doors) {
    const location = locationOf(door, paths)
    const known = found.get(location)
    if (known === undefined) {
      found.set(location, [door])
    } else if (known[0].handler === door.handler && known[0].serving === door.serving) {
      known.push(door)
    } else {
      throw new Error(`doors: ${door.id} and ${known[0].id} cannot share location ${location}`)
    }
  }
  return [...found].map(([location, behind]) => ({ location, doors: behind }))
}

/** The include file that serves a door. */
export const servingFile = ({ serving }: Door): string => `gatehouse-door-${serving}.conf`

const block = ({ location, doors }: DoorLocation, confDir: string): string => {
  const [door] = doors
  const lines = [
    ...doors.map(({ path, place }) => `    # ${path}: ${place}`),
    `    include "${confDir}/${servingFile(door)}";`,
    ...(['list', 'answer', 'app'].includes(door.serving)
      ? [`    js_content edge.${door.handler};`]
      : []),
  ]
  return [`location ${location} {`, ...lines, '}'].join('\n')
}

/** Every public location that a door needs, as text of `gatehouse-server.conf`. */
export const renderDoors = (confDir: string): string =>
  doorLocations()
    .map((location) => block(location, confDir))
    .join('\n')

/** Paths of the doors that apps ask by the name of a script. */
const scriptNames = (): string[] =>
  DOORS.map(({ path }) => /^\/([a-z_/]+)\.php$/.exec(path)?.[1]).filter(
    (name) => name !== undefined,
  )

/**
 * Locations for addresses as people type them and apps put them together: the name of a script behind another, slashes behind it, a folder before it.
 */
export const renderStrayDoors = (apps: NginxSettings['apps']): string => {
  const { basePath = null, isAnyFolder = false } = apps ?? {}
  const before = isAnyFolder ? '(?:/[^/]+)*' : String.raw`(?:/[^/]+\.php)*`
  const stray = scriptNames().map((name) =>
    [
      `location ~ "^${before}/${name}${String.raw`\.php/*`}$" {`,
      `    rewrite "^" /${name}.php last;`,
      '}',
    ].join('\n'),
  )
  const below =
    basePath === null
      ? []
      : [
          `location ^~ ${basePath}/ {`,
          `    rewrite "^${escapeText(basePath)}/+(.*)$" /$1 last;`,
          '}',
        ]
  return [...below, ...stray].join('\n')
}
