import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/schema/schema.ts'
import { GuideService, type GuideSettings } from '../epg/service.ts'
import { makeInWorker } from '../epg/worker/make-in-worker.ts'
import type { LiveConfig } from './base/live-config.ts'
import type { LivePictures } from './pictures.ts'

const pathOf = (folder: string, file: string): string =>
  file.startsWith('/') ? file : join(folder, file)

/** The guide's settings; files are relative to the configuration's folder. */
export const guideSettings = (
  { guide, sources }: Config,
  folder: string,
  pictures?: LivePictures,
): GuideSettings => ({
  mapping: guide.channels,
  addresses: sources.flatMap(({ url }) => url ?? []),
  ...(pictures === undefined ? {} : { pictures: pictures.job }),
  sources: guide.sources.map(({ name, file, url, refresh_sec: sec, time_zone: zone }) => ({
    name,
    file: file === undefined ? undefined : pathOf(folder, file),
    url,
    refreshMs: sec * 1000,
    zone,
  })),
})

/** The guide; `onChange` is called with every new one. */
export const createGuide = (
  {
    stateDir,
    now,
    log,
  }: { readonly stateDir: string; readonly now: () => number; readonly log: Logger },
  onChange: () => void,
): GuideService =>
  new GuideService({
    stateDir,
    now,
    onChange,
    warn: (message) => log.warn(message),
    make: makeInWorker,
  })

/** Takes the configuration in use. */
export const configureGuide = async (
  guide: GuideService,
  live: LiveConfig,
  pictures: LivePictures,
): Promise<void> => {
  await guide.configure(guideSettings(live.config(), live.loaded().folder, pictures))
}
