import type { LintEdge, Report } from './finding.ts'

/** Warns where lists go on saying http though viewers are sent to HTTPS. */
export const lintHttps = (edge: LintEdge, report: Report): void => {
  const hasCertificate = edge.certificate_file !== null || edge.certificates.length > 0
  if (!hasCertificate || edge.plain === 'serve') return
  if (edge.public_url?.startsWith('http://') !== true) return
  report(['edge', 'public_url'], {
    severity: 'warning',
    check: 'plain-address',
    message: 'lists name an http address, from which every request is redirected to HTTPS',
    suggestion: `write \`${edge.public_url.replace('http:', 'https:')}\`, or \`plain: serve\``,
  })
}
