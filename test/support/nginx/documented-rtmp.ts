import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'

/** Addresses that stand for those of the documentation. */
export interface RtmpPlaces {
  /** Path of `ngx_rtmp_module.so`. */
  readonly module: string
  /** `host:port` of `hooks.listen`. */
  readonly hooks: string
  /** Port of RTMP. */
  readonly port: number
}

/** The configuration of nginx-rtmp as docs/authorization.md shows it, with updates each second; `more` goes into `http {}`. */
export const documentedRtmp = ({ module, hooks, port }: RtmpPlaces, more = ''): string => {
  const page = readFileSync(join(packageRoot(), 'docs/authorization.md'), 'utf8')
  const [, shown = ''] = /### nginx-rtmp[\s\S]*?```nginx\n([\s\S]*?)```/.exec(page) ?? []
  if (!shown.includes('on_update')) throw new Error('docs/authorization.md shows no nginx-rtmp')
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const folders = temps.map((name) => `${name}_temp_path __DIR__/${name};`).join(' ')
  return `load_module ${module};
pid __DIR__/nginx.pid; error_log stderr notice;
${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
events { worker_connections 256; }
${shown
  .replaceAll('127.0.0.1:8091', hooks)
  .replaceAll('127.0.0.1:8092', '127.0.0.1:__PORT2__')
  .replace('listen 1935;', `listen 127.0.0.1:${port};`)
  .replace('notify_update_timeout 10s;', 'notify_update_timeout 1s;')
  .replace('http {', `http {\n    access_log off;\n    ${folders}\n    ${more}`)}`
}
