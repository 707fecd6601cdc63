import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unpackedArgv, versionOf } from '../../../control/runtime/program.ts'
import { runtimeFolder } from '../../../control/runtime/root.ts'
import type { ToolSource } from '../../../control/runtime/tools.ts'
import { unpacked } from '../../../control/runtime/unpack.ts'
import { type Child, startChild } from '../../../test/support/programs/child.ts'
import { freePort, until } from '../../../test/support/programs/port.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { LUA_PASS } from '../sessions/passes.ts'
import { FILTERS } from './reference.ts'

/** Debian's own nginx with OpenResty's Lua module, unpacked beside everything else. */
const SOURCE: ToolSource = {
  bundle: 'nginx-lua',
  suite: 'machine',
  packages: ['nginx', 'libnginx-mod-http-lua'],
  program: 'usr/sbin/nginx',
  system: [],
  versionArgs: ['-v'],
}

/** A running nginx with the same check in Lua. */
export interface LuaEdge {
  readonly port: number
  readonly pid: number
  readonly version: string
  stop(): Promise<void>
}

const check = `
  local ffi = require "ffi"
  local digest = ffi.new("unsigned char[32]")
  local var, key = ngx.var, nil
  local text = var.pass .. "/" .. var.channel
  ffi.C.SHA256(text, #text, digest)
  key = string.sub(require("ngx.base64").encode_base64url(ffi.string(digest, 32)), 1, 16)
  local leases, now, address = ngx.shared.leases, ngx.time(), var.binary_remote_addr
  local lease = leases:get(key)
  -- A session without a lease gets one: control's answer is not part of this measurement.
  if not lease or string.sub(lease, 1, #address) ~= address or now - tonumber(string.sub(lease, #address + 1)) >= 2 then
    leases:set(key, address .. now, 60)
  end
  var.key = key
  var.path = "/hls/" .. var.channel .. "/" .. var.rest
`

/** Loads leases by the same check's own rule; `make` is Lua that names the pass of session `n`. */
const fill = (make: string): string => `
  local ffi, b64 = require "ffi", require "ngx.base64"
  local digest, leases = ffi.new("unsigned char[32]"), ngx.shared.leases
  local args, address, now = ngx.req.get_uri_args(), ngx.var.binary_remote_addr, ngx.time()
  for n = tonumber(args.from), tonumber(args.to) - 1 do
    local text = ${make} .. "/ch1"
    ffi.C.SHA256(text, #text, digest)
    local key = string.sub(b64.encode_base64url(ffi.string(digest, 32)), 1, 16)
    leases:set(key, address .. now, 3600)
  end
  ngx.say(leases:free_space())
`

const conf = (root: string, dir: string, port: number, origin: number): string => `
load_module ${root}/usr/lib/nginx/modules/ndk_http_module.so;
load_module ${root}/usr/lib/nginx/modules/ngx_http_lua_module.so;
worker_processes 1; pid ${dir}/nginx.pid; daemon off;
${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
events { worker_connections 1024; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((it) => `${it}_temp_path ${dir}/${it};`).join(' ')}
  lua_package_path "${root}/usr/share/lua/5.1/?.lua;;";
  lua_package_cpath "${root}/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;;";
  lua_shared_dict leases 64m;
  init_by_lua_block { local ffi = require "ffi"; ffi.cdef "unsigned char *SHA256(const char *d, size_t n, unsigned char *md);" }
  log_format line '$key $bytes_sent $request_time $channel';
  upstream origin { server 127.0.0.1:${origin}; keepalive 64; }
  keepalive_requests 1000000; proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_max_temp_file_size 0;
  tcp_nopush on; sendfile on;
  server {
    listen 127.0.0.1:${port};
    # As the others: a line for the operator, and as the gate: one for the traffic.
    access_log ${dir}/access.log combined buffer=64k flush=1s;
    access_log ${dir}/traffic.log line buffer=64k flush=1s;
    location = /fill { access_log off; content_by_lua_block { ${fill(LUA_PASS)} } }
    location ~ "^/s/(?<pass>[A-Za-z0-9_-]{64,1400})/(?<channel>[A-Za-z0-9_.-]{1,64})/(?<rest>[^\\x00-\\x1f\\x7f]*\\.m3u8?)$" {
      set $key ""; set $path ""; set $session_path /s/$pass/$channel;
      set $origin http://127.0.0.1:${origin}; set $manifest_dir /hls/$channel/;
      rewrite_by_lua_block { ${check} }
      proxy_pass http://origin$path; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Accept-Encoding "";
      sub_filter_types *; sub_filter_once off;
      include ${dir}/filters.conf;
    }
    location ~ "^/s/(?<pass>[A-Za-z0-9_-]{64,1400})/(?<channel>[A-Za-z0-9_.-]{1,64})/(?<rest>[^\\x00-\\x1f\\x7f]*)$" {
      set $key ""; set $path "";
      rewrite_by_lua_block { ${check} }
      proxy_pass http://origin$path; proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
}
`

/** Starts it; returns a sentence where the machine has no nginx with Lua. */
export const startLua = async (origin: number): Promise<LuaEdge | string> => {
  try {
    const root = await unpacked(runtimeFolder(), SOURCE, (line) =>
      process.stderr.write(`${line}\n`),
    )
    const argv = unpackedArgv(root, SOURCE)
    const version = argv === null ? null : await versionOf(argv, SOURCE)
    if (argv === null || version === null) return 'the unpacked nginx does not run here'
    const folder = await tempDir()
    const port = await freePort()
    await chmod(folder.path, 0o777)
    await writeFile(join(folder.path, 'filters.conf'), FILTERS)
    await writeFile(join(folder.path, 'nginx.conf'), conf(root, folder.path, port, origin))
    const child: Child = startChild([
      ...argv,
      '-p',
      folder.path,
      '-c',
      'nginx.conf',
      '-e',
      'stderr',
    ])
    await until('nginx with Lua', async () => {
      if (child.exitCode() !== null) throw new Error(child.output().trim().slice(-300))
      return (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null
    })
    const stop = async (): Promise<void> => {
      await child.stop()
      await folder.remove()
    }
    return { port, pid: child.pid, version, stop }
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem)
  }
}
