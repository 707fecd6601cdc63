/** What is said of settings that are valid but probably mistakes, in English, by its code. */
export const LINT_TEXTS = {
  no_group: 'there is no group {name}',
  no_account: 'there is no account {name}',
  no_steps: 'it has no steps, so it only records',
  milder: 'a later step is milder than an earlier one',
  same_finding: 'two steps begin at the same finding; the last one wins',
  sudden: 'it ends or bans at the first finding, without a word before',
  weak: '{kind} alone is weak evidence; travellers, VPNs and families set it off. Let it notify',
  no_cool_down: 'with almost no cool-down every session notifies again',
  long_cool_down:
    'the cool-down is longer than the escalation time, so later steps are never reached',
  slow: 'trains and short flights are faster than this speed',
  near: 'below 50 km the geo database is not exact enough',
  same_device: 'one device that changes its VPN will set it off',
  hand_over: 'hand-overs from one device to the next set it off',
  few_networks: 'a phone that leaves the house has two networks already',
  long_window: 'over weeks, lines with a new address each day set it off',
  one_stream: 'two people of one household set it off',
  allows_none: 'it allows no country at all',
  blocks_none: 'it blocks no country',
  short_window: 'less than two weeks do not show households',
  days_beyond: 'the window is shorter than its days',
  burst_fills: 'the burst fills the window, so nothing before it says who is a stranger',
  vpn: 'a VPN is not sharing; let it observe',
} as const

/** Code of a warning. */
export type LintCode = keyof typeof LINT_TEXTS
