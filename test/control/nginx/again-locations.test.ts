import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { slateOfReason } from '#domain/channels/slates'
import { AGAIN_ROUTES, GIVEN_AGAIN, REASON_ROUTES } from '#domain/doors/given-again'
import { OPENING_ROUTES } from '#domain/doors/opening-route'
import { statusFor } from '#domain/statuses'
import { renderNginx } from '../../../control/nginx/render.ts'
import { everyDirective, parseConf } from '../../support/nginx/nginx-conf.ts'
import { settings, templates } from '../../support/nginx/nginx-settings.ts'

const files = renderNginx(settings, templates)
const all = everyDirective(
  parseConf(files['nginx.conf'] ?? '', (path) => files[basename(path)] ?? ''),
)

test('every refusal that is given again has its location, with its status, reason and clip', () => {
  for (const { route, reason, language } of REASON_ROUTES) {
    const location = all.find(
      ({ name, args }) => name === 'location' && args.at(-1) === `/_gatehouse/${route}`,
    )
    const inside = everyDirective(location?.children ?? [])
    const named = (wanted: string) =>
      inside.filter(({ name }) => name === wanted).map(({ args }) => args)
    const reasons = named('add_header').filter(([name]) => name === 'X-Gatehouse-Reason')
    expect([...new Set(reasons.map(([, value]) => value))]).toEqual([reason])
    const statuses = language === null ? [String(statusFor(reason))] : ['206', '200']
    expect(named('return').map(([status]) => status)).toEqual(statuses)
    const word = slateOfReason(reason)
    for (const [, text] of named('return'))
      expect(text).toContain(language === null ? reason : `/s/slates/${language}/${word}.ts`)
  }
  expect(GIVEN_AGAIN.filter((reason) => slateOfReason(reason) !== null).length).toBeGreaterThan(10)
})

test('the pattern by which a route judged anew is taken takes every route', () => {
  const anew = all.find(
    ({ name, args }) => name === 'if' && args.join(' ').includes('$gh_opening_route_anew'),
  )
  const pattern = new RegExp(/\^\S+\$/.exec(anew?.args.join(' ') ?? '')?.[0] ?? '$^')
  expect([...OPENING_ROUTES, ...AGAIN_ROUTES].filter((it) => !pattern.test(it))).toEqual([])
})

test.each(['$gh_verdict', '$gh_segment'])('what is given again is never let in: %s', (verdict) => {
  const map = all.find(({ name, args }) => name === 'map' && args[0] === verdict)
  const routes = new Map(map?.children.map(({ name, args }) => [name, args[0]]))
  expect(AGAIN_ROUTES.filter((route) => routes.get(route) !== route)).toEqual([])
})
