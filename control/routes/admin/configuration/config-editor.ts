import type { Static } from 'typebox'
import type {
  configDiffOut,
  configOut,
  configVersionOut,
  configVersionText,
} from '../../../schemas/configuration.ts'

/** A problem of a text, with its line. */
interface Problem {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Who changes the configuration, and under which condition. */
export interface ApplyWish {
  readonly by: string
  /** Gets the text of the file right before it is replaced; throws to refuse. */
  readonly allow: (present: string) => void
}

/** The configuration as the admin API shows and changes it; secrets in texts are hidden. */
export interface ConfigEditor {
  /** The text of the file, with its secrets. */
  present(): string
  show(): Promise<Static<typeof configOut>>
  /** What is wrong with a text; nothing where it could be used. */
  problems(text: string): Promise<readonly Problem[]>
  diff(text: string): Promise<{
    readonly problems: readonly Problem[]
    readonly changes: Static<typeof configDiffOut>['changes']
    readonly patch: string
  }>
  /** Writes the file and applies it as a reload does; returns the id of the kept version. Throws a `ConfigError` or `ConfigWriteError`, and changes nothing then. */
  apply(text: string, wish: ApplyWish & { readonly note: string | null }): Promise<string>
  versions(page: {
    readonly limit?: number
    readonly after?: string
  }): Promise<{ items: Static<typeof configVersionOut>[]; next: string | null }>
  version(id: string): Promise<Static<typeof configVersionText> | null>
  /** Applies a kept version; `null` where there is none of this id. */
  restore(id: string, wish: ApplyWish): Promise<string | null>
}
