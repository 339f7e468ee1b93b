import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test('a token that is issued here stands in the samples, which work', async ({ page, server, playwright }) => {
  await signIn(page, server, 'maria');
  await page.goto('/developers?dictionary=regions');
  const sample = page.getByRole('region', { name: 'Прочитать элементы через GraphQL' });
  await expect(sample).toContainText('regions(first: 3)');
  await expectAccessible(page);
  await picture(page, 'developers');
  await page.getByRole('button', { name: 'Выпустить токен' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Выпустить токен' }).click();
  const secret = (await page.getByRole('region', { name: 'Секрет токена' }).textContent()) ?? '';
  await page.getByRole('button', { name: 'Секрет сохранён' }).click();
  await expect(sample).toContainText(`Bearer ${secret}`);

  const body = /-d '(.*)'/.exec((await sample.textContent()) ?? '')?.[1] ?? '';
  const program = await playwright.request.newContext({
    extraHTTPHeaders: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
  });
  expect(await (await program.post(`${server.url}/graphql/data`, { data: body })).text()).toContain('"nodes"');
});

test('the explorer stands in the page, and schemas can be read and downloaded', async ({ page }) => {
  await page.goto('/developers?tab=explorer');
  await expect(page.frameLocator('iframe').locator('.graphiql-container')).toBeVisible();
  await picture(page, 'developers-explorer');
  await page.getByRole('tab', { name: 'Схемы' }).click();
  await expect(page.getByRole('region', { name: '/graphql/data/schema.graphql' })).toContainText('type Query');
  await expect(page.getByRole('link', { name: 'Скачать' })).toHaveAttribute('href', '/graphql/data/schema.graphql');
  await page.getByText('Файлы (OpenAPI)').click();
  await expect(page.getByRole('region', { name: '/openapi.json' })).toContainText('"openapi"');
  await page.getByRole('tab', { name: 'События' }).click();
  await expect(page.getByRole('link', { name: '/feed/schemas/item.changed.v1.json' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'developers-events');
});
