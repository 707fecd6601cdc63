import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadedConfig } from '../../config/load.ts'
import { makeGuide } from '../../epg/build/make-guide.ts'
import { GuideService } from '../../epg/service.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import { guideSettings } from '../guide.ts'

/** Names shown of a longer list. */
const SHOWN = 20

/** What is wrong with the sources of the guide, and which channels none of them has; reads them without keeping anything. */
export const guideWarnings = async (
  { config, folder }: LoadedConfig,
  channels: readonly Channel[],
): Promise<string[]> => {
  if (config.guide.sources.length === 0) return []
  const stateDir = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
  const guide = new GuideService({
    stateDir,
    now: () => Date.now(),
    onChange: () => undefined,
    warn: () => undefined,
    make: makeGuide,
  })
  try {
    guide.follow(channels)
    await guide.configure(guideSettings(config, folder))
    await guide.settled()
    const { sources, unmatched } = guide.status()
    const bad = sources.filter(({ ok }) => !ok)
    const warnings = bad.map(({ name, error }) => `guide ${name}: ${error ?? 'is bad'}`)
    if (unmatched.length === 0) return warnings
    const more = unmatched.length > SHOWN ? ` and ${unmatched.length - SHOWN} more` : ''
    const shown = unmatched.slice(0, SHOWN).join(', ')
    return [...warnings, `no source of the guide has ${shown}${more}; name them in guide.channels`]
  } finally {
    await guide.stop()
    rmSync(stateDir, { recursive: true, force: true })
  }
}
