/** Routes below `/api/v1` that answer a stranger; without a provider there is nothing at those of OpenID Connect. */
export const PUBLIC = [
  'GET /auth',
  'POST /auth/sign-in',
  'POST /auth/link',
  'POST /auth/sign-out',
  'GET /auth/oidc',
  'GET /auth/oidc/callback',
]

/** Every route below `/api/v1` that the API describes, its parameters filled in. */
export async function allRoutes(admin: string): Promise<{ method: string; path: string }[]> {
  const answer = await fetch(`${admin}/api/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> }
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace('/api/v1', '').replace(/\{[^}]+\}/g, 'x'),
      })),
    )
}
