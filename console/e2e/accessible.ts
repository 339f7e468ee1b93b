import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Holds a page to every rule of axe, contrast included, in the light and in the dark theme. */
export async function expectAccessible(page: Page): Promise<void> {
  // A hint that follows the mouse is no part of the page.
  await page.mouse.move(0, 0);
  for (const scheme of ['light', 'dark'] as const) {
    await page.evaluate((wanted) => document.documentElement.setAttribute('data-mantine-color-scheme', wanted), scheme);
    await page.waitForTimeout(250);
    // Nothing is looked at half faded; what turns for ever is not waited for.
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().iterations === Infinity),
    );
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(
      ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => `${node.html}\n  ${node.failureSummary}`).join('\n  ')}`,
    );
    expect(told, `axe in the ${scheme} theme`).toEqual([]);
  }
  await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'light'));
}
