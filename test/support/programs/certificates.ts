import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../../control/runtime/exec.ts'

/** A certificate authority made for one test. */
export interface TestCa {
  /** PEM file of the authority. */
  readonly file: string
  /** A certificate for `localhost` and 127.0.0.1, or for other names; `days` of life, two when left out; `rsa`: bits of an RSA key in place of ECDSA. */
  readonly issue: (
    name: string,
    options?: { readonly names?: string; readonly days?: number; readonly rsa?: number },
  ) => Promise<{ certificate: string; key: string }>
}

const openssl = async (args: readonly string[]): Promise<void> => {
  const { code, stderr } = await run(['openssl', ...args])
  if (code !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`)
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes an authority in a folder; nothing of it is ever reused. */
export async function makeCa(folder: string, name = 'ca'): Promise<TestCa> {
  const at = (file: string) => join(folder, file)
  const file = at(`${name}.pem`)
  const key = at(`${name}.key`)
  const subject = ['-subj', `/CN=Test ${name}`]
  await openssl(['req', '-x509', ...KEY, '-days', '2', ...subject, '-keyout', key, '-out', file])
  return {
    file,
    async issue(leaf, { names: alternatives = 'DNS:localhost,IP:127.0.0.1', days = 2, rsa } = {}) {
      const kind = rsa === undefined ? KEY : ['-newkey', `rsa:${rsa}`, '-nodes']
      const [request, certificate, leafKey, names] = ['csr', 'crt', 'key', 'cnf'].map((end) =>
        at(`${name}-${leaf}.${end}`),
      ) as [string, string, string, string]
      writeFileSync(names, `subjectAltName=${alternatives}\n`)
      await openssl(['req', ...kind, '-subj', `/CN=${leaf}`, '-keyout', leafKey, '-out', request])
      const signed = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', String(days)]
      await openssl([
        'x509',
        '-req',
        '-in',
        request,
        ...signed,
        '-extfile',
        names,
        '-out',
        certificate,
      ])
      for (const made of [certificate, leafKey]) chmodSync(made, 0o644)
      return { certificate, key: leafKey }
    },
  }
}
