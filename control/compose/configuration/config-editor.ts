import { readFileSync } from 'node:fs'
import { createTwoFilesPatch } from 'diff'
import { requireFiles } from '../../config/checks/file-checks.ts'
import type { HiddenSecrets } from '../../config/edit/hidden-secrets.ts'
import { settingChanges } from '../../config/edit/setting-changes.ts'
import { isWritable, writeConfig } from '../../config/edit/write-config.ts'
import { type LoadedConfig, parseConfig } from '../../config/load.ts'
import { ConfigError, type ConfigProblem } from '../../config/problems/problems.ts'
import type { ConfigEditor } from '../../routes/admin/configuration/config-editor.ts'
import { say } from '../../sentences/sentences.ts'
import type { ConfigVersion } from '../../store/tables/config-tables.ts'
import type { LiveConfig } from '../base/live-config.ts'
import type { ConfigVersions } from './config-versions.ts'

/** What editing the configuration stands on. */
export interface EditorParts {
  readonly live: Pick<LiveConfig, 'loaded' | 'reload' | 'onReloaded'>
  readonly versions: ConfigVersions
  readonly secrets: HiddenSecrets
  /** Has the edge take up what control has taken; throws a `ConfigError` where it refuses. */
  readonly toEdge: (taken: LoadedConfig) => Promise<void>
  readonly warn: (error: unknown) => void
}

/** Who is named for a text that was written into the file itself. */
const BY_FILE = { by: 'file', note: null }

type Checked =
  | { readonly text: string; readonly loaded: LoadedConfig }
  | { readonly problems: readonly ConfigProblem[] }

const readText = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Parses a text as the file itself is read, its secrets put back. */
const checkerOf =
  ({ live, versions, secrets }: EditorParts, present: () => string) =>
  async (shown: string): Promise<Checked> => {
    const known = shown.includes('hidden_') ? [present(), ...(await versions.texts())] : []
    const { text, unknown } = secrets.reveal(shown, known)
    if (unknown.length > 0) {
      const message = say('value.hidden')
      return { problems: unknown.map((line) => ({ path: 'a hidden secret', line, message })) }
    }
    try {
      const loaded = parseConfig(text, live.loaded().file, process.env)
      requireFiles(loaded)
      return { text, loaded }
    } catch (error) {
      if (error instanceof ConfigError) return { problems: error.problems }
      throw error
    }
  }

/** A part's refusal of a configuration, as one of its problems. */
const asConfigError = (file: string, error: unknown): ConfigError => {
  if (error instanceof ConfigError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ConfigError(file, [{ path: 'the file', line: 1, message }])
}

const shownVersion = ({ id, at, by, note }: ConfigVersion, newest: ConfigVersion | null) => ({
  id,
  at,
  by,
  note,
  isCurrent: id === newest?.id,
})

/** Replaces the configuration, one change after the other; keeps what is in use as a version, now and after each reload. */
const createApply = (parts: EditorParts, present: () => string): ConfigEditor['apply'] => {
  const { live, versions, toEdge, warn } = parts
  const file = live.loaded().file
  const check = checkerOf(parts, present)
  let last: Promise<unknown> = Promise.resolve()
  let isApplying = false
  const keepUsed = () => {
    if (isApplying) return
    last = last.then(async () => await versions.keep(live.loaded().text, BY_FILE)).catch(warn)
  }
  live.onReloaded(keepUsed)
  keepUsed()

  const use = async (text: string): Promise<void> => {
    const before = present()
    writeConfig(file, text)
    isApplying = true
    try {
      await live.reload(toEdge)
    } catch (error) {
      writeConfig(file, before)
      throw asConfigError(file, error)
    } finally {
      isApplying = false
    }
  }

  return async (shown, { by, note, allow }) => {
    const work = last.then(async () => {
      allow(present())
      const checked = await check(shown)
      if ('problems' in checked) throw new ConfigError(file, checked.problems)
      await use(checked.text)
      return (await versions.keep(checked.text, { by, note })).id
    })
    last = work.catch(() => undefined)
    return await work
  }
}

/** The kept versions, as they are shown. */
const createVersionViews = ({
  versions,
  secrets,
}: EditorParts): Pick<ConfigEditor, 'versions' | 'version'> => ({
  versions: async (page) => {
    const [{ rows, next }, newest] = [await versions.list(page), await versions.newest()]
    return { items: rows.map((row) => shownVersion(row, newest)), next }
  },
  version: async (id) => {
    const found = await versions.get(id)
    if (found === null) return null
    const text = secrets.hide(versions.textOf(found))
    return { ...shownVersion(found, await versions.newest()), text }
  },
})

/** Editing the configuration over its file. */
export const createConfigEditor = (parts: EditorParts): ConfigEditor => {
  const { live, versions, secrets } = parts
  const file = live.loaded().file
  const present = (): string => readText(file) ?? live.loaded().text
  const check = checkerOf(parts, present)
  const apply = createApply(parts, present)
  return {
    present,
    apply,
    show: async () => {
      const text = present()
      const version = await versions.newest()
      return {
        file,
        text: secrets.hide(text),
        isInUse: text === live.loaded().text,
        isWritable: isWritable(file),
        version: version?.id ?? null,
        changedAt: version?.at ?? null,
        changedBy: version?.by ?? null,
      }
    },
    problems: async (shown) => {
      const checked = await check(shown)
      return 'problems' in checked ? checked.problems : []
    },
    diff: async (shown) => {
      const checked = await check(shown)
      const isValid = !('problems' in checked)
      const [before, after] = [
        secrets.hide(present()),
        isValid ? secrets.hide(checked.text) : shown,
      ]
      const changes = isValid ? settingChanges(live.loaded().config, checked.loaded.config) : []
      return {
        problems: isValid ? [] : checked.problems,
        changes: changes.map((change) => ({
          ...change,
          before: secrets.hideValue(change.path, change.before),
          after: secrets.hideValue(change.path, change.after),
        })),
        patch: before === after ? '' : createTwoFilesPatch('present', 'new', before, after),
      }
    },
    ...createVersionViews(parts),
    restore: async (id, wish) => {
      const found = await versions.get(id)
      if (found === null) return null
      const note = `as of ${new Date(found.at).toISOString()}`
      return await apply(versions.textOf(found), { note, ...wish })
    },
  }
}
