import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { packageRoot } from '../../control/config/paths.ts'

/** A Markdown file of the project, by its path from the top. */
export interface Page {
  readonly name: string
  readonly text: string
}

const root = packageRoot()

/** Every Markdown file that git keeps. */
export const pages: readonly Page[] = execFileSync('git', ['ls-files', '-z', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((name) => name !== '' && existsSync(join(root, name)))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }))

const withoutCode = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '')

/** The anchors GitHub gives a text's headings: lower case, blanks as dashes, punctuation left out, repeats numbered. */
export const headingAnchors = (text: string): ReadonlySet<string> => {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const base = shown.replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-')
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    anchors.add(count === 0 ? base : `${base}-${count}`)
  }
  return anchors
}

const isDead = (from: string, target: string): boolean => {
  const [path = '', anchor] = target.split('#')
  const name = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path)))
  if (name.startsWith('..') || !existsSync(join(root, name))) return true
  if (anchor === undefined) return false
  return !headingAnchors(readFileSync(join(root, name), 'utf8')).has(decodeURIComponent(anchor))
}

/** Links of a page, outside code, that lead to no file of the project or to no heading of it. */
export const deadLinks = ({ name, text }: Page): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target) && isDead(name, target))

/** Names after `npm run` that package.json does not know. */
export const unknownScripts = ({ text }: Page): string[] => {
  const file: { scripts: object } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return [...text.matchAll(/\bnpm run (?:-s )?([a-z][a-z0-9:-]*)/g)]
    .map(([, script = '']) => script)
    .filter((script) => !(script in file.scripts))
}

const REPO_PATH =
  /^(?:\.\/)?((?:njs|control|nginx|scripts|test|docs|findings|\.ci|\.github)\/[\w./-]*)(?::\d+)?$/

/** Paths of the project named in backquotes, or begun with in a line of a code block, that do not exist. */
export const missingPaths = ({ text }: Page): string[] => {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/\s+/))
  const typed = [...text.matchAll(/^ *((?:bash )?\.\/scripts\/\S+)/gm)].map(([, path = '']) => path)
  return [...quoted, ...typed]
    .flatMap((word) => REPO_PATH.exec(word)?.[1] ?? [])
    .filter((path) => !existsSync(join(root, path)))
}

/** The YAML a page shows, in its order, without the indentation of a list it stands in. */
export const yamlBlocks = ({ text }: Page): string[] =>
  [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
