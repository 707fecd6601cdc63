import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { copyAuthorities } from '../../nginx/certificates/authorities.ts'
import { BUNDLE_FILE, nginxSettings } from '../../nginx/from-config.ts'
import { builtBundle, markOf, ownTemplates } from '../../nginx/release.ts'
import { renderIncludes, renderNginx } from '../../nginx/render.ts'
import { copySlates } from '../../nginx/slates.ts'
import { changesOfRunning, readHttpFile } from '../../supervise/nginx/running-zones.ts'
import { type GlobalOptions, loadedConfig, pathsOf, withGlobals } from '../common/context.ts'
import { print, warn } from '../common/output.ts'

interface Options extends GlobalOptions {
  readonly out: string
  readonly whole?: boolean
}

/** `gatehouse nginx`: the include files for an operator's own nginx. */
export const nginxCommand = (): Command =>
  withGlobals(new Command('nginx').description('write the include files for your own nginx'))
    .requiredOption('--out <folder>', 'folder to write to')
    .option('--whole', 'a complete nginx.conf beside them')
    .action(async (options: Options) => {
      const { config } = loadedConfig(options)
      const paths = pathsOf(options)
      const out = resolve(options.out)
      const machine = {
        modules: { js: 'modules/ngx_http_js_module.so', geoip2: null },
        user: null,
        errorLog: `${join(paths.logs, 'nginx-error.log')} warn`,
      }
      const rendered = nginxSettings(config, paths, machine)
      const mark = markOf(rendered, config)
      const settings = { ...rendered, mark, confDir: out, bundle: join(out, BUNDLE_FILE) }
      // nginx makes the last part of these paths itself, and no more than that.
      for (const folder of [settings.tempDir, settings.cacheDir, paths.run, paths.logs]) {
        mkdirSync(folder, { recursive: true })
      }
      const before = readHttpFile(out)
      const render = options.whole === true ? renderNginx : renderIncludes
      const files = render(settings, ownTemplates())
      for (const [name, text] of Object.entries({ ...files, [BUNDLE_FILE]: builtBundle() })) {
        const file = join(out, name)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text, { mode: 0o640 })
        print(file)
      }
      copyAuthorities(out)
      copySlates(out, config.edge.slates_folder, warn)
      print('')
      print(`In http {}:   include ${join(out, 'gatehouse-http.conf')};`)
      print(`In server {}: include ${join(out, 'gatehouse-server.conf')};`)
      const now = files['gatehouse-http.conf'] ?? ''
      const changes = await changesOfRunning(settings.sockets.push, { before, now })
      for (const { text } of changes) warn(text)
      // A script that reloads nginx next stops here.
      if (changes.some(({ effect }) => effect === 'refused')) process.exitCode = 1
    })
