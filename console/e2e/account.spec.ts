import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';
import { passwordOf } from './server';

test('one sees who one is and what one may do', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/account');
  await expect(page.getByRole('heading', { level: 1, name: 'Профиль, пароль и токены' })).toBeVisible();
  await expect(page.getByText('Правит элементы, загружает файлы')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Токенов пока нет' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'account');
});

test('a token is issued for one dictionary, shown once, used and revoked', async ({ page, server, playwright }) => {
  await signIn(page, server, 'boris');
  await page.goto('/account');
  await page.getByRole('button', { name: 'Выпустить токен' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Для чего он').fill('Проба');
  await dialog.getByLabel('Каких справочников касается').click();
  await page.getByRole('option', { name: 'Страны мира' }).click();
  await page.keyboard.press('Escape');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Выпустить токен' }).click();
  const secret = (await page.getByRole('region', { name: 'Секрет токена' }).textContent()) ?? '';
  await picture(page, 'account-token');
  await page.getByRole('button', { name: 'Секрет сохранён' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const row = page.getByRole('row').filter({ hasText: 'Проба' });
  await expect(row).toContainText('countries');

  const program = await playwright.request.newContext({ extraHTTPHeaders: { Authorization: `Bearer ${secret}` } });
  const ask = () => program.post(`${server.url}/graphql`, { data: { query: '{ me { account { name } } }' } });
  expect(await (await ask()).text()).toContain('boris');
  await row.getByRole('button', { name: 'Отозвать токен «Проба»' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Отозвать' }).click();
  await expect(row).toContainText('Отозван');
  expect((await ask()).status()).toBe(401);
});

test('a password is changed, and a wrong one is refused with what was typed kept', async ({ page, server }) => {
  await signIn(page, server, 'olga');
  await page.goto('/account');
  await page.getByLabel('Нынешний пароль').fill('not the password');
  await page.getByLabel('Новый пароль', { exact: true }).fill('short');
  await expect(page.getByText('Нужно не меньше 12 знаков')).toBeVisible();
  await page.getByLabel('Новый пароль', { exact: true }).fill('три слова подряд');
  await page.getByLabel('Новый пароль ещё раз').fill('три слова поряд');
  await expect(page.getByText('Пароли не совпадают')).toBeVisible();
  await page.getByLabel('Новый пароль ещё раз').fill('три слова подряд');
  await page.getByRole('button', { name: 'Сменить пароль' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Новый пароль', { exact: true })).toHaveValue('три слова подряд');
  await page.getByLabel('Нынешний пароль').fill(passwordOf('olga'));
  await page.getByRole('button', { name: 'Сменить пароль' }).click();
  await expect(page.getByText('Пароль изменён')).toBeVisible();
});

test('the language and the theme are changed at once', async ({ page, server }) => {
  await signIn(page, server, 'anna');
  await page.goto('/account');
  await page.getByText('English', { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Profile, password and tokens' })).toBeVisible();
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});
