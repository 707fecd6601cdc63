import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { packLease } from '#domain/viewer/lease'
import { until } from '../../../test/support/programs/port.ts'
import { descendants } from '../../../test/support/programs/processes.ts'
import { CHANNEL, NJS_PASS } from './passes.ts'

const LOOPBACK = 0x7f000001
const HOUR_SEC = 3600
const LEASE = packLease({ network: LOOPBACK, ttlSec: HOUR_SEC, seen: 0 })
const SEEN_SPAN = 65536

const MODULE = `import crypto from 'crypto'
const key = (n) =>
  crypto.createHash('sha256').update(${NJS_PASS} + '/${CHANNEL}').digest('base64url').slice(0, 16)
const fill = (r) => {
  const value = ${LEASE} + (Math.floor(Date.now() / 1000) % ${SEEN_SPAN})
  for (let n = Number(r.args.from); n < Number(r.args.to); n += 1)
    ngx.shared.gh_leases.set(key(n), value, ${HOUR_SEC * 1000})
  r.return(200, String(ngx.shared.gh_leases.freeSpace()))
}
export default { fill }
`

const PAGE = 2_000

/** The leases of a running edge. */
export interface EdgeMemory {
  /** Writes the leases of sessions `from` to `to`; the free bytes left in their zone. */
  fill(from: number, to: number): Promise<number>
}

/** Asks page after page for sessions to be written; what the last page answered. */
export const fillPages = async (
  get: (path: string) => Promise<string>,
  from: number,
  to: number,
): Promise<number> => {
  let free = await get(`/fill?from=${from}&to=${from}`)
  for (let at = from; at < to; at += PAGE) {
    free = await get(`/fill?from=${at}&to=${Math.min(to, at + PAGE)}`)
  }
  return Number(free)
}

/** Where an edge's configuration lies, and who reads it. */
export interface EdgePlace {
  readonly folder: string
  readonly socket: string
  /** nginx's master. */
  readonly pid: number
}

/** Adds a module to an edge and reloads it; shared memory stays as it is. */
export const openEdgeMemory = async ({ folder, socket, pid }: EdgePlace): Promise<EdgeMemory> => {
  writeFileSync(join(folder, 'bench.js'), MODULE)
  appendFileSync(
    join(folder, 'gatehouse-http.conf'),
    `js_import bench from "${folder}/bench.js";
server {
    listen unix:${socket};
    access_log off;
    location = /fill { js_content bench.fill; }
}
`,
  )
  const former = descendants(pid).map((it) => it.pid)
  process.kill(pid, 'SIGHUP')
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath: socket, path, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve(text))
      })
      asked.on('error', reject).end()
    })
  await until('the module', async () => (await get('/fill?from=0&to=0').catch(() => '')) !== '')
  // A worker that goes still takes connections and closes them.
  const isLeft = (): boolean => descendants(pid).some((it) => former.includes(it.pid))
  await until('the end of the former workers', () => !isLeft(), 30_000)
  return { fill: (from, to) => fillPages(get, from, to) }
}

/** Seconds of processor time a process has used. */
export const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
