import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A zone that is not UTC: a local-time slip fails a test.
    env: { TZ: 'America/Los_Angeles' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000
  }
});
