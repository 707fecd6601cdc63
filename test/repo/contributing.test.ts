import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../control/config/paths.ts'

const root = packageRoot()
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const readYaml = (name: string): unknown =>
  parse(read(name), { strict: true, uniqueKeys: true, logLevel: 'error' })

/** One question of an issue form, as GitHub reads it. */
interface Question {
  readonly type: string
  readonly id?: string
  readonly attributes: {
    readonly label?: string
    readonly value?: string
    readonly options?: readonly string[]
  }
}

interface Form {
  readonly name: string
  readonly description: string
  readonly body: readonly Question[]
}

interface Chooser {
  readonly blank_issues_enabled: boolean
  readonly contact_links: readonly {
    readonly name: string
    readonly url: string
    readonly about: string
  }[]
}

interface Step {
  readonly uses?: string
  readonly run?: string
}

interface Workflow {
  readonly on: object
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly container?: { readonly image: string }
        readonly permissions?: object
        readonly 'timeout-minutes'?: number
        readonly strategy?: { readonly matrix: { readonly include: readonly Machine[] } }
        readonly steps: readonly Step[]
      }
    >
  >
}

interface Machine {
  readonly node: number
  readonly debian: string
}

const templates = '.github/ISSUE_TEMPLATE'
const forms = readdirSync(join(root, templates)).filter((name) => name !== 'config.yml')
const workflow = readYaml('.github/workflows/checks.yml') as Workflow
const jobs = Object.values(workflow.jobs)

describe('issue forms', () => {
  test('a bug, a feature, a viewer who was wrongly refused; nothing without a form', () => {
    expect(forms.sort()).toEqual(['bug.yml', 'feature.yml', 'viewer-refused.yml'])
    const chooser = readYaml(`${templates}/config.yml`) as Chooser
    expect(chooser.blank_issues_enabled).toBe(false)
    for (const { name, url, about } of chooser.contact_links) {
      expect(name.length * about.length).toBeGreaterThan(0)
      expect(url).toMatch(/^https:\/\/docs\.github\.com\//)
    }
  })

  test.each(forms)('%s is one GitHub takes', (name) => {
    const form = readYaml(`${templates}/${name}`) as Form
    expect(form.name.length * form.description.length).toBeGreaterThan(0)
    const asked = form.body.filter(({ type }) => type !== 'markdown')
    expect(asked.length).toBeGreaterThan(0)
    const ids = asked.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { type, attributes, id } of form.body) {
      expect(['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']).toContain(type)
      if (type === 'markdown') expect(attributes.value).toBeTruthy()
      else expect(attributes.label).toBeTruthy()
      if (type !== 'markdown') expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
      const options = attributes.options ?? []
      if (type === 'dropdown') expect(options.length).toBeGreaterThan(1)
      expect(new Set(options).size).toBe(options.length)
    }
  })
})

describe('the workflow', () => {
  test('runs everything at each push and pull request, and may only read', () => {
    expect(Object.keys(workflow.on).sort()).toEqual(['pull_request', 'push'])
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(jobs.map(({ permissions }) => permissions)).toEqual(jobs.map(() => undefined))
    const runs = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    expect(runs).toContain('bash .ci/run')
    expect(jobs.every((job) => (job['timeout-minutes'] ?? 0) > 0)).toBe(true)
  })

  test('names actions by their major version', () => {
    const uses = jobs.flatMap(({ steps }) => steps.flatMap(({ uses: action }) => action ?? []))
    expect(uses.length).toBeGreaterThan(0)
    for (const action of uses) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/)
  })

  test('runs on the Debian releases and the oldest Node that docs/install.md asks for', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    const machines = jobs.flatMap(({ strategy }) => strategy?.matrix.include ?? [])
    expect(machines.map(({ debian }) => debian)).toEqual(['bookworm', 'trixie'])
    const oldest = Math.min(...machines.map(({ node }) => node))
    expect(engines.node.startsWith(`>=${oldest}.`)).toBe(true)
    expect(jobs[0]?.container?.image).toBe('node:${{ matrix.node }}-${{ matrix.debian }}')
    expect(read('docs/install.md')).toContain('Debian 12 or 13')
  })
})

test('who contributes finds the pages GitHub shows', () => {
  for (const name of ['CONTRIBUTING.md', 'SECURITY.md', 'pull_request_template.md'])
    expect(existsSync(join(root, '.github', name)), name).toBe(true)
})

test('no page names an address of a person', () => {
  for (const name of ['CONTRIBUTING.md', 'SECURITY.md'])
    expect(read(`.github/${name}`)).not.toMatch(/[\w.+-]+@[\w-]+\.[a-z]{2,}/)
})

test('editors indent as the formatter does', () => {
  const { formatter } = JSON.parse(read('.biome.json')) as {
    formatter: { indentStyle: string; indentWidth: number }
  }
  const [, everything = ''] = read('.editorconfig').split(/^\[\*\]$/m)
  const settings = everything.split(/^\[/m)[0] ?? ''
  expect(settings).toContain(`indent_style = ${formatter.indentStyle}\n`)
  expect(settings).toContain(`indent_size = ${formatter.indentWidth}\n`)
  expect(settings).toContain('end_of_line = lf\n')
  expect(settings).toContain('insert_final_newline = true\n')
})

test('CHANGELOG.md tells of the version in package.json, and of what comes after it', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  const headings = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  expect(headings[0]).toBe('[Unreleased]')
  expect(headings[1]).toMatch(new RegExp(`^\\[${version}\\] - \\d{4}-\\d\\d-\\d\\d$`))
})
