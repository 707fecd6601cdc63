import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { run } from '../../../control/runtime/exec.ts'

const isRoot = process.getuid?.() === 0

/** Starts a command where the only network is its own loopback; who is not root keeps its own name there. */
export const WITHOUT_NETWORK: readonly string[] = [
  'unshare',
  ...(isRoot ? [] : ['--map-current-user', '--keep-caps']),
  '--net',
  'bash',
  '-c',
  'ip link set lo up && exec "$0" "$@"',
]

/** Why commands cannot be started so here; null where they can. */
export const whyNoNamespace = (): string | null => {
  const [program, ...args] = [...WITHOUT_NETWORK, 'true'] as const
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

/** Runs a script of JavaScript where a process is, and answers what it printed. */
export const runBeside = async (pid: number, script: string): Promise<string> => {
  const user = isRoot ? [] : ['--user', '--preserve-credentials']
  const command = ['nsenter', '--target', String(pid), ...user, '--net']
  const { stdout, stderr, code } = await run([
    ...command,
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

/** What the kernel refused to send from where a process is, by any program there. */
export interface Refused {
  /** Packets to an address that no route leads to, over IPv4 and IPv6. */
  readonly unrouted: number
  /** Datagrams to a port of this machine where nobody listens, such as a name server's. */
  readonly unheard: number
}

/** The counters of RFC 4293 (`ipSystemStatsOutNoRoutes`) and RFC 4113 (`udpNoPorts`) as Linux shows them. */
export const refusedWhere = (pid: number): Refused => {
  const lines = readFileSync(`/proc/${pid}/net/snmp`, 'utf8').split('\n')
  const counter = (protocol: string, name: string): number => {
    const [names = '', values = ''] = lines.filter((line) => line.startsWith(`${protocol}: `))
    const at = names.split(' ').indexOf(name)
    if (at === -1) throw new Error(`the kernel has no counter ${protocol} ${name}`)
    return Number(values.split(' ')[at])
  }
  const six = readFileSync(`/proc/${pid}/net/snmp6`, 'utf8')
  const counter6 = (name: string) => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(six)?.[1])
  return {
    unrouted: counter('Ip', 'OutNoRoutes') + counter6('Ip6OutNoRoutes'),
    unheard: counter('Udp', 'NoPorts') + counter6('Udp6NoPorts'),
  }
}
