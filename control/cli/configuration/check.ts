import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describeGeo } from '../../compose/base/geo.ts'
import { fileProblems } from '../../config/checks/file-checks.ts'
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

/** What keeps the instance from starting, or players out: files that cannot be read, and certificates. */
const fileFindings = (
  files: readonly ConfigProblem[],
  { problems, warnings }: CertificateReport,
): LintFinding[] => {
  const found =
    (check: string, severity: Severity, suggestion: string) => (problem: ConfigProblem) => ({
      line: problem.line,
      severity,
      check,
      message: `${problem.path}: ${problem.message}`,
      suggestion,
    })
  const ofCertificates = new Set(problems.map(({ path }) => path))
  return [
    ...files
      .filter(({ path }) => !ofCertificates.has(path))
      .map(found('file', 'error', 'nothing starts without it')),
    ...problems.map(found('certificate', 'error', 'the edge does not start with it')),
    ...warnings.map(found('certificate', 'warning', 'players that check it stay out')),
  ]
}

interface Found {
  readonly problems: readonly string[]
  readonly findings: readonly LintFinding[]
  readonly warnings: readonly string[]
  readonly geo: Awaited<ReturnType<typeof describeGeo>>
}

const linesOf = (file: string, { problems, findings, warnings, geo }: Found): string[] => [
  ...problems.map((problem) => `${file}: error: ${problem}`),
  ...findings.map((finding) => formatFinding(file, finding)),
  ...warnings.map((warning) => `${file}: warning: ${warning}`),
  // Bundled tables grow old with the release: reported, but no fault of the configuration.
  ...geo.warnings.map((told) => `${file}: warning: geo: ${told}`),
  ...geo.files.map((told) => `${file}: geo: ${told}`),
  ...(problems.length + findings.length + warnings.length === 0 ? [`${file}: good`] : []),
]

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
      const ofFiles = fileFindings(fileProblems(loaded), checkCertificates(loaded, Date.now()))
      const findings = [
        ...lint(loaded.config, { lineOf: loaded.lineOf, isSet, channels }),
        ...ofFiles,
      ]
      const found = { problems, findings, warnings, geo }
      if (options.json === true) print(JSON.stringify({ file, ...found }))
      else for (const line of linesOf(file, found)) print(line)
      if (problems.length > 0 || ofFiles.some(({ severity }) => severity === 'error'))
        process.exitCode = BROKEN
      else if (findings.length + warnings.length > 0) process.exitCode = FOUND
    })
