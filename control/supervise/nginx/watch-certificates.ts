import { renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { certificatesOf } from '../../config/schema/https.ts'
import type { Config } from '../../config/schema/schema.ts'
import { expiryWarning, isProblem, judgePair } from '../../nginx/certificates/judge-pair.ts'
import { complaintAbout, type ReadPair, readPair } from '../../nginx/certificates/read-pair.ts'
import { say } from '../../sentences/sentences.ts'
import type { Instance } from '../processes/services.ts'
import { printOf, readServed, writeServed } from './certificates.ts'

/** How often the files are read: a few kB. */
const LOOK_MS = 2000

/** What the watch works with. */
export interface CertificateWatch {
  readonly instance: Instance
  /** The configuration in use. */
  readonly config: () => Config
  /** Makes nginx serve the copies as they lie there; returns its objection, `null` where it does. */
  readonly renew: () => Promise<string | null>
}

/** What is wrong with the pair nginx goes on serving; `null` for a good one. */
const troubleOfServed = (file: string, served: string): string | null => {
  const judged = judgePair(served, served, Date.now())
  if (isProblem(judged))
    return say('about', { name: file, what: say('certificate.in_use', { what: judged.message }) })
  const soon = expiryWarning(judged, Date.now())
  return soon === null
    ? null
    : say('about', { name: file, what: say('certificate.not_renewed', { what: soon }) })
}

/** Writes what is wrong for the edge's health, where it changed. */
const createTroubles = ({ paths, report }: Instance) => {
  let before: readonly string[] = []
  return (sentences: readonly string[]): void => {
    if (sentences.join('\n') === before.join('\n')) return
    for (const one of sentences) if (!before.includes(one)) report(`${one}.`)
    before = sentences
    const file = `${paths.edgeTroubles}.new`
    writeFileSync(file, sentences.map((one) => `${one}\n`).join(''), { mode: 0o644 })
    renameSync(file, paths.edgeTroubles)
  }
}

/** Takes renewed pairs in use; what nginx refused is not tried again. */
const createTaking = ({ instance, renew }: CertificateWatch) => {
  const refused = new Map<string, string>()
  return async ({ setting, text }: ReadPair, served: string): Promise<string | null> => {
    const known = refused.get(printOf(text))
    if (known !== undefined) return known
    writeServed(instance.paths, setting, text)
    const objection = await renew()
    if (objection === null) {
      instance.report(`A renewed certificate is in use: ${setting.certificateFile}.`)
      return null
    }
    writeServed(instance.paths, setting, served)
    const complaint = say('about', {
      name: setting.certificateFile,
      what: say('certificate.nginx_refuses', { what: objection }),
    })
    refused.set(printOf(text), complaint)
    return complaint
  }
}

/**
 * Takes up renewed certificates: by content, since files are replaced, linked and touched in many ways. A pair that is
 * broken leaves the one before in use, and the edge's health says so. Returns what ends the watch.
 */
export function watchCertificates(watch: CertificateWatch): () => void {
  const over = new AbortController()
  const { instance, config } = watch
  const tell = createTroubles(instance)
  const take = createTaking(watch)
  /** What was bad at the last look: certificate and key are written one after the other. */
  let doubted = new Set<string>()
  const look = async (): Promise<void> => {
    const troubles: string[] = []
    const doubts = new Set<string>()
    for (const setting of certificatesOf(config())) {
      const pair = readPair(setting, Date.now())
      const served = readServed(instance.paths, setting)
      let complaint = complaintAbout(pair)
      if (complaint === null && pair.text !== served) complaint = await take(pair, served)
      const aged = troubleOfServed(setting.certificateFile, readServed(instance.paths, setting))
      if (aged !== null) troubles.push(aged)
      if (complaint === null) continue
      doubts.add(complaint)
      if (doubted.has(complaint))
        troubles.push(say('certificate.before_stays', { what: complaint }))
    }
    doubted = doubts
    tell(troubles)
  }
  const run = async () => {
    for (; !over.signal.aborted; await sleep(LOOK_MS, undefined, { ref: false }))
      await look().catch((error: unknown) => instance.report(String(error)))
  }
  void run()
  return () => over.abort()
}
