import { Card, PageHead } from '../../components/parts.tsx'
import { hrefOf } from '../../data/route.ts'
import type { AuthState } from '../../data/types.ts'
import { t } from '../../text/text.ts'
import { BrowsersCard } from './browsers.tsx'
import { LookCard } from './look.tsx'
import { PasswordCard, SecondFactorCard } from './own-sign-in.tsx'
import { TokensCard } from './tokens.tsx'

/** One's own sign-in and browser; tokens and people for who may see them. */
export const SettingsPage = ({
  auth,
  may,
  changed,
}: {
  readonly auth: AuthState
  readonly may: (permission: string) => boolean
  readonly changed: (auth: AuthState) => void
}) => (
  <>
    <PageHead title={t('nav.settings')} />
    <div class="cards">
      <LookCard />
      <PasswordCard auth={auth} changed={changed} />
      <SecondFactorCard auth={auth} changed={changed} />
      <BrowsersCard isOwner={may('users:read')} />
      {may('api-tokens:read') && <TokensCard canAct={may('api-tokens:write')} />}
      {may('users:read') && (
        <Card title={t('people.title')}>
          <p class="dim">{t('people.roles')}</p>
          <a href={hrefOf(['people'])}>{t('nav.people')}</a>
        </Card>
      )}
    </div>
  </>
)
