import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test('the passports of all dictionaries stand at a glance, and are found and sorted', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/dictionaries');
  await expect(page.getByRole('heading', { level: 1, name: 'Справочники' })).toBeVisible();
  const rows = page.getByRole('table', { name: 'Справочники' }).getByRole('row');
  await expect(rows).toHaveCount(12);
  const offices = page.getByRole('row', { name: /Органы прокуратуры/ });
  await expect(offices).toContainText('2\u00a0916');
  await expect(offices).toContainText('Редакция 1');
  await expect(offices).toContainText('Актуален');
  await expect(offices).toContainText('Открытый');
  await picture(page, 'dictionaries');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Элементов' }).click();
  await page.getByRole('button', { name: 'Элементов' }).click();
  await expect(rows.nth(1)).toContainText('Органы прокуратуры');
  await expect(page.getByRole('columnheader', { name: 'Элементов' })).toHaveAttribute('aria-sort', 'descending');

  await page.getByRole('textbox', { name: 'Название, код или ответственный' }).fill('надзор');
  await expect(page.getByText(/Найдено \d справочник/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Название, код или ответственный' })).toHaveValue('надзор');
  await page.getByRole('textbox', { name: 'Название, код или ответственный' }).fill('чего нет');
  await expect(page.getByRole('heading', { name: 'Такого справочника не нашлось' })).toBeVisible();
  await page.getByRole('button', { name: 'Показать все' }).click();
  await page.getByRole('link', { name: 'Страны мира' }).press('Enter');
  await expect(page).toHaveURL(/\/dictionaries\/countries$/);
});

test('somebody without an account sees what is public, and may not make a dictionary', async ({ page }) => {
  await page.goto('/dictionaries');
  await expect(page.getByRole('link', { name: 'Органы прокуратуры' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Новый справочник' })).toBeHidden();
});

test('an owner begins a new dictionary from here', async ({ page, server }) => {
  await signIn(page, server, 'olga');
  await page.goto('/dictionaries');
  await expect(page.getByRole('link', { name: 'Новый справочник' })).toHaveAttribute('href', '/definitions/new');
});
