import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { showPage } from './page-list.ts'

/** WCAG 2.2 A and AA, and what axe calls best practice. */
const TAGS = [
  'wcag2a',
  'wcag2aa',
  'wcag21a',
  'wcag21aa',
  'wcag22a',
  'wcag22aa',
  'best-practice',
] as const

/** Rows beyond the first ones of a list are like those: looking at all of them takes minutes. */
const ALIKE = ['tbody tr', '.plain-list > li', '.finding-list > li', '.bars > li'].map((row) => [
  `${row}:nth-child(n+8)`,
])

/** What axe finds wrong on a page as it is shown: rule, and where. With `rules` those alone. */
export const faultsOf = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  if (await page.evaluate(`typeof axe === 'undefined'`)) await page.evaluate(axe.source)
  const run = `axe.run({ include: [['html']], exclude: ${JSON.stringify(ALIKE)} }, { runOnly: ${JSON.stringify(rules ?? TAGS)}, resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + (failureSummary ?? ''))))`
  return await page.evaluate<string[]>(run)
}

/** What axe finds wrong at the width of a phone: on pages with lists, in the palette, and in a question. */
export const faultsOnPhone = async (page: Page): Promise<string[]> => {
  await page.setViewportSize({ width: 390, height: 844 })
  const faults: string[] = []
  for (const hash of ['#/map', '#/findings', '#/groups', '#/now']) {
    await showPage(page, hash)
    faults.push(...(await faultsOf(page)))
  }
  await page.getByRole('button', { name: 'Go to…' }).click()
  await page.getByRole('dialog').getByRole('combobox').fill('n')
  faults.push(...(await faultsOf(page)))
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Ban' }).first().click()
  await page.getByRole('dialog').waitFor()
  return [...faults, ...(await faultsOf(page))]
}
