import { useEffect, useRef, useState } from 'preact/hooks'
import { get } from '../data/api.ts'
import { hrefOf } from '../data/route.ts'
import { t } from '../text/text.ts'

/** A place the palette leads to. */
export interface Command {
  readonly id: string
  readonly title: string
  readonly href: string
}

/** Until what is typed is looked for among the accounts. */
const PAUSE_MS = 150
const ACCOUNTS = 8

/** Accounts whose name holds a text. */
const useAccounts = (text: string, isOn: boolean): readonly Command[] => {
  const [found, setFound] = useState<readonly Command[]>([])
  useEffect(() => {
    setFound([])
    if (!isOn || text.length < 2) return undefined
    const abort = new AbortController()
    const timer = setTimeout(() => {
      get(`/accounts?limit=${ACCOUNTS}&name=${encodeURIComponent(text)}`, abort.signal).then(
        ({ items }) =>
          setFound(
            items.map(({ id, name }) => {
              const account = `own:${id}`
              return { id: account, title: name, href: hrefOf(['accounts', account]) }
            }),
          ),
        () => undefined,
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, isOn])
  return found
}

/** Ctrl+K, or Command+K, opens it from anywhere. */
const useOpening = (open: () => void) => {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      open()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
}

/** Pages and accounts by a few letters of their name, by keyboard alone (the ARIA pattern of a combobox). */
export const Palette = ({
  pages,
  hasAccounts,
}: {
  readonly pages: readonly Command[]
  readonly hasAccounts: boolean
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const open = () => {
    setText('')
    setAt(0)
    dialog.current?.showModal()
  }
  useOpening(open)
  const wanted = text.trim().toLowerCase()
  const accounts = useAccounts(wanted, hasAccounts)
  const list = [...pages.filter(({ title }) => title.toLowerCase().includes(wanted)), ...accounts]
  const go = (command: Command | undefined) => {
    if (command === undefined) return
    dialog.current?.close()
    location.hash = command.href
  }
  const steps: Readonly<Record<string, () => void>> = {
    ArrowDown: () => setAt(Math.min(list.length - 1, at + 1)),
    ArrowUp: () => setAt(Math.max(0, at - 1)),
    Enter: () => go(list[at]),
    // A search field would only become empty.
    Escape: () => dialog.current?.close(),
  }
  return (
    <>
      <button
        type="button"
        class="palette-button"
        title={t('palette.label')}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={open}
      >
        {t('palette.go')} <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <dialog ref={dialog} class="palette" aria-label={t('palette.label')}>
        <input
          type="search"
          role="combobox"
          autofocus
          aria-label={t('palette.label')}
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={list[at] === undefined ? undefined : `palette-${at}`}
          placeholder={t('palette.hint')}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            const step = steps[event.key]
            if (step === undefined) return
            event.preventDefault()
            step()
          }}
        />
        <ul id="palette-list" role="listbox" aria-label={t('palette.label')}>
          {list.map((command, n) => (
            <li
              key={command.id}
              id={`palette-${n}`}
              role="option"
              aria-selected={n === at}
              onClick={() => go(command)}
            >
              {command.title}
            </li>
          ))}
        </ul>
        {list.length === 0 && <p class="state">{t('state.empty')}</p>}
      </dialog>
    </>
  )
}
