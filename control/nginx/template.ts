import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The include files as they lie in `nginx/`, by name. */
export type Templates = Readonly<Record<string, string>>

const PARTS = [
  'gatehouse-http.conf',
  'gatehouse-server.conf',
  'gatehouse-door-answer.conf',
  'gatehouse-door-app.conf',
  'gatehouse-door-handler.conf',
  'gatehouse-door-opening.conf',
  'gatehouse-door-stream.conf',
  'gatehouse-door-manifest.conf',
  'gatehouse-door-hls.conf',
  'gatehouse-door-dash.conf',
  'gatehouse-door-segment.conf',
  'gatehouse-read-pass.conf',
  'gatehouse-ask-control.conf',
  'gatehouse-ask-control-to-check.conf',
  'gatehouse-bare-request.conf',
  'gatehouse-check-session.conf',
  'gatehouse-check-in-inner-server.conf',
  'gatehouse-inner-answer.conf',
  'gatehouse-serve-manifest.conf',
  'gatehouse-serve-segment.conf',
  'gatehouse-serve-stream.conf',
  'gatehouse-proxy-origin.conf',
  'gatehouse-fetch-manifest.conf',
  'gatehouse-to-viewer.conf',
  'gatehouse-origin-answers.conf',
  'gatehouse-follow-redirection.conf',
  'gatehouse-guard-stream.conf',
  'gatehouse-answer.conf',
  'gatehouse-wait.conf',
  'gatehouse-try-again.conf',
] as const

/** Files an operator's own nginx includes. */
export const INCLUDE_FILES: readonly string[] = PARTS

/** Reads the templates from the project's `nginx/` folder. */
export const loadTemplates = (folder: string): Templates =>
  Object.fromEntries(
    [...PARTS, 'nginx.conf'].map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
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
