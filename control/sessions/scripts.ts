import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../config/paths.ts'

/** One Lua script ready to run. */
export interface Script {
  readonly name: string
  readonly keys: number
  readonly sha: string
  readonly text: string
}

/** What running a script needs of a Redis client, alone or Cluster. */
export interface ScriptRunner {
  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown>
  eval(text: string, keys: number, ...rest: string[]): Promise<unknown>
}

/** Runs `name` on its keys. */
export type RunScript = (
  name: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>

/** Where the scripts lie: beside the sources, also when the code runs bundled. */
export const scriptsFolder = (): string => join(packageRoot(), 'control', 'sessions', 'lua')

const INCLUDE = /^-- @include (.+)$/m
const NAME = /^([a-z]+)-(\d+)\.lua$/

const withIncludes = (folder: string, text: string): string =>
  text.replace(INCLUDE, (_line, names: string) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => readFileSync(join(folder, 'includes', `${name}.lua`), 'utf8'))
      .join('\n'),
  )

const readScript = (folder: string, file: string): Script => {
  const [, name, keys] = NAME.exec(file) ?? []
  if (!name || !keys)
    throw new Error(`Lua script ${file}: its name must be verb-<number of keys>.lua`)
  const text = withIncludes(folder, readFileSync(join(folder, file), 'utf8'))
  const sha = createHash('sha1').update(text).digest('hex')
  return { name, keys: Number(keys), sha, text }
}

/** Reads every script of the folder; the number of keys is part of the file's name. */
export const loadScripts = (folder = scriptsFolder()): Map<string, Script> => {
  const scripts = new Map<string, Script>()
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.lua')) continue
    const script = readScript(folder, file)
    scripts.set(script.name, script)
  }
  return scripts
}

const isNoScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT')

// The client's errors carry the command with its arguments, which no log may hold.
const bare = (error: unknown): Error =>
  error instanceof Error ? new Error(error.message) : new Error(String(error))

/** Runs scripts by digest, and by text on a server that has not seen them. */
export const scriptRunner = (redis: ScriptRunner, scripts = loadScripts()): RunScript => {
  return async (name, keys, args) => {
    const script = scripts.get(name)
    if (!script) throw new Error(`there is no Lua script ${name}`)
    if (keys.length !== script.keys) {
      throw new Error(`Lua script ${name} takes ${script.keys} keys, not ${keys.length}`)
    }
    try {
      return await redis.evalsha(script.sha, script.keys, ...keys, ...args)
    } catch (error) {
      if (!isNoScript(error)) throw bare(error)
      return await redis
        .eval(script.text, script.keys, ...keys, ...args)
        .catch((again: unknown) => {
          throw bare(again)
        })
    }
  }
}
