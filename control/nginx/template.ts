import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The include files of `nginx/`, by name. */
export type Templates = Readonly<Record<string, string>>

/** The folders of `nginx/`, and what they hold; all files are written into one folder. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  '.': ['http', 'server'],
  doors: [
    'door-answer',
    'door-app',
    'door-handler',
    'door-opening',
    'door-stream',
    'door-manifest',
    'door-hls',
    'door-dash',
    'door-segment',
    'door-list',
  ],
  checks: [
    'read-pass',
    'judge-segment',
    'judge-manifest',
    'ask-control',
    'ask-control-to-check',
    'bare-request',
    'check-session',
    'ask-inner-server',
    'check-in-inner-server',
    'take-inner-answer',
  ],
  origin: [
    'serve-manifest',
    'serve-segment',
    'serve-stream',
    'ask-origin',
    'proxy-origin',
    'ask-for-media',
    'fetch-manifest',
    'to-viewer',
    'origin-answers',
    'mask-logins',
    'guard-stream',
    'listed-headers',
  ],
  redirections: [
    'follow-redirection',
    'take-redirection',
    'resolve-redirection',
    'tell-redirection',
    'follow-further',
    'ask-further',
    'followed',
    'hide-followed',
  ],
  answers: [
    'answer',
    'answer-again',
    'inner-answer',
    'slate',
    'slate-again',
    'slate-headers',
    'wait',
    'try-again',
    'fetch-list',
  ],
}

const PLACES: readonly (readonly [name: string, folder: string])[] = Object.entries(
  FOLDERS,
).flatMap(([folder, names]) => names.map((name) => [`gatehouse-${name}.conf`, folder] as const))

/** Files an operator's own nginx includes. */
export const INCLUDE_FILES: readonly string[] = PLACES.map(([name]) => name)

/** Reads the templates from the project's `nginx/` folder. */
export const loadTemplates = (folder: string): Templates =>
  Object.fromEntries(
    [...PLACES, ['nginx.conf', '.'] as const].map(([name, place]) => [
      name,
      readFileSync(join(folder, place, name), 'utf8'),
    ]),
  )

/** Puts the values in; a name without a value is a mistake in the template. */
export const fill = (template: string, values: Readonly<Record<string, string>>): string => {
  const filled = template.replace(/\{\{([A-Za-z0-9.]+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nginx template: no value for ${name}`)
    return value
  })
  return `${filled.replace(/\n(?:[ \t]*\n){2,}/g, '\n\n').trimEnd()}\n`
}

/** Directives of a fragment, a line each. */
export const lines = (indent: number, list: readonly string[]): string =>
  list.map((line) => ' '.repeat(indent) + line).join('\n')
