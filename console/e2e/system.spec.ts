import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test('an administrator sees how the service is', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/system');
  await expect(page.getByText('Всё работает')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Проверки' })).toContainText('База данных');
  await expect(page.getByRole('region', { name: 'Сервис' })).toContainText('SQLite');
  await expect(page.getByRole('region', { name: 'Изменения по неделям' })).toBeVisible();
  await page.getByLabel('Найти параметр').fill('max');
  await expect(page.getByRole('row').filter({ hasText: '_max' }).first()).toBeVisible();
  await expect(page).toHaveURL(/setting=max/);
  await expectAccessible(page);
  await picture(page, 'system');
});

test('others are told that it is not for them', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/system');
  await expect(page.getByRole('heading', { name: 'Эта страница для администраторов и аудиторов' })).toBeVisible();
});
