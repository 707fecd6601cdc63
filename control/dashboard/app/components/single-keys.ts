import { useEffect, useState } from 'preact/hooks'

const STORED = 'gatehouse.single-keys'

/** Whether single keys do something in this browser: who speaks to it, or hits keys by chance, turns them off. */
const areOn = (): boolean => localStorage.getItem(STORED) !== 'off'

/** Whether single keys do something, and how that is changed. */
export const useSingleKeysChoice = (): [boolean, (isOn: boolean) => void] => {
  const [isOn, setOn] = useState(areOn)
  const set = (next: boolean) => {
    localStorage.setItem(STORED, next ? 'on' : 'off')
    setOn(next)
  }
  return [isOn, set]
}

/** Keys that do something by themselves; not while somebody types or a question is open. Returns whether they are on. */
export const useSingleKeys = (keys: Readonly<Record<string, () => void>>): boolean => {
  const isOn = areOn()
  useEffect(() => {
    if (!isOn) return undefined
    const pressed = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping =
        target instanceof HTMLElement &&
        target.matches('input:not([type=checkbox]), select, textarea, dialog *')
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      keys[event.key.toLowerCase()]?.()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
  return isOn
}
