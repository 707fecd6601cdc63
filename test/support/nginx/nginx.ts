import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { onTestFailed } from 'vitest'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../cleanup.ts'
import { type Child, startChild } from '../programs/child.ts'
import { freePort, until } from '../programs/port.ts'

/** A real nginx of the test's own. */
export interface TestNginx {
  /** `http://127.0.0.1:<port>` of the first port. */
  readonly url: string
  readonly port: number
  readonly ports: readonly number[]
  /** Its prefix: the files given, `error.log`, unix sockets. */
  readonly dir: string
  readonly pid: number
  readonly errorLog: () => string
  readonly readFile: (name: string) => Promise<string>
  readonly reload: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly kill9: () => Promise<void>
}

/** What to start: a whole configuration, or files with `nginx.conf` among them. */
export interface NginxOptions {
  /** The body of nginx.conf: everything but `load_module`, pid, temp paths and the error log when `wrap` is not false. */
  readonly conf?: string
  /** Files below the prefix by relative path. */
  readonly files?: Readonly<Record<string, string>>
  /** How many free ports `__PORT__`, `__PORT2__`, … stand for. */
  readonly ports?: number
  /** `false`: `conf` is the complete main file. */
  readonly wrap?: boolean
  readonly workers?: number
}

/**
 * Starts nginx with njs. In every file `__PORT__`, `__PORT2__`, … and `__DIR__` are filled in. With `wrap` (the default) `conf` holds what
 * goes inside `http {}`; njs runs on QuickJS and `js_path` is the prefix.
 */
export async function startNginx(options: NginxOptions): Promise<TestNginx> {
  const tool = await resolveTool('nginx')
  const folder = await tempDir()
  const ports: number[] = []
  for (let i = 0; i < (options.ports ?? 1); i++) ports.push(await freePort())
  const fill = (text: string) =>
    text
      .replaceAll('__DIR__', folder.path)
      .replace(/__PORT(\d*)__/g, (_, n: string) => String(ports[n === '' ? 0 : Number(n) - 1]))
  const files: Record<string, string> = { ...options.files }
  if (options.conf !== undefined) {
    files['nginx.conf'] =
      options.wrap === false ? options.conf : wrapped(options, tool.modules, folder.path)
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder.path, dirname(name)), { recursive: true })
    await writeFile(join(folder.path, name), fill(text))
  }
  if (process.getuid?.() === 0) await chown(folder.path, 65534, 65534)
  const argv = [...tool.argv, '-p', folder.path, '-c', 'nginx.conf', '-e', 'stderr']
  const child = startChild([...argv, '-g', 'daemon off;'])
  await until(`nginx on port ${ports[0]}`, async () => {
    if (child.exitCode() !== null) throw new Error(`nginx ended:\n${child.output()}`)
    // A connection kept from here would be closed by a reload just as the test asks over it.
    const asked = { redirect: 'manual', headers: { connection: 'close' } } as const
    return (await fetch(`http://127.0.0.1:${ports[0]}/`, asked).catch(() => null)) !== null
  })
  attachLog(child)
  return handle(child, folder, ports)
}

function handle(
  child: Child,
  folder: { path: string; remove(): Promise<void> },
  ports: number[],
): TestNginx {
  return {
    url: `http://127.0.0.1:${ports[0]}`,
    port: ports[0] ?? 0,
    ports,
    dir: folder.path,
    pid: child.pid,
    errorLog: () => child.output(),
    readFile: (name) => readFile(join(folder.path, name), 'utf8'),
    async reload() {
      const reloads = () => child.output().split('worker processes').length
      const before = reloads()
      child.process.kill('SIGHUP')
      await until('reload of nginx', () => reloads() > before)
    },
    async stop() {
      await child.stop('SIGTERM')
      await folder.remove()
    },
    kill9: () => child.stop('SIGKILL'),
  }
}

function wrapped(
  options: NginxOptions,
  modules: { js: string; geoip2: string | null } | undefined,
  dir: string,
): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module ${modules?.js};
worker_processes ${options.workers ?? 1}; pid ${dir}/nginx.pid; error_log stderr notice;
${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
events { worker_connections 1024; }
http {
  access_log off; js_engine qjs; js_path ${dir};
  ${temp.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
${options.conf}
}
`
}

/** When the running test fails, nginx's log is printed with it. */
function attachLog(child: Child): void {
  try {
    onTestFailed(() => void process.stderr.write(`nginx error log:\n${child.output()}\n`))
  } catch {
    // Started outside a test, in beforeAll for one: the caller prints `errorLog()` where it helps.
  }
}
