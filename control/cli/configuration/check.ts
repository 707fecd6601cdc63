import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describeGeo } from '../../compose/base/geo.ts'
import type { ConfigProblem } from '../../config/problems/problems.ts'
import type { LintFinding, Severity } from '../../lint/finding.ts'
import { createIsSet, formatFinding, lint } from '../../lint/lint.ts'
import { missingParts } from '../../lint/missing.ts'
import {
  type CertificateReport,
  checkCertificates,
} from '../../nginx/certificates/check-certificates.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import { channelNames } from '../../playlists/catalogue/channel-names.ts'
import { complaintOfOwnNginx } from '../../supervise/nginx/running-files.ts'
import {
  configFileOf,
  type GlobalOptions,
  loadedConfig,
  pathsOf,
  withGlobals,
} from '../common/context.ts'
import { print } from '../common/output.ts'

const FOUND = 1
const BROKEN = 2

const certificateFindings = ({ problems, warnings }: CertificateReport): LintFinding[] => {
  const found = (severity: Severity, suggestion: string) => (problem: ConfigProblem) => ({
    line: problem.line,
    severity,
    check: 'certificate',
    message: `${problem.path}: ${problem.message}`,
    suggestion,
  })
  return [
    ...problems.map(found('error', 'the edge does not start with it')),
    ...warnings.map(found('warning', 'players that check it stay out')),
  ]
}

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
        const { edgeOrigins } = await import('../../edge/policy.ts')
        known = open.lineup.playlists.snapshot()?.channels ?? []
        const { guideWarnings } = await import('../../compose/explain/guide-check.ts')
        warnings = [
          ...open.warnings,
          ...(await checkManifests(known, edgeOrigins(loaded.config), loaded.config.origins)),
          ...(await guideWarnings(loaded, known)),
        ]
        await open.close()
      }
      const channels = known.map((channel) => ({
        id: channel.id,
        names: channelNames(channel),
        path: `${channel.base}${channel.entry}`,
      }))
      const geo = await describeGeo(loaded.config, Date.now())
      warnings = [
        ...missingParts(loaded.config),
        ...warnings,
        ...geo.problems.map((problem) => `geo: ${problem}`),
      ]
      const ofNginx = await complaintOfOwnNginx(loaded.config, pathsOf(options))
      if (ofNginx !== null) warnings = [...warnings, ofNginx]
      const certificates = checkCertificates(loaded, Date.now())
      const findings = [
        ...lint(loaded.config, { lineOf: loaded.lineOf, isSet, channels }),
        ...certificateFindings(certificates),
      ]
      if (options.json === true) print(JSON.stringify({ file, problems, findings, warnings, geo }))
      else {
        for (const problem of problems) print(`${file}: error: ${problem}`)
        for (const finding of findings) print(formatFinding(file, finding))
        for (const warning of warnings) print(`${file}: warning: ${warning}`)
        // Bundled tables grow old with the release: reported, but no fault of the configuration.
        for (const told of geo.warnings) print(`${file}: warning: geo: ${told}`)
        for (const told of geo.files) print(`${file}: geo: ${told}`)
        if (problems.length + findings.length + warnings.length === 0) print(`${file}: good`)
      }
      if (problems.length + certificates.problems.length > 0) process.exitCode = BROKEN
      else if (findings.length + warnings.length > 0) process.exitCode = FOUND
    })
