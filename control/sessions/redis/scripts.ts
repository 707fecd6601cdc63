import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import pLimit from 'p-limit'
import { packageRoot } from '../../config/paths.ts'
import { mastersOf, type RedisClient } from './client.ts'
import { isTimeout } from './command-timeout.ts'

/** One Lua script ready to run. */
export interface Script {
  readonly name: string
  readonly keys: number
  readonly sha: string
  readonly text: string
}

/** Runs `name` on its keys; `onAgain` is called where it is sent a second time, since no answer came in time. */
export type RunScript = (
  name: string,
  keys: readonly string[],
  args: readonly string[],
  onAgain?: () => void,
) => Promise<unknown>

/** Where the scripts lie: beside the sources, also when the code runs bundled. */
export const scriptsFolder = (): string => join(packageRoot(), 'control', 'sessions', 'lua')

const INCLUDE = /^-- @include (.+)$/gm
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

/** Loads every script into every master, once for all who miss one at the same time. */
const loader = (redis: RedisClient, scripts: ReadonlyMap<string, Script>) => {
  let loading: Promise<unknown> | null = null
  const loadInto = (node: Redis) =>
    Promise.all([...scripts.values()].map(({ text }) => node.script('LOAD', text)))
  return () => {
    loading ??= Promise.all(mastersOf(redis).map(loadInto)).finally(() => {
      loading = null
    })
    return loading
  }
}

/** Limits concurrent commands, so that a command's timeout starts when it is sent. */
const IN_FLIGHT = 64

/**
 * Runs scripts by digest, loading them into a server that has not seen them. The function returned
 * rejects with Redis's error (without arguments), and with an `Error` for an unknown script or a
 * wrong number of keys.
 */
export const scriptRunner = (redis: RedisClient, scripts = loadScripts()): RunScript => {
  const load = loader(redis, scripts)
  const limit = pLimit(IN_FLIGHT)
  const call = async (script: Script, rest: readonly string[]): Promise<unknown> => {
    try {
      return await redis.evalsha(script.sha, script.keys, ...rest)
    } catch (error) {
      if (!isNoScript(error)) throw error
    }
    await load()
    return await redis.evalsha(script.sha, script.keys, ...rest)
  }
  return async (name, keys, args, onAgain) => {
    const script = scripts.get(name)
    if (!script) throw new Error(`there is no Lua script ${name}`)
    if (keys.length !== script.keys) {
      throw new Error(`Lua script ${name} takes ${script.keys} keys, not ${keys.length}`)
    }
    const rest = [...keys, ...args]
    // A time-out may only mean that this process was busy; every script may be asked again.
    const act = () =>
      call(script, rest).catch((error: unknown) => {
        if (!isTimeout(error)) throw error
        onAgain?.()
        return call(script, rest)
      })
    return await limit(act).catch((error: unknown) => {
      throw bare(error)
    })
  }
}
