import { expect } from 'vitest'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import { adminOf } from './world.ts'

interface Refused {
  readonly reason: string
  readonly channel: string
}

/** Expects the refused openings of an account, and nothing else, in its history, the history's totals and the metrics. */
export async function expectRefusals(
  service: TestService,
  account: string,
  expected: Refused & Readonly<Record<string, string>>,
): Promise<void> {
  const admin = adminOf(service)
  const plays = async () =>
    (await admin.get<{ items: Refused[] }>(`/accounts/${account}/plays?limit=50`)).items
  await until('the refusal in history', async () => (await plays()).length > 0)
  for (const play of await plays()) expect(play).toMatchObject(expected)
  const path = `/history/accounts/${encodeURIComponent(`own:${account}`)}`
  const { days } = await admin.get<{ days: { plays: number; refusals: number }[] }>(path)
  expect(days.map((day) => day.plays)).toEqual(days.map(() => 0))
  expect(days.reduce((sum, day) => sum + day.refusals, 0)).toBe((await plays()).length)
  const metrics = await (await service.api('/metrics')).text()
  const counter = `gatehouse_edge_questions_total{question="open",outcome="${expected.reason}"} `
  expect(metrics.split(counter)[1]).toMatch(/^[1-9]/)
}
