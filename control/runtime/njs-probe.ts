import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Absolute paths for `load_module`. */
export interface NginxModules {
  readonly js: string
  readonly geoip2: string | null
  readonly rtmp: string | null
}

/** njs 1.0.2: the first without the known faults of shared dictionaries and QuickJS contexts. */
const LEAST_NJS = 0x010002

/** Starts nginx for a moment and returns whether its njs is new enough and has QuickJS. */
export async function probeNjs(argv: readonly string[], modules: NginxModules): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-probe-'))
  const socket = join(home, 's')
  writeFileSync(
    join(home, 'probe.js'),
    'export default { v(r) { r.return(200, `${njs.engine} ${njs.version_number}`) } }\n',
  )
  writeFileSync(join(home, 'nginx.conf'), configuration(home, socket, modules))
  const [program = '', ...args] = argv
  const child = spawn(program, [...args, '-p', home, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: 'ignore',
  })
  const ended = once(child, 'exit').catch(() => undefined)
  try {
    const [engine, version] = (await ask(socket, child)).split(' ')
    return engine === 'QuickJS' && Number(version) >= LEAST_NJS
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(home, { recursive: true, force: true })
  }
}

function configuration(home: string, socket: string, modules: NginxModules): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module ${modules.js};
daemon off; master_process off; pid ${home}/pid; error_log stderr emerg;
events {}
http {
  access_log off; js_engine qjs; js_path ${home}; js_import probe.js;
  ${temp.map((name) => `${name}_temp_path ${home}/${name};`).join(' ')}
  server { listen unix:${socket}; location / { js_content probe.v; } }
}
`
}

async function ask(socketPath: string, child: { exitCode: number | null }): Promise<string> {
  for (let i = 0; i < 100 && child.exitCode === null; i++) {
    const answer = await get(socketPath)
    if (answer !== null) return answer
    await sleep(50)
  }
  return ''
}

function get(socketPath: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/', timeout: 2000 }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(body))
    })
    asked.on('error', () => resolve(null))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}
