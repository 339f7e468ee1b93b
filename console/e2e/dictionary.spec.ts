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

test('what is seen is what a file gets, and filters are taken away one by one', async ({ page, server }) => {
  await page.goto('/dictionaries/offices?q=барнаул&f.region=01');
  await expect(page.getByRole('list', { name: 'Действующие фильтры' })).toContainText(
    'Субъект Российской Федерации: Алтайский край',
  );
  const counted = page.getByText(/^\d+ элемент/);
  await expect(counted).toBeVisible();
  const count = Number.parseInt((await counted.textContent()) ?? '', 10);
  await page.getByRole('button', { name: 'Выгрузить' }).click();
  const file = page.getByRole('link', { name: 'CSV для таблиц' });
  await expect(file).toHaveAttribute('href', /code%3D\d+/);
  const answer = await page.request.get(server.url + ((await file.getAttribute('href')) ?? ''));
  expect((await answer.text()).trim().split('\n')).toHaveLength(count + 1);
  await picture(page, 'dictionary-export');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Убрать фильтр «Субъект Российской Федерации»' }).click();
  await expect(page).not.toHaveURL(/f\.region/);

  await page.getByLabel('Искать в справочнике').fill('такого точно нет нигде');
  await expect(page.getByRole('heading', { name: 'Ничего не нашлось' })).toBeVisible();
  await picture(page, 'dictionary-nothing');
  await page.getByRole('button', { name: 'Сбросить поиск и фильтры' }).click();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
});

test('the grid is worked with by keys alone, and a block of it is copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/dictionaries/regions');
  const grid = page.getByRole('grid', { name: 'Субъекты Российской Федерации' });
  await expect(grid.getByRole('gridcell', { name: '01', exact: true })).toBeVisible();
  await page.getByRole('textbox', { name: 'К строке' }).fill('5');
  await page.keyboard.press('Enter');
  await expect(grid.locator(':focus')).toHaveText('05');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\r\n')).toHaveLength(2);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/dictionaries\/regions\/items\/05$/);
});

test('a header orders the list, and the address says so', async ({ page }) => {
  await page.goto('/dictionaries/countries');
  const grid = page.getByRole('grid', { name: 'Страны мира' });
  await expect(grid.getByRole('gridcell').first()).toBeVisible();
  await grid.getByRole('columnheader', { name: 'Код', exact: true }).click();
  await grid.getByRole('columnheader', { name: 'Код', exact: true }).click();
  await expect(page).toHaveURL(/sort=-code/);
  await expect(grid.getByRole('columnheader', { name: 'Код', exact: true })).toHaveAttribute('aria-sort', 'descending');
});
