import type { AppList } from '#domain/apps/xtream'
import type { Channel } from './catalogue/channel.ts'
import { filterInTurns } from './catalogue/yield-to-event-loop.ts'
import { createRunning, isSameSetting, type Running } from './fetch/running-source.ts'
import type { PlaylistSource, SourceStatus } from './fetch/source.ts'
import { reasonOf } from './fetch/transport.ts'
import { FormerNames } from './former/former-names.ts'
import { createOwnRecords } from './former/records.ts'
import { sealNone } from './lists/pictures.ts'
import type { RenderedList } from './lists/render-list.ts'
import type { PlaylistServiceParts, PlaylistSettings } from './service-parts.ts'
import {
  buildSnapshot,
  type PlaylistSnapshot,
  type ProtocolAt,
  withLearnedProtocol,
} from './snapshot.ts'
import { hasCategory, renderAppList } from './xtream/app-lists.ts'
import { createStreamNumbers, type NumbersOf } from './xtream/stream-numbers.ts'

/** A list for apps. */
export interface AppListAnswer {
  readonly chunks: AsyncIterable<string>
  /** Whether it is the same whenever this version of it is asked for. */
  readonly isKept: boolean
}

const FILE_CHECK_MS = 2000

/** Reads the sources, watches them, and keeps every group's list and the channel table up to date. */
export class PlaylistService {
  private readonly parts: PlaylistServiceParts
  private settings: PlaylistSettings = {
    sources: [],
    groups: [],
    surge: [],
    checks: { hasResolver: true },
  }
  private sources = new Map<string, Running>()
  private active = new Set<string>()
  private present: PlaylistSnapshot | null = null
  private previousLists: PlaylistSnapshot['lists'] = new Map()
  private refusal: string | null = null
  private building: Promise<void> = Promise.resolve()
  /** The build that has not begun yet. */
  private waiting: Promise<void> | null = null
  /** Whether the last build came into use. */
  private isBuilt = false
  private isStopped = false
  private readonly numbersOf: NumbersOf
  private readonly protocolAt: ProtocolAt
  private readonly formerNames: FormerNames

  constructor(parts: PlaylistServiceParts) {
    this.parts = parts
    this.numbersOf = parts.numbersOf ?? createStreamNumbers(null)
    this.protocolAt = parts.protocolAt ?? (() => null)
    this.formerNames = parts.formerNames ?? new FormerNames(createOwnRecords(), parts.now)
  }

  /** Applies new settings; unchanged sources keep their list and schedule. */
  async configure(settings: PlaylistSettings): Promise<void> {
    this.settings = settings
    const kept = new Map<string, Running>()
    const added: Running[] = []
    for (const setting of settings.sources) {
      const old = this.sources.get(setting.name)
      const running =
        old && isSameSetting(old.setting, setting) ? old : createRunning(setting, this.parts)
      if (running !== old) added.push(running)
      kept.set(setting.name, running)
    }
    for (const [name, running] of this.sources)
      if (kept.get(name) !== running && running.timer) clearTimeout(running.timer)
    this.sources = kept
    const restored = await Promise.all(added.map((running) => this.begin(running)))
    await this.rebuild()
    // Not before: what a list has changed meanwhile is seen beside its last good copy.
    for (const running of restored) if (running !== null) void this.lookSafely(running)
  }

  /** The lists and table in use; `null` before `configure` has ended. */
  snapshot(): PlaylistSnapshot | null {
    return this.present
  }

  /** A group's list; with a version, that one as long as it is the present or the last. */
  list(group: string, version?: string): RenderedList | null {
    for (const lists of [this.present?.lists, this.previousLists]) {
      const list = lists?.get(group)
      if (list && (version === undefined || list.version === version)) return list
    }
    return null
  }

  /** The channel that apps call by a number, where the group is offered it. */
  offered(group: string, number: number): Channel | null {
    const { numbers } = this.present ?? {}
    return this.list(group)?.offered.find(({ id }) => numbers?.get(id) === number) ?? null
  }

  /** A group's channels as apps ask for them, JSON in pieces; `null` where there is no such group. */
  appList(
    group: string,
    list: AppList,
    { version, category }: { readonly version?: string; readonly category?: string },
  ): AppListAnswer | null {
    const wanted = this.list(group, version)
    const found = wanted ?? this.list(group)
    const numbers = this.present?.numbers
    if (found === null || numbers === undefined) return null
    const { offered } = found
    const { sealPicture = sealNone } = this.settings
    const chunks = renderAppList(list, { offered, numbers, sealPicture }, category ?? null)
    // Names of categories that do not exist can be made up without end.
    const isKnown = category === undefined || hasCategory(offered, category)
    return { chunks, isKept: wanted !== null && isKnown }
  }

  statuses(): SourceStatus[] {
    return [...this.sources.values()].map(({ source }) => this.statusOf(source))
  }

  /** Why the lists as they are now cannot be served, or `null`. */
  whyRefused(): string | null {
    return this.refusal
  }

  /** Names of the surge profiles in force. */
  activeSurge(): string[] {
    return [...this.active]
  }

  /** Applies the named profiles, and no others. */
  async setSurge(names: readonly string[]): Promise<void> {
    const before = this.active
    this.active = new Set(names)
    const isSame = before.size === this.active.size && names.every((name) => before.has(name))
    if (isSame) await this.building.catch(() => undefined)
    if (isSame && this.isBuilt) return
    await this.rebuild()
  }

  /** Names channels anew of whose origins other answers are known than when the lists were made. */
  async applyProtocols(): Promise<void> {
    const outdated = await filterInTurns(
      this.present?.channels ?? [],
      (channel) => withLearnedProtocol(channel, this.protocolAt) !== channel,
    )
    if (outdated.length > 0) await this.rebuild()
  }

  /** Makes the lists anew after others remembered, or forgot, what channels were called. */
  async applyFormerNames(): Promise<void> {
    if (this.present !== null) await this.rebuild()
  }

  /** Lets what a channel was called before close it no more; `false` where nothing does. */
  async forgetNames(id: string): Promise<boolean> {
    const channel = this.present?.channels.find((it) => it.id === id)
    const isForgotten = channel !== undefined && this.formerNames.forget(channel)
    if (isForgotten) await this.rebuild()
    return isForgotten
  }

  /** Fetches one source now, or all of them. */
  async refresh(name?: string): Promise<void> {
    const chosen = [...this.sources.values()].filter(
      ({ source }) => name === undefined || source.name === name,
    )
    await Promise.all(chosen.map((running) => this.look(running)))
  }

  stop(): void {
    this.isStopped = true
    for (const { timer } of this.sources.values()) if (timer) clearTimeout(timer)
  }

  /** The last good copy is served at once, and its source returned to be fetched; without one the first fetch is awaited. */
  private async begin(running: Running): Promise<Running | null> {
    if (await running.source.restore()) return running
    await this.look(running)
    return null
  }

  private async look(running: Running): Promise<void> {
    if (running.timer) clearTimeout(running.timer)
    const outcome = await running.source.refresh()
    this.schedule(running)
    if (outcome === 'changed' && this.present) await this.rebuild()
    this.reportStatus(running)
  }

  private statusOf(source: PlaylistSource): SourceStatus {
    const status = source.status()
    if (this.refusal === null || !status.ok) return status
    return { ...status, ok: false, error: { line: null, reason: this.refusal } }
  }

  private reportStatus(running: Running): void {
    const status = this.statusOf(running.source)
    if (status.ok !== running.wasOk) this.parts.onStatus(status)
    running.wasOk = status.ok
  }

  /** No caller waits for a scheduled refresh, so its failure is reported as the source's status. */
  private async lookSafely(running: Running): Promise<void> {
    try {
      await this.look(running)
    } catch (error) {
      const status = running.source.status()
      this.parts.onStatus({ ...status, ok: false, error: { line: null, reason: reasonOf(error) } })
    }
  }

  private schedule(running: Running): void {
    if (running.timer) clearTimeout(running.timer)
    if (this.isStopped || this.sources.get(running.setting.name) !== running) return
    const { file, refreshMs } = running.setting
    const waitMs = file === undefined ? refreshMs : (this.parts.fileCheckMs ?? FILE_CHECK_MS)
    running.timer = setTimeout(() => void this.lookSafely(running), waitMs)
    running.timer.unref()
  }

  /** One build after the other, so that an older one never overtakes a newer; one that waits is the build of all who ask meanwhile. */
  private rebuild(): Promise<void> {
    this.waiting ??= this.building
      .catch(() => undefined)
      .then(() => {
        this.waiting = null
        return this.build()
      })
    this.building = this.waiting
    return this.building
  }

  private async build(): Promise<void> {
    this.isBuilt = false
    const lists = this.settings.sources.flatMap(({ name, ids, url }) => {
      const playlist = this.sources.get(name)?.source.playlist()
      return playlist
        ? [{ source: name, playlist, address: url, isIdByAddress: ids === 'address' }]
        : []
    })
    const surge = this.settings.surge.filter(({ name }) => this.active.has(name))
    const { groups, checks } = this.settings
    const snapshot = await buildSnapshot({
      lists,
      groups,
      surge,
      checks,
      numbersOf: this.numbersOf,
      protocolAt: this.protocolAt,
      formerNames: this.formerNames,
      profiles: this.settings.surge,
      ...(this.parts.rulesOf === undefined ? {} : { rulesOf: this.parts.rulesOf }),
      hasGuide: this.settings.hasGuide ?? false,
      sealPicture: this.settings.sealPicture ?? sealNone,
    })
    const prepared = await this.parts.prepare(snapshot)
    this.refusal = prepared.refusal
    if (prepared.refusal !== null) return
    this.previousLists = this.present?.lists ?? new Map()
    this.present = snapshot
    if (!this.isStopped) prepared.take()
    this.isBuilt = true
  }
}
