import { PageLink } from './page-link.tsx'

/** One bar: what it stands for, its length, and the words beside it. */
export interface Bar {
  readonly key: string
  readonly label: string
  readonly value: number
  readonly text: string
  readonly href?: string
}

/** Rows with bars, the longest as long as the box. */
export const Bars = ({ bars }: { readonly bars: readonly Bar[] }) => {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  return (
    <ol class="bars">
      {bars.map(({ key, label, value, text, href }) => (
        <li key={key}>
          <span class="bar-label">
            {href === undefined ? label : <PageLink href={href}>{label}</PageLink>}
          </span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar" style={{ width: `${(100 * value) / most}%` }} />
          </span>
          <span class="bar-text">{text}</span>
        </li>
      ))}
    </ol>
  )
}

/** Values over time as columns; the whole is read as one picture. */
export const Columns = ({
  values,
  label,
}: {
  readonly values: readonly { readonly at: number; readonly value: number; readonly text: string }[]
  readonly label: string
}) => {
  const most = Math.max(1, ...values.map(({ value }) => value))
  const width = 100 / Math.max(1, values.length)
  return (
    <svg
      class="columns"
      viewBox="0 0 100 40"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map(({ at, value, text }, index) => {
        const height = (38 * value) / most
        return (
          <rect
            key={at}
            x={index * width + width * 0.1}
            y={40 - height}
            width={width * 0.8}
            height={height}
          >
            <title>{text}</title>
          </rect>
        )
      })}
    </svg>
  )
}
