import type { Explanation } from './explanation.ts'

const capText = ({ cap }: Explanation): string[] => {
  if (cap === null) return []
  const streams = cap.maxStreams === 0 ? 'any number of streams' : `${cap.maxStreams} stream(s)`
  const networks = cap.maxNetworks === 0 ? '' : ` from ${cap.maxNetworks} network(s)`
  return [`cap       ${streams}${networks}, ${cap.limitation}`]
}

/** An explanation as text; the deciding step is marked. */
export const explainText = (explained: Explanation): string => {
  const { address, country, channel, group, verdict, reason, decidedBy, account } = explained
  const word = verdict === 'depends' ? 'DEPENDS' : verdict.toUpperCase()
  return [
    `${word}${reason === null ? '' : ` (${reason})`}: ${decidedBy}`,
    `viewer    ${address}, country ${country ?? 'unknown'}${account === null ? '' : `, ${account}`}`,
    `channel   ${channel}, group ${group ?? 'none'}`,
    ...capText(explained),
    ...explained.steps.map(
      ({ stage, subject, result, isDeciding }) =>
        `${isDeciding ? '>' : ' '} ${stage.padEnd(8)}${subject}: ${result}`,
    ),
  ].join('\n')
}
