import type { Contribution, Household } from '../../../detect/types.ts'
import type { Explanation } from './types.ts'

const isReason = (value: unknown): value is Contribution =>
  typeof value === 'object' && value !== null && 'explanation' in value && 'points' in value

const isHome = (value: unknown): value is Household =>
  typeof value === 'object' && value !== null && 'label' in value && 'networks' in value

/** The reasons of an assessment, the most telling first. */
export const reasonsOf = ({ contributions }: Explanation): Contribution[] =>
  Array.isArray(contributions) ? contributions.filter(isReason) : []

/** The homes of an assessment, the main one first. */
export const homesOf = ({ households }: Explanation): Household[] =>
  Array.isArray(households) ? households.filter(isHome) : []
