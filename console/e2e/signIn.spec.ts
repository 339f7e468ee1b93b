import { expectAccessible } from './accessible';
import { expect, passwordOf, picture, test } from './server';

test('somebody signs in, is told when the password is wrong, and signs out', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Имя учётной записи').fill('maria');
  await page.getByLabel('Пароль', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('Имя или пароль не подходят');
  await picture(page, 'sign-in');
  await expectAccessible(page);

  await page.getByLabel('Пароль', { exact: true }).fill(passwordOf('maria'));
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await expect(page.getByRole('heading', { name: /Мария Стрельцова/ })).toBeVisible();
  await picture(page, 'home');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Моя учётная запись' }).click();
  await page.getByRole('menuitem', { name: 'Выйти' }).click();
  await expect(page.getByLabel('Имя учётной записи')).toBeVisible();
});
