import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { createIsSet, formatFinding, lint } from '../../lint/lint.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import { channelNames } from '../../playlists/catalogue/channel-names.ts'
import { configFileOf, type GlobalOptions, loadedConfig, withGlobals } from '../common/context.ts'
import { print } from '../common/output.ts'

const FOUND = 1
const BROKEN = 2

/** `gatehouse check`: is the configuration good, and what in it is worth a second look. */
export const checkCommand = (): Command =>
  withGlobals(
    new Command('check').description(
      'check the configuration, read its sources, and point out what is worth a second look',
    ),
  )
    .option('--no-sources', 'do not read the playlists and manifests')
    .action(async (options: GlobalOptions & { sources: boolean }) => {
      const file = configFileOf(options)
      const loaded = loadedConfig(options)
      const isSet = createIsSet(readFileSync(file, 'utf8'))
      let known: readonly Channel[] = []
      let problems: readonly string[] = []
      let warnings: readonly string[] = []
      if (options.sources) {
        const { openOffline } = await import('../../compose/explain/offline.ts')
        const open = await openOffline(loaded)
        problems = open.problems
        const { checkManifests } = await import('../../playlists/lists/manifest-checks.ts')
        known = open.lineup.playlists.snapshot()?.channels ?? []
        warnings = [...open.warnings, ...(await checkManifests(known))]
        await open.close()
      }
      const channels = known.map((channel) => ({
        id: channel.id,
        names: channelNames(channel),
        path: `${channel.base}${channel.entry}`,
      }))
      const findings = lint(loaded.config, { lineOf: loaded.lineOf, isSet, channels })
      if (options.json === true) print(JSON.stringify({ file, problems, findings, warnings }))
      else {
        for (const problem of problems) print(`${file}: error: ${problem}`)
        for (const finding of findings) print(formatFinding(file, finding))
        for (const warning of warnings) print(`${file}: warning: ${warning}`)
        if (problems.length + findings.length + warnings.length === 0) print(`${file}: good`)
      }
      if (problems.length > 0) process.exitCode = BROKEN
      else if (findings.length + warnings.length > 0) process.exitCode = FOUND
    })
