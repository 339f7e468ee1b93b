import { expectAccessible } from './accessible';
import { askServer, expect, picture, signIn, test } from './server';

test('acts are told in words, narrowed by the address, and opened whole', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  const add = 'mutation($input: AddAccountInput!) { addAccount(input: $input) { errors { message } } }';
  await askServer(page.request, server, add, { input: { name: 'archive', displayName: 'Архив', kind: 'SYSTEM' } });
  await askServer(page.request, server, add, { input: { name: 'archive', displayName: 'Архив', kind: 'SYSTEM' } }).catch(
    () => {},
  );
  await page.goto('/audit');
  const rows = page.getByRole('row').filter({ hasText: 'account/archive' });
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('Отказ');
  await expect(rows.last()).toContainText('Новая учётная запись');
  await expectAccessible(page);
  await picture(page, 'audit');

  await page.getByRole('combobox', { name: 'Итог' }).click();
  await page.getByRole('option', { name: 'Отказано' }).click();
  await expect(page).toHaveURL(/outcome=refused/);
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await rows.getByRole('button').click();
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText('Пётр Орлов');
  await expect(drawer.getByRole('region', { name: 'Подробности' })).toContainText('{');
  await expectAccessible(page);
  await picture(page, 'audit-record');
  await drawer.getByRole('link', { name: 'Все записи этого запроса' }).click();
  await expect(page).toHaveURL(/request=/);
  await page.getByRole('button', { name: 'Сбросить отбор' }).click();

  await page.getByLabel('Кто', { exact: true }).fill('nobody');
  await expect(page.getByRole('heading', { name: 'Под этот отбор записей нет' })).toBeVisible();
});

test('a subject leads to what it is', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/audit?act=signIn&actor=petr');
  await page.getByRole('link', { name: 'account/petr' }).first().click();
  await expect(page).toHaveURL(/\/people\/petr$/);
});

test('who may not read the audit is told so', async ({ page, server }) => {
  await signIn(page, server, 'anna');
  await page.goto('/audit');
  await expect(page.getByRole('heading', { name: 'Журнал читают аудиторы и администраторы' })).toBeVisible();
});
