import type { Page } from 'playwright-core'

/** Milliseconds from a deed, a script that runs in the page, to the picture after it. */
export const timeOf = async (page: Page, deed: string): Promise<number> =>
  await page.evaluate<number>(`new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(() => {
      const begun = performance.now()
      ${deed}
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun), 0))
    }, 0))
  })`)

/** The median; NaN of nothing. */
export const middle = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
