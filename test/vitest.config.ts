import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One project per speed: `unit` needs nothing, `server` starts real Redis, nginx, PostgreSQL and players. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['test/{domain,control,njs,repo,scripts,contract}/**/*.test.ts'],
          exclude: ['**/*.server.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: 'server',
          include: [
            'test/{edge,redis,players,e2e,browser}/**/*.test.ts',
            'test/**/*.server.test.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
