import { defineConfig } from 'vitest/config';

/** A shop and a browser for each file; two at once is what two cores carry. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts', 'tests/e2e/support/build-app.ts'],
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    silent: 'passed-only',
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
