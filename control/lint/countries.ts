import type { LintPath, Report } from './finding.ts'

/** Assigned codes of ISO 3166-1, and XK, which geo files use for Kosovo. */
const ASSIGNED = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
  GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
  KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
  MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
  SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
  UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`.split(/\s+/),
)

/** Common mistakes, with the code that is probably meant. */
const MEANT: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB', EL: 'GR', YU: 'RS', SU: 'RU' }

/** Warns where a country code is unassigned: no viewer is ever located there. */
export const lintCountry = (code: string, path: LintPath, report: Report): void => {
  const upper = code.toUpperCase()
  if (ASSIGNED.has(upper)) return
  const meant = MEANT[upper]
  const isCode = /^[A-Z]{2}$/.test(upper)
  report(path, {
    severity: isCode ? 'warning' : 'error',
    check: isCode ? 'country-unknown' : 'rule-unreadable',
    message: `country \`${code}\` matches nobody: ${isCode ? 'no country has this code' : 'a code has two letters'}`,
    suggestion:
      meant === undefined
        ? 'write the ISO 3166-1 code, such as DE'
        : `write ${meant} where that is meant`,
  })
}
