import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'

const Pages = createContext<ReadonlySet<string>>(new Set())

/** Tells what is inside which pages the person may open, by their ids. */
export const PagesThere = Pages.Provider

/** Whether the person may open a page of an address: `#/accounts/own%3A1`. */
export const useIsThere = (): ((href: string) => boolean) => {
  const pages = useContext(Pages)
  return (href) => pages.has(/^#\/([a-z]+)/.exec(href)?.[1] ?? '')
}

/** A link within the dashboard; for who may not open its page only what it says. */
export const PageLink = ({
  href,
  children,
}: {
  readonly href: string
  readonly children: ComponentChildren
}) => (useIsThere()(href) ? <a href={href}>{children}</a> : <>{children}</>)
