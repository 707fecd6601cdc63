import type { ComponentChildren } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { isGranted } from '../../operators/roles.ts'
import { useKeptFocus } from './components/kept-focus.ts'
import { LanguageSelect, ThemeSelect } from './components/look.tsx'
import { PagesThere } from './components/page-link.tsx'
import { Palette } from './components/palette.tsx'
import { useAuth } from './components/use-auth.ts'
import { send } from './data/api.ts'
import { closeStream } from './data/live.ts'
import { chosenTheme, setTheme } from './data/look.ts'
import { hrefOf, useInSight, usePath } from './data/route.ts'
import type { AuthState } from './data/types.ts'
import { useConnection } from './offline/connection.ts'
import { AccountPage } from './pages/accounts/account.tsx'
import { Accounts } from './pages/accounts/accounts.tsx'
import { Audit } from './pages/audit.tsx'
import { Destinations } from './pages/destinations/destinations.tsx'
import { Findings } from './pages/findings/findings.tsx'
import { Groups } from './pages/groups/groups.tsx'
import { History } from './pages/history/history.tsx'
import { Imports } from './pages/imports.tsx'
import { Now } from './pages/now/now.tsx'
import { People } from './pages/people.tsx'
import { Servers } from './pages/servers.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { System } from './pages/system.tsx'
import { type Key, t } from './text/text.ts'

const ComponentsPage = lazy(async () => (await import('./pages/components.tsx')).ComponentsPage)
const RulesPage = lazy(async () => (await import('./pages/rules/rules.tsx')).RulesPage)
const SettingsPage = lazy(async () => (await import('./pages/settings/settings.tsx')).SettingsPage)
const SetupPage = lazy(async () => (await import('./pages/setup/setup.tsx')).SetupPage)
const MapPage = lazy(async () => (await import('./pages/map/map.tsx')).MapPage)

/** What a page is given. */
interface PageProps {
  readonly rest: readonly string[]
  readonly may: (permission: string) => boolean
  readonly auth: AuthState
  /** Takes a new state of who is signed in. */
  readonly changed: (auth: AuthState) => void
}

/** A page: its place in the address, its name, and what it takes to see it. */
interface Page {
  readonly id: string
  readonly title: Key
  readonly needs: string
  /** Only where the demo runs. */
  readonly isOfDemo?: boolean
  readonly show: (props: PageProps) => ComponentChildren
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  {
    id: 'now',
    title: 'nav.now',
    needs: 'sessions:read',
    show: ({ may }) => (
      <Now
        canAct={may('sessions:write')}
        maySeeCaps={may('accounts:read') && may('operations:read')}
      />
    ),
  },
  {
    id: 'map',
    title: 'nav.map',
    needs: 'history:read',
    show: ({ may }) => <MapPage maySeeFindings={may('findings:read')} />,
  },
  {
    id: 'accounts',
    title: 'nav.accounts',
    needs: 'accounts:read',
    show: ({ rest: [account], may }) =>
      account === undefined ? (
        <Accounts canAct={may('accounts:write')} />
      ) : (
        <AccountPage key={account} account={account} may={may} />
      ),
  },
  {
    id: 'findings',
    title: 'nav.findings',
    needs: 'findings:read',
    show: ({ may }) => <Findings canAct={may('findings:write')} />,
  },
  {
    id: 'rules',
    title: 'nav.rules',
    needs: 'rules:read',
    show: ({ may }) => <RulesPage canAct={may('rules:write')} />,
  },
  { id: 'history', title: 'nav.history', needs: 'history:read', show: () => <History /> },
  {
    id: 'groups',
    title: 'nav.groups',
    needs: 'operations:read',
    show: ({ may }) => <Groups may={may} />,
  },
  {
    id: 'servers',
    title: 'nav.servers',
    needs: 'media:read',
    show: ({ may }) => <Servers canAct={may('media:write')} />,
  },
  {
    id: 'destinations',
    title: 'nav.destinations',
    needs: 'destinations:read',
    show: ({ may }) => <Destinations canAct={may('destinations:write')} />,
  },
  {
    id: 'imports',
    title: 'nav.imports',
    needs: 'imports:read',
    show: ({ may }) => <Imports canAct={may('imports:write')} />,
  },
  {
    id: 'system',
    title: 'nav.system',
    needs: 'operations:read',
    show: ({ may }) => <System canAct={may('bans:write')} />,
  },
  { id: 'people', title: 'nav.people', needs: 'users:read', show: () => <People /> },
  { id: 'audit', title: 'nav.audit', needs: 'audit:read', show: () => <Audit /> },
  {
    id: 'setup',
    title: 'nav.setup',
    needs: 'operations:write',
    show: ({ may }) => <SetupPage canAdd={may('media:write')} />,
  },
  {
    id: 'components',
    title: 'components.title',
    needs: 'sessions:read',
    isOfDemo: true,
    show: () => <ComponentsPage />,
  },
  {
    id: 'settings',
    title: 'nav.settings',
    needs: 'sessions:read',
    show: ({ may, auth, changed }) => <SettingsPage auth={auth} may={may} changed={changed} />,
  },
]

setTheme(chosenTheme())

const Menu = ({ auth, leave }: { readonly auth: AuthState; readonly leave: () => void }) => (
  <div class="menu">
    <label class="wide">
      <span class="hidden">{t('menu.theme')}</span>
      <ThemeSelect />
    </label>
    <label class="wide">
      <span class="hidden">{t('menu.language')}</span>
      <LanguageSelect />
    </label>
    <a class="wide" href="api/docs">
      {t('menu.api')}
    </a>
    <button type="button" onClick={leave}>
      {t('menu.sign_out')} ({auth.user?.name})
    </button>
  </div>
)

const Frame = ({
  auth,
  leave,
  changed,
}: {
  readonly auth: AuthState
  readonly leave: () => void
  readonly changed: (auth: AuthState) => void
}) => {
  const path = usePath()
  const isOpen = useConnection()
  const may = (permission: string) => isGranted(auth.permissions, permission)
  const pages = PAGES.filter(
    ({ needs, isOfDemo }) => may(needs) && (isOfDemo !== true || auth.demo),
  )
  const there = pages.map(({ id }) => id).join()
  const ids = useMemo(() => new Set(there.split(',')), [there])
  const page = pages.find(({ id }) => id === (path[0] ?? 'now')) ?? pages[0]
  useEffect(() => {
    document.title = page === undefined ? t('app.name') : `${t(page.title)} · ${t('app.name')}`
  }, [page])
  const list = useInSight(page?.id)
  const content = useRef<HTMLElement>(null)
  useKeptFocus(content, path.join('/'))
  return (
    <div class="frame">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('content')?.focus()
        }}
      >
        {t('app.skip')}
      </a>
      <nav aria-label={t('nav.label')}>
        <strong class="brand">{t('app.name')}</strong>
        <Palette
          pages={pages.map(({ id, title }) => ({ id, title: t(title), href: hrefOf([id]) }))}
          hasAccounts={may('accounts:read')}
        />
        <ul ref={list}>
          {pages.map(({ id, title }) => (
            <li key={id}>
              <a href={hrefOf([id])} aria-current={id === page?.id ? 'page' : undefined}>
                {t(title)}
              </a>
            </li>
          ))}
        </ul>
        <Menu auth={auth} leave={leave} />
      </nav>
      <main ref={content} id="content" tabIndex={-1}>
        {!isOpen && (
          <p class="state error" role="status">
            {t('app.offline')}
          </p>
        )}
        <Suspense fallback={<p class="state loading">{t('state.loading')}</p>}>
          <PagesThere value={ids}>
            {page?.show({ rest: path.slice(1), may, auth, changed })}
          </PagesThere>
        </Suspense>
      </main>
    </div>
  )
}

/** The whole dashboard: signing in, then the frame with its pages. */
export const Shell = () => {
  const { auth, error, read, enter } = useAuth()
  const leave = () => {
    closeStream()
    send('POST', '/auth/sign-out').then(read, read)
  }
  if (error !== null && auth === null) {
    return (
      <main class="alone">
        <p class="state error">{error}</p>
        <button type="button" onClick={read}>
          {t('state.again')}
        </button>
      </main>
    )
  }
  if (auth === null) return <p class="state loading">{t('state.loading')}</p>
  if (auth.user === null) {
    return (
      <main class="alone">
        <SignIn auth={auth} done={enter} />
      </main>
    )
  }
  return <Frame auth={auth} leave={leave} changed={enter} />
}
