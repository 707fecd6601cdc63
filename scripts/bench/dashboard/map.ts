import type { Page } from 'playwright-core'
import { timeOf } from './time-of.ts'

const PLACES = 100_000
const ACCOUNTS = 5000
const STEPS = 20
const DAY = '2026-11-20'
const DAY_SEC = Date.parse(`${DAY}T00:00:00Z`) / 1000

/** A fraction of 1 that differs from number to number, the same each time. */
const fraction = (n: number): number => (Math.sin(n * 12.9898) * 43_758.5453) % 1

/** One play at each of so many places, all over the world and through the day, as `GET /history/map/plays` answers. */
const playsEverywhere = () => ({
  places: Array.from({ length: PLACES }, (_, n) => ({
    latitude: 60 * fraction(n + 1),
    longitude: 175 * fraction(n + 0.5),
    accuracyKm: 25,
    country: 'DE',
    city: `Place ${n}`,
  })),
  accounts: Array.from({ length: ACCOUNTS }, (_, n) => ({
    account: `own:a${n}`,
    accountName: `Viewer ${n}`,
  })),
  sources: ['edge:one'],
  groups: ['home'],
  plays: Array.from({ length: PLACES }, (_, n) => {
    const begin = DAY_SEC + Math.floor(86_400 * Math.abs(fraction(n + 0.3)))
    return [n, n % ACCOUNTS, 0, 0, 1, begin, begin + 5400]
  }),
  isWhole: true,
})

const CANVAS = `const canvas = document.querySelector('canvas.world')`

const pointer = (kind: string, x: number): string => `{
  ${CANVAS}
  canvas.setPointerCapture = () => undefined
  canvas.dispatchEvent(new PointerEvent('pointer${kind}', { clientX: ${x}, clientY: 300, pointerId: 1, bubbles: true }))
}`

const wheel = (delta: number): string => `{
  ${CANVAS}
  const at = canvas.getBoundingClientRect()
  canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: ${delta}, clientX: at.left + 500, clientY: at.top + 200, cancelable: true }))
}`

const slide = (part: number): string => `{
  const slider = document.querySelector('.day-clock input')
  slider.value = String(Number(slider.min) + ${part} * (slider.max - slider.min))
  slider.dispatchEvent(new Event('input', { bubbles: true }))
}`

/** Times from one step to its picture, on a map of 100,000 places, by what somebody does. The page is signed in, its processor slowed as before. */
export const measureMap = async (page: Page): Promise<Record<string, readonly number[]>> => {
  const body = JSON.stringify(playsEverywhere())
  await page.route('**/api/v1/history/map/plays*', (route) =>
    route.fulfill({ contentType: 'application/json', body }),
  )
  await page.evaluate(`location.hash = '#/map?day=${DAY}'`)
  await page.locator('canvas.world').waitFor({ timeout: 120_000 })
  const found: Record<string, number[]> = { closer: [], move: [], 'further away': [], slider: [] }
  const step = async (name: string, deed: string): Promise<void> => {
    found[name]?.push(await timeOf(page, deed))
  }
  await timeOf(page, wheel(-10))
  for (let n = 0; n < STEPS; n += 1) await step('closer', wheel(-25))
  await timeOf(page, pointer('down', 400))
  for (let n = 0; n < STEPS; n += 1) await step('move', pointer('move', 400 + 8 * n))
  await timeOf(page, pointer('up', 400 + 8 * STEPS))
  for (let n = 0; n < STEPS; n += 1) await step('further away', wheel(25))
  for (let n = 0; n < STEPS; n += 1) await step('slider', slide(n / STEPS))
  return found
}
