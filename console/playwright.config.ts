import { defineConfig } from '@playwright/test';

/** Debian's Chromium against the real binary; each spec file has a server and a database of its own (`e2e/server.ts`). */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Once more on a machine that other work slows; the report says of which test that was.
  retries: 1,
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  reporter: [['list']],
  globalSetup: './e2e/prepare.ts',
  use: {
    viewport: { width: 1280, height: 720 },
    locale: 'ru-RU',
    timezoneId: 'Europe/Moscow',
    // Who asks for less motion gets none: nothing is looked at half faded.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
