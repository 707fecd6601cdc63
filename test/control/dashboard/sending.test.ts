import { expect, test } from 'vitest'
import {
  sendingApart,
  sendingChanges,
  sendingIn,
} from '../../../control/dashboard/app/pages/destinations/sending.ts'

const before = {
  quiet_hours: { from: '22:00', to: '06:00' },
  digest: { every: 'hour' as const, at: '07:00', weekday: 'friday' as const },
  template: { title: '{{name}}' },
}

test('a form that is sent as it was shown changes nothing', () => {
  expect(sendingChanges({ ...sendingIn(before) }, before)).toEqual({})
  expect(sendingChanges({ ...sendingIn({}) }, {})).toEqual({})
})

test('what a form has no field for at the moment stays', () => {
  const { sending, rest } = sendingApart({ topic: 'x', quiet_from: '22:00', digest: 'hour' })
  expect(rest).toEqual({ topic: 'x' })
  expect(sendingChanges(sending, before)).toEqual({})
})

test('what is emptied is given up whole, and only what was changed is sent', () => {
  expect(
    sendingChanges({ ...sendingIn(before), quiet_from: '', quiet_to: '', digest: '' }, before),
  ).toEqual({ quiet_hours: null, digest: null })
  expect(sendingChanges({ template_title: ' ', template_text: 'a {{what}}' }, before)).toEqual({
    template: { text: 'a {{what}}' },
  })
})

test('half of the quiet hours goes to the API, which says what is missing', () => {
  expect(sendingChanges({ quiet_from: '23:00', quiet_to: '' }, {})).toEqual({
    quiet_hours: { from: '23:00' },
  })
})
