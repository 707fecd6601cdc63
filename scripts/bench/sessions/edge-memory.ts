import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { until } from '../../../test/support/port.ts'
import { nginxOf } from '../../../test/support/processes.ts'
import type { TestService } from '../../../test/support/service.ts'

/** Name of the n-th loaded session: what a lease is kept under, 16 characters. */
export const keyOf = (n: number): string => `bench${String(n).padStart(11, '0')}`

const MODULE = `const key = (n) => 'bench' + String(n).padStart(11, '0')
const fill = (r) => {
  const from = Number(r.args.from)
  const to = Number(r.args.to)
  const value = 3325256704 * 2097152 + (Math.floor(Date.now() / 1000) % 2097152)
  for (let n = from; n < to; n += 1) ngx.shared.gh_leases.set(key(n), value, 3600000)
  r.return(200, String(ngx.shared.gh_leases.freeSpace()))
}
const free = (r) => r.return(200, String(ngx.shared.gh_leases.freeSpace()))
export default { fill, free }
`

const PAGE = 5_000

/** Leases in a running edge's own shared memory, loaded by a module beside ours. */
export interface EdgeMemory {
  /** Free bytes of the zone of leases. */
  free(): Promise<number>
  /** Writes the leases of sessions `from` to `to`. */
  fill(from: number, to: number): Promise<void>
}

/** Adds the module to a service's nginx and reloads it; shared memory stays as it is. */
export const openEdgeMemory = async (service: TestService): Promise<EdgeMemory> => {
  const folder = join(service.state, 'nginx')
  const socket = join(service.state, 'run/bench.sock')
  writeFileSync(join(folder, 'bench.js'), MODULE)
  appendFileSync(
    join(folder, 'gatehouse-http.conf'),
    `js_import bench from "${folder}/bench.js";
server {
    listen unix:${socket};
    access_log off;
    location = /fill { js_content bench.fill; }
    location = /free { js_content bench.free; }
}
`,
  )
  process.kill(nginxOf(service), 'SIGHUP')
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath: socket, path, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve(text))
      })
      asked.on('error', reject).end()
    })
  await until('the module', async () => (await get('/free').catch(() => '')) !== '')
  return {
    free: async () => Number(await get('/free')),
    fill: async (from, to) => {
      for (let at = from; at < to; at += PAGE) {
        await get(`/fill?from=${at}&to=${Math.min(to, at + PAGE)}`)
      }
    },
  }
}

/** Seconds of processor time a process has used. */
export const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
