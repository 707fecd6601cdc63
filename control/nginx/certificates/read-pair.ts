import { readFileSync, statSync } from 'node:fs'
import type { CertificateSetting } from '../../config/schema/https.ts'
import { requireRegular, systemReason } from '../../runtime/regular-file.ts'
import { say } from '../../sentences/sentences.ts'
import { isProblem, judgePair, type Pair, type PairProblem } from './judge-pair.ts'

/** Texts of a pair's files with what they are worth. */
export interface ReadPair {
  readonly setting: CertificateSetting
  /** Both files in one PEM text; empty where one cannot be read. */
  readonly text: string
  readonly judged: Pair | PairProblem
}

const readText = (file: string): { text: string } | { message: string } => {
  try {
    requireRegular(statSync(file))
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { message: systemReason(error) ?? say('file.unreadable', { code: 'unreadable' }) }
  }
}

/** Reads a pair and judges it; `now` in Unix ms. Throws nothing: what is wrong stands in `judged`. */
export const readPair = (setting: CertificateSetting, now: number): ReadPair => {
  const certificate = readText(setting.certificateFile)
  if ('message' in certificate)
    return { setting, text: '', judged: { file: 'certificate', ...certificate } }
  const key = readText(setting.keyFile)
  if ('message' in key) return { setting, text: '', judged: { file: 'key', ...key } }
  return {
    setting,
    text: `${certificate.text.trimEnd()}\n${key.text.trimEnd()}\n`,
    judged: judgePair(certificate.text, key.text, now),
  }
}

/** The file a problem is about. */
export const fileOf = (setting: CertificateSetting, problem: PairProblem): string =>
  problem.file === 'key' ? setting.keyFile : setting.certificateFile

/** A problem as a sentence with its file; `null` for a good pair. */
export const complaintAbout = ({ setting, judged }: ReadPair): string | null =>
  isProblem(judged) ? say('about', { name: fileOf(setting, judged), what: judged.message }) : null
