import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Channel } from '../playlists/catalogue/channel.ts'
import { passwordsOf } from '../playlists/catalogue/known-logins.ts'
import { reasonOf } from '../playlists/fetch/transport.ts'
import type { JobSource, MakeGuide, SourceOutcome } from './build/make-guide.ts'
import { type GuideSource, isNewCopy, SourceCopy } from './build/source-copy.ts'
import type { PictureJob } from './model/pictures.ts'
import { wantedChannels } from './model/wanted.ts'
import { openPack, type Pack } from './pack/pack-file.ts'

/** Settings that may change at a reload. */
export interface GuideSettings {
  readonly sources: readonly GuideSource[]
  /** From an id, `tvg-id` or name of ours to the id in a source. */
  readonly mapping: Readonly<Record<string, string>>
  /** How pictures of programmes come through the edge now; none do where it is not set. */
  readonly pictures?: () => PictureJob | null
  /** Where lists of channels come from: logins in these stay out of the guide. */
  readonly addresses?: readonly string[]
}

/** How a source of the guide is, for status pages and alerts. */
export interface GuideSourceStatus {
  readonly name: string
  readonly ok: boolean
  readonly error: string | null
  readonly channels: number
  readonly programmes: number
  /** Programmes left out, since their times cannot be read. */
  readonly bad: number
  /** Places of the file that are no XML, and could be read all the same. */
  readonly mended: number
  /** Unix ms; `null` before it was read. */
  readonly readAt: number | null
}

/** How the guide is. */
export interface GuideStatus {
  readonly sources: readonly GuideSourceStatus[]
  /** Unix ms when it was put together; `null` without one. */
  readonly builtAt: number | null
  readonly channels: number
  readonly programmes: number
  /** Guide ids of channels that no source has. */
  readonly unmatched: readonly string[]
}

export interface GuideServiceParts {
  readonly stateDir: string
  readonly now: () => number
  /** A new guide is there. */
  readonly onChange: () => void
  readonly warn: (message: string) => void
  readonly make: MakeGuide
  /** How long the lists must have been at rest before the guide follows them. */
  readonly settleMs?: number
}

const SETTLE_MS = 5_000

/** Tells pictures that come through the edge otherwise; empty where none do. */
const markOf = (pictures: PictureJob | null): string =>
  pictures === null ? '' : JSON.stringify([pictures.through, pictures.base, pictures.kid])

const unread = (name: string): GuideSourceStatus => ({
  name,
  ok: true,
  error: null,
  channels: 0,
  programmes: 0,
  bad: 0,
  mended: 0,
  readAt: null,
})

/** Reads the sources of the guide and keeps it up to date with them and with the lists. */
export class GuideService {
  private readonly parts: GuideServiceParts
  private settings: GuideSettings = { sources: [], mapping: {} }
  private copies: readonly SourceCopy[] = []
  private statuses = new Map<string, GuideSourceStatus>()
  private channels: readonly Channel[] = []
  private wantedMark = ''
  private picturesMark = ''
  private present: Pack | null = null
  private unmatched: readonly string[] = []
  private work: Promise<void> = Promise.resolve()
  private timers = new Set<NodeJS.Timeout>()
  private settling: NodeJS.Timeout | null = null
  private readonly leaving = new AbortController()

  constructor(parts: GuideServiceParts) {
    this.parts = parts
  }

  /** Applies settings; the guide of the last run serves until a new one is there. */
  async configure(settings: GuideSettings): Promise<void> {
    const folder = await this.folder()
    this.settings = settings
    this.copies = settings.sources.map(
      (source) => new SourceCopy(source, join(folder, `source-${source.name}`)),
    )
    this.statuses = new Map(
      settings.sources.map(({ name }) => [name, this.statuses.get(name) ?? unread(name)]),
    )
    this.present ??= settings.sources.length === 0 ? null : await openPack(this.packPath(folder))
    for (const timer of this.timers) clearInterval(timer)
    this.timers = new Set(
      this.copies.map((copy) => setInterval(() => void this.refresh(copy), copy.setting.refreshMs)),
    )
    for (const timer of this.timers) timer.unref()
    void this.refresh()
  }

  /** Follows the lists: channels that are new look for their programmes. */
  follow(channels: readonly Channel[]): void {
    this.channels = channels
    if (this.settings.sources.length === 0 || this.leaving.signal.aborted) return
    if (this.settling !== null) clearTimeout(this.settling)
    this.settling = setTimeout(() => void this.rebuildIfWanted(), this.parts.settleMs ?? SETTLE_MS)
    this.settling.unref()
  }

  /** The guide in use; `null` without one. */
  pack(): Pack | null {
    return this.present
  }

  /** Changes with every guide; `none` without one. */
  version(): string {
    return this.present?.index.version ?? 'none'
  }

  isOn(): boolean {
    return this.settings.sources.length > 0
  }

  status(): GuideStatus {
    const index = this.present?.index
    const packed = Object.values(index?.channels ?? {})
    return {
      sources: [...this.statuses.values()],
      builtAt: index?.at ?? null,
      channels: packed.length,
      programmes: packed.reduce((sum, { count }) => sum + count, 0),
      unmatched: this.unmatched,
    }
  }

  /** Fetches one source, or all, and makes the guide anew where something changed. */
  async refresh(only?: SourceCopy): Promise<void> {
    await this.queue(async () => {
      let isChanged =
        only === undefined && (this.present === null || this.picturesMark !== this.marked())
      for (const copy of only === undefined ? this.copies : [only]) {
        const outcome = await copy.fetch()
        if (outcome === 'changed') isChanged = true
        else if (outcome !== 'unchanged')
          this.report(copy.setting.name, { ok: false, error: outcome.error })
      }
      if (isChanged) await this.build()
    })
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await this.work
  }

  async stop(): Promise<void> {
    this.leaving.abort()
    if (this.settling !== null) clearTimeout(this.settling)
    for (const timer of this.timers) clearInterval(timer)
    await this.work.catch(() => undefined)
    await this.present?.close()
  }

  private marked(): string {
    return markOf(this.settings.pictures?.() ?? null)
  }

  private async folder(): Promise<string> {
    const folder = join(this.parts.stateDir, 'guide')
    await mkdir(folder, { recursive: true })
    return folder
  }

  private packPath(folder: string): string {
    return join(folder, 'guide.pack')
  }

  private async queue(job: () => Promise<void>): Promise<void> {
    this.work = this.work
      .then(async () => {
        if (!this.leaving.signal.aborted) await job()
      })
      .catch((error: unknown) => {
        if (this.leaving.signal.aborted) return
        this.parts.warn(`guide: ${reasonOf(error)}; the one before stays`)
      })
    await this.work
  }

  private report(name: string, news: Partial<GuideSourceStatus>): void {
    const before = this.statuses.get(name) ?? unread(name)
    const status = { ...before, ...news }
    this.statuses.set(name, status)
    if (status.ok === before.ok && status.error === before.error) return
    const text = status.ok ? 'is good again' : `${status.error ?? 'is bad'}; the copy before stays`
    this.parts.warn(`guide ${name}: ${text}`)
  }

  private async rebuildIfWanted(): Promise<void> {
    const mark = JSON.stringify(await wantedChannels(this.channels))
    if (mark !== this.wantedMark) await this.queue(async () => await this.build())
  }

  private note(copy: SourceCopy, { bad, read }: SourceOutcome): Promise<void> {
    const { name } = copy.setting
    for (const { reason } of bad) this.report(name, { ok: false, error: reason })
    if (read !== null) {
      const { path, ...counts } = read
      const news = { ...counts, readAt: this.parts.now() }
      this.report(name, isNewCopy(path) ? { ok: true, error: null, ...news } : news)
      if (isNewCopy(path)) return copy.accept()
    }
    return bad.some(({ path }) => isNewCopy(path)) ? copy.reject() : Promise.resolve()
  }

  private async build(): Promise<void> {
    const folder = await this.folder()
    const wanted = await wantedChannels(this.channels)
    const { copies } = this
    const sources: JobSource[] = []
    for (const copy of copies) {
      const { name, zone } = copy.setting
      sources.push({ name, zone, paths: await copy.paths() })
    }
    const { mapping } = this.settings
    const pictures = this.settings.pictures?.() ?? null
    const nowSec = Math.floor(this.parts.now() / 1000)
    const addresses = [
      ...copies.map(({ setting }) => setting.url),
      ...(this.settings.addresses ?? []),
    ]
    const passwords = await passwordsOf([
      ...this.channels.map(({ item }) => item),
      ...addresses.map((url = '') => ({ url })),
    ])
    const job = {
      folder,
      wanted,
      mapping,
      sources,
      nowSec,
      pictures,
      passwords: [...passwords],
    }
    const made = await this.parts.make(job, this.leaving.signal)
    for (const [index, copy] of copies.entries()) {
      const outcome = made.sources[index]
      if (outcome !== undefined) await this.note(copy, outcome)
    }
    if (made.unmatched === null) return
    this.unmatched = made.unmatched
    this.wantedMark = JSON.stringify(wanted)
    this.picturesMark = markOf(pictures)
    await this.take(await openPack(this.packPath(folder)))
  }

  private async take(pack: Pack | null): Promise<void> {
    const before = this.present
    this.present = pack
    this.parts.onChange()
    // Answers under way read from it a little longer.
    if (before !== null) setTimeout(() => void before.close(), CLOSE_MS).unref()
    await Promise.resolve()
  }
}

/** How long an answer may take to read from a guide that has been replaced. */
const CLOSE_MS = 120_000
