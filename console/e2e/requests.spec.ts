import { expectAccessible } from './accessible';
import { office, OFFICES, worker } from './drafting';
import { expect, picture, signIn, test } from './server';

test('a steward drafts a request with a basis, and finds it in the list', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/requests');
  await page.getByRole('button', { name: 'Новая заявка' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Новая заявка' });
  await expect(dialog.getByRole('button', { name: 'Создать заявку' })).toBeDisabled();
  await dialog.getByLabel('Что меняется').fill('Новые адреса прокуратур');
  await dialog.getByLabel('Подробности').fill('Переезд двух приёмных.');
  await dialog.getByLabel('Номер').fill('123-к');
  await dialog.getByLabel('Дата').fill('02.11.2026');
  await dialog.getByLabel('Название').fill('О переездах');
  await expectAccessible(page);
  await picture(page, 'request-new');
  await dialog.getByRole('button', { name: 'Создать заявку' }).click();

  await expect(page).toHaveURL(/\/requests\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Новые адреса прокуратур' })).toBeVisible();
  await expect(page.getByText('Приказ № 123-к от 02.11.2026 «О переездах»')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'В заявке пока нет правок' })).toBeVisible();
  const number = page.url().split('/').pop() ?? '';

  await page.getByRole('navigation').getByRole('link', { name: 'Заявки на изменение' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Новые адреса прокуратур' });
  await expect(row).toContainText('Черновик');
  await expect(row).toContainText(number);
  await page.getByLabel('Слово, номер или автор').fill('адреса стрельцова');
  await expect(row).toBeVisible();
  await expect(page).toHaveURL(/words=/);
  await page.getByLabel('Слово, номер или автор').fill('такого нет');
  await expect(page.getByRole('heading', { name: 'Под этот отбор ничего не подходит' })).toBeVisible();
  await page.getByRole('button', { name: 'Сбросить' }).click();
  await row.getByRole('link', { name: 'Новые адреса прокуратур' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Новые адреса прокуратур' })).toBeVisible();
});

test('an approver sees at once what waits for them, and everybody their own', async ({ page, server }) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Телефон псковской канцелярии', [office(OFFICES.pskov, { phone: '+7 (8112) 66-40-01' })]);
  await maria.act('submit', id);
  await maria.draft('Черновик на потом');
  await signIn(page, server, 'anna');
  await page.goto('/requests?view=review');
  await expect(page.getByRole('tab', { name: /Ждут моего решения/, selected: true })).toContainText(/\d/);
  const row = page.getByRole('row').filter({ hasText: 'Телефон псковской канцелярии' });
  await expect(row).toContainText('ещё 1 согласование');
  await expect(row).toContainText('Органы прокуратуры');
  await expect(page.getByRole('row').filter({ hasText: 'Черновик на потом' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Новая заявка' })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Мои' }).click();
  await expect(page.getByRole('heading', { name: 'У вас пока нет заявок' })).toBeVisible();
  await page.getByRole('tab', { name: 'Все' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Черновик на потом' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Состояние' }).click();
  await page.getByRole('option', { name: 'На согласовании' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Черновик на потом' })).toHaveCount(0);
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'requests');
});
