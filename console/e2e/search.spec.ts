import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test('everything is found from anywhere while one types, by the keyboard alone', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/publications');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('textbox', { name: 'Найти' }).fill('прокурат барнаул');
  await expect(page.getByText('Прокуратура г. Барнаула Алтайского края')).toBeVisible();
  await picture(page, 'search');
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Найти' }).fill('Органы прокуратуры');
  await expect(page.getByRole('button', { name: /^Органы прокуратуры/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/dictionaries\/offices/);
});

test('an address that leads nowhere says so', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/requests/nowhere/at/all');
  await expect(page.getByRole('heading', { name: 'Такой страницы нет' })).toBeVisible();
  await expectAccessible(page);
});
