import { readJson } from '#domain/read-json'
import type { StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { nginxOf } from '../../config/schema/which-edge.ts'
import { nginxSettings } from '../../nginx/from-config.ts'
import { filesComplaint, markOf, SOME_MACHINE } from '../../nginx/release.ts'
import { say } from '../../sentences/sentences.ts'
import { httpGet } from '../processes/probe.ts'

const isEdge = (told: unknown): told is object =>
  typeof told === 'object' && told !== null && 'njs' in told

const textOf = (told: object, name: string): string => {
  const value: unknown = Object.entries(told).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : ''
}

/** What is wrong with the files that the operator's own nginx on this machine runs with, as a sentence; `null` = nothing, or no edge answers. */
export const complaintOfOwnNginx = async (
  config: Config,
  paths: StatePaths,
): Promise<string | null> => {
  if (nginxOf(config) !== 'external') return null
  const answer = await httpGet({ socketPath: paths.innerSocket, path: '/health' })
  const told = answer === null ? null : readJson(answer.body, isEdge)
  if (told === null) return null
  const mark = { release: textOf(told, 'release'), files: textOf(told, 'files') }
  const ours = markOf(nginxSettings(config, paths, SOME_MACHINE), config)
  const what = filesComplaint(mark, ours)
  return what === null ? null : say('about', { name: config.edge.id, what })
}
