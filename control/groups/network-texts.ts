import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { type Network, parseNetwork } from '#domain/networks/network'
import { yieldEvery } from '../playlists/catalogue/yield-to-event-loop.ts'
import { requireRegular, systemReason } from '../runtime/regular-file.ts'
import { say } from '../sentences/sentences.ts'

/** A network and its text in the configuration. */
export interface NetworkRule {
  readonly network: Network
  /** As written: `192.168.1/24`, or `office.txt line 3: 10.0.0.0/8`. */
  readonly text: string
}

/** A group's networks as configured. */
export interface GroupNetworkTexts {
  readonly id: string
  /** CIDRs, short forms, addresses, ranges, or `file:PATH`. */
  readonly networks: readonly string[]
}

/** A group's networks, parsed. */
export interface GroupRules {
  readonly id: string
  readonly rules: readonly NetworkRule[]
}

/** All groups' networks, with warnings and problems. */
export interface LoadedNetworks {
  readonly groups: readonly GroupRules[]
  readonly warnings: readonly string[]
  /** Where not empty, the networks must not be used. */
  readonly problems: readonly string[]
  /** Files that were read, to be watched for changes. */
  readonly files: readonly string[]
}

interface Report {
  readonly warnings: string[]
  readonly problems: string[]
  readonly files: string[]
}

const filePrefix = 'file:'

const takeText = (text: string, label: string, rules: NetworkRule[], report: Report): void => {
  const parsed = parseNetwork(text)
  if (!parsed.ok) {
    report.problems.push(`${label}: ${parsed.reason}`)
    return
  }
  for (const warning of parsed.warnings) report.warnings.push(`${label}: ${warning}`)
  for (const network of parsed.networks) rules.push({ network, text: label })
}

/** Parses a file: one network a line; blank lines and text after `#` or `;` are ignored. */
const takeFile = async (
  path: string,
  name: string,
  rules: NetworkRule[],
  report: Report,
): Promise<void> => {
  let content: string
  try {
    requireRegular(await stat(path))
    content = await readFile(path, 'utf8')
  } catch (error) {
    const what = systemReason(error) ?? say('file.unreadable', { code: 'unreadable' })
    report.problems.push(`${path}: ${what}`)
    return
  }
  report.files.push(path)
  const lines = content.replace(/^\u{feff}/u, '').split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) {
    await yieldEvery(index)
    const text = line.replace(/[#;].*$/, '').trim()
    if (text !== '') takeText(text, `${name} line ${index + 1}: ${text}`, rules, report)
  }
}

/** Reads the groups' networks, also from files; relative file names start from the configuration's folder. */
export const loadNetworks = async (
  groups: readonly GroupNetworkTexts[],
  directory: string,
): Promise<LoadedNetworks> => {
  const report: Report = { warnings: [], problems: [], files: [] }
  const loaded: GroupRules[] = []
  for (const { id, networks } of groups) {
    const rules: NetworkRule[] = []
    for (const text of networks) {
      const name = text.slice(filePrefix.length).trim()
      if (text.startsWith(filePrefix))
        await takeFile(isAbsolute(name) ? name : join(directory, name), name, rules, report)
      else takeText(text, text, rules, report)
    }
    loaded.push({ id, rules })
  }
  return { groups: loaded, ...report }
}
