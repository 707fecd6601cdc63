import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** What had the focus last, and where it stood. */
interface Held {
  readonly control: HTMLElement
  readonly list: Element | null
  readonly at: number
}

/** A line of a list that somebody is in. */
const LINES = 'tr, li'

const heldBy = (control: HTMLElement): Held => {
  const line = control.closest(LINES)
  const list = line?.parentElement ?? null
  return { control, list, at: line === null ? -1 : [...(list?.children ?? [])].indexOf(line) }
}

/** The line that took the place of one that is gone, else the last of the list. */
const lineAfter = ({ list, at }: Held): Element | undefined => {
  if (list === null || !list.isConnected) return undefined
  const lines = [...list.children].filter((line) => line.matches(LINES) && !line.ariaHidden)
  return lines[Math.min(at, lines.length - 1)]
}

/**
 * Where the focus goes when what had it is taken away: to the line in the place of one that ended, else to the page. The browser would leave it
 * nowhere, and who uses a keyboard or listens would begin at the top.
 */
export const useKeptFocus = (page: RefObject<HTMLElement>, path: string): void => {
  useEffect(() => {
    const { current } = page
    if (current === null) return undefined
    let held: Held | null = null
    const seen = ({ target }: FocusEvent) => {
      const isHeld = target instanceof HTMLElement && target.closest('dialog') === null
      if (isHeld) held = heldBy(target)
    }
    const keep = () => {
      if (held === null || held.control.isConnected || document.activeElement !== document.body)
        return
      const line = lineAfter(held)
      const next = line instanceof HTMLElement ? line : current
      next.tabIndex = -1
      next.focus({ preventScroll: true })
    }
    const watch = new MutationObserver(keep)
    current.addEventListener('focusin', seen)
    current.addEventListener('close', keep, true)
    watch.observe(current, { childList: true, subtree: true })
    return () => {
      watch.disconnect()
      current.removeEventListener('focusin', seen)
      current.removeEventListener('close', keep, true)
    }
  }, [])
  useEffect(() => {
    if (document.activeElement === document.body) page.current?.focus({ preventScroll: true })
  }, [path])
}
