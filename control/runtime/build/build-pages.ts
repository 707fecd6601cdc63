import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build as bundle } from 'esbuild'
import { packageRoot } from '../../config/paths.ts'
import { Failure } from '../failure.ts'
import { compressedNames, writeCompressed } from './compress.ts'

const page = (script: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Gatehouse</title>
<meta name="theme-color" content="#1257b8">
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="assets/icon-192.png">
<link rel="manifest" href="app.webmanifest">
<link rel="stylesheet" href="assets/${style}">
<script type="module" src="assets/${script}"></script>
</head>
<body><div id="root"></div></body>
</html>
`

const INDEX = 'index.html'
const ICONS = ['icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable.png']

const TARGET = ['es2022', 'chrome123', 'firefox120', 'safari17.5']

/** What keeps the files for use without a connection; it knows their names, and so is another one for each version. */
const buildWorker = async (entry: string, outfile: string, names: string[]): Promise<void> => {
  await bundle({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: TARGET,
    minify: true,
    tsconfigRaw: {},
    define: { ASSETS: JSON.stringify(names.toSorted()) },
    logLevel: 'silent',
  })
}

/**
 * Bundles the dashboard into a folder: one page, its script and style, and what is loaded when it is needed. Names change with what is in the files, so
 * that browsers may keep them. Throws a `Failure` where the build fails.
 */
export async function buildPages(folder: string): Promise<void> {
  const app = join(packageRoot(), 'control/dashboard/app')
  const assets = join(folder, 'assets')
  const { outputFiles } = await bundle({
    entryPoints: [join(app, 'main.tsx')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: TARGET,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: assets,
    legalComments: 'none',
    tsconfigRaw: {},
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'silent',
  }).catch((error: unknown) => {
    const lines = error instanceof Error ? error.message : String(error)
    throw new Failure(
      `The dashboard could not be built: ${lines.split('\n').slice(0, 3).join(' ')}`,
    )
  })
  mkdirSync(assets, { recursive: true })
  for (const { path, contents } of outputFiles) writeFileSync(path, contents)
  for (const icon of ICONS) copyFileSync(join(app, 'icons', icon), join(assets, icon))
  copyFileSync(join(app, 'app.webmanifest'), join(folder, 'app.webmanifest'))
  const names = [...outputFiles.map(({ path }) => basename(path)), ...ICONS]
  await buildWorker(join(app, 'offline/worker.ts'), join(folder, 'worker.js'), names)
  const nameOf = (pattern: RegExp) => names.find((name) => pattern.test(name)) ?? ''
  const index = page(nameOf(/^main-.*\.js$/), nameOf(/^main-.*\.css$/))
  const files = [...names.map((name) => join(assets, name)), join(folder, 'app.webmanifest')]
  await writeCompressed(
    [...files, join(folder, 'worker.js')],
    (path) => !ICONS.includes(basename(path)) && dirname(path) === assets,
  )
  // The page last: a running instance serves the old files until it names the new ones.
  writeFileSync(join(folder, INDEX), index)
  await writeCompressed([join(folder, INDEX)], () => false)
  const kept = new Set([...names, ...names.flatMap(compressedNames)])
  for (const old of readdirSync(assets)) {
    if (!kept.has(old)) rmSync(join(assets, old))
  }
}
