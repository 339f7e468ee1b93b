import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'maria');
});

test('the grid of offices is searched, filtered, ordered and opened, and the address says how', async ({ page }) => {
  await page.goto('/dictionaries/offices');
  await expect(page.getByTestId('as-of')).toContainText('по последней публикации');
  await expect(page.getByRole('gridcell', { name: /прокуратура/i }).first()).toBeVisible();
  await picture(page, 'dictionary');
  await expectAccessible(page);

  await page.getByLabel('Искать в справочнике').fill('прокурат барнаул');
  await expect(page).toHaveURL(/q=/);
  await expect(page.getByRole('gridcell', { name: /Барнаул/ }).first()).toBeVisible();
  await picture(page, 'dictionary-search');

  await page
    .getByRole('gridcell', { name: /Барнаул/ })
    .first()
    .dblclick();
  await expect(page).toHaveURL(/\/dictionaries\/offices\/items\/\d+/);
});

test('the date and the publication rule the whole page', async ({ page }) => {
  await page.goto('/dictionaries/offices?on=2020-01-01&at=1');
  await expect(page.getByTestId('as-of')).toHaveText('По состоянию на 01.01.2020, как было известно по публикации № 1');
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await picture(page, 'dictionary-past');
  await page.getByRole('button', { name: 'Вернуться к текущему' }).click();
  await expect(page).not.toHaveURL(/on=/);
});

test('a filter by what an office refers to, the tree, the passport and the editions', async ({ page }) => {
  await page.goto('/dictionaries/offices');
  await page.getByRole('button', { name: 'Фильтры' }).click();
  await page.getByRole('combobox', { name: 'Субъект Российской Федерации' }).fill('Алтайский');
  await page.getByRole('option', { name: /Алтайский край/ }).click();
  await expect(page).toHaveURL(/f\.region=01/);
  await picture(page, 'dictionary-filters');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('tab', { name: 'Дерево' }).click();
  await page
    .getByRole('button', { name: /^Раскрыть/ })
    .first()
    .click();
  await expect(page.getByRole('button', { name: /^Свернуть/ })).toBeVisible();
  await picture(page, 'dictionary-tree');
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Паспорт' }).click();
  await expect(page.getByText('Ответственный орган')).toBeVisible();
  await picture(page, 'dictionary-passport');
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Редакции' }).click();
  await expect(page.getByRole('cell', { name: /№ 1/ })).toBeVisible();
  await expectAccessible(page);
});
