import { t } from '../text/text.ts'

/** Hours somebody may be banned for. */
const HOURS = [1, 24, 168, 720, 8_760]
const USUAL = 24

/** How long a ban lasts, in words. */
export const banText = (hours: number): string =>
  hours < 48
    ? t('account.ban.hours', { n: hours })
    : t('account.ban.days', { n: Math.round(hours / 24) })

/** How long a ban is to last. */
export const BanHours = ({ name, label }: { readonly name: string; readonly label?: string }) => (
  <select name={name} aria-label={label}>
    {HOURS.map((hours) => (
      <option key={hours} value={hours} selected={hours === USUAL}>
        {banText(hours)}
      </option>
    ))}
  </select>
)
