import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { receive, type Receiver } from './receiver';
import { askServer, expect, picture, signIn, test, type Server } from './server';

const typesOf = ({ events }: Receiver): string[] => events.map(({ type }) => type);

async function register(page: Page, server: Server, code: string, title: string, url: string, from = 'now'): Promise<void> {
  const query = 'mutation($input: RegisterConsumerInput!) { registerConsumer(input: $input) { errors { path code message } } }';
  const target = { webhook: { url, mode: 'BATCHED', batchEventsMax: 100 } };
  await askServer(page.request, server, query, {
    input: { code, title, contact: 'дежурная смена', dictionaries: ['regions'], from, target },
  });
}

test('somebody without an account is told to sign in', async ({ page, server }) => {
  await page.goto(`${server.url}/consumers`);
  await expect(page.getByRole('heading', { name: 'Потребителей видят после входа' })).toBeVisible();
});

test('a consumer is registered, its secret is shown once, and events arrive', async ({ page, server }) => {
  const receiver = await receive();
  await signIn(page, server, 'petr');
  await page.goto('/consumers');
  await page.getByRole('button', { name: 'Зарегистрировать' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Зарегистрировать' })).toBeDisabled();
  await dialog.getByLabel('Название').fill('Официальный портал');
  await dialog.getByRole('textbox', { name: 'Код', exact: true }).fill('Портал!');
  await dialog.getByLabel('К кому обращаться').fill('дежурная смена, 12-34');
  await dialog.getByLabel('Адрес').fill(receiver.url);
  await dialog.getByLabel('Какие справочники').click();
  await page.getByRole('option', { name: 'Субъекты Российской Федерации' }).click();
  await page.keyboard.press('Escape');
  await dialog.getByText('Со всей истории').click();
  await dialog.getByRole('button', { name: 'Зарегистрировать' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel('Название')).toHaveValue('Официальный портал');
  await dialog.getByRole('textbox', { name: 'Код', exact: true }).fill('portal');
  await expectAccessible(page);
  await picture(page, 'consumer-register');
  await dialog.getByRole('button', { name: 'Зарегистрировать' }).click();
  await expect(page.getByRole('region', { name: 'Секрет подписи' })).toContainText('whsec_');
  await picture(page, 'consumer-secret');
  await page.getByRole('button', { name: 'Секрет сохранён' }).click();

  await expect(page).toHaveURL(/\/consumers\/portal$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Официальный портал' })).toBeVisible();
  await expect(page.getByText('Всё доставлено')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Доставлено' }).first()).toContainText('200');
  expect(typesOf(receiver)).toContain('svod.publication.opened');
  await expectAccessible(page);
  await picture(page, 'consumer');
  await receiver.close();
});

test('a failing receiver is shown with what it said, paused, mended and resumed', async ({ page, server }) => {
  const receiver = await receive();
  receiver.answer(500);
  await signIn(page, server, 'petr');
  await register(page, server, 'mart', 'Витрина данных', receiver.url, 'start');
  await page.goto('/consumers');
  const row = page.getByRole('row').filter({ hasText: 'Витрина данных' });
  await expect(row).toContainText('Не доставляется');
  await expect(row).toContainText(/неудач/);
  await expect(row).toContainText(/событи/);
  await expectAccessible(page);
  await picture(page, 'consumers');
  await row.getByRole('link', { name: 'Витрина данных' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'the receiver is out of order' }).first()).toContainText('500');
  await picture(page, 'consumer-failing');

  await page.getByRole('button', { name: 'Поставить на паузу' }).click();
  await expect(page.getByRole('dialog')).toContainText('События не пропадут');
  await page.getByRole('dialog').getByRole('button', { name: 'Поставить на паузу' }).click();
  await expect(page.getByText('На паузе', { exact: true })).toBeVisible();
  receiver.answer(200);
  await page.getByRole('button', { name: 'Возобновить' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Возобновить' }).click();
  await expect(page.getByText('Всё доставлено')).toBeVisible();
  await page.getByRole('switch', { name: 'Только неудачные' }).click({ force: true });
  await expect(page).toHaveURL(/only=failed/);
  await expect(page.getByRole('row').filter({ hasText: 'Доставлено' })).toHaveCount(0);
  await receiver.close();
});

test('a consumer is tested, sent events again, given another secret and removed', async ({ page, server }) => {
  const receiver = await receive();
  await signIn(page, server, 'petr');
  await register(page, server, 'archive', 'Архив', receiver.url);
  await page.goto('/consumers/archive');
  await expect(page.getByText('Работает', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Проверить связь' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Проверить связь' }).click();
  await expect.poll(() => typesOf(receiver)).toContain('svod.ping');
  await expect(page.getByRole('row').filter({ hasText: 'Доставлено' }).first()).toBeVisible();

  await page.getByRole('button', { name: 'Другие действия' }).click();
  await page.getByRole('menuitem', { name: 'Отправить события ещё раз' }).click();
  await page.getByRole('dialog').getByText('С самого начала').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Отправить ещё раз' }).click();
  await expect.poll(() => typesOf(receiver)).toContain('svod.item.added');
  await expect(page.getByRole('row').filter({ hasText: 'Доставлено' }).nth(1)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Другие действия' }).click();
  await page.getByRole('menuitem', { name: 'Сменить секрет' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Сменить секрет' }).click();
  await expect(page.getByRole('region', { name: 'Секрет подписи' })).toContainText('whsec_');
  await page.getByRole('button', { name: 'Секрет сохранён' }).click();
  await expect(page.getByText('2 действующих секрета')).toBeVisible();

  await page.getByRole('button', { name: 'Другие действия' }).click();
  await page.getByRole('menuitem', { name: 'Изменить подписку' }).click();
  await page.getByRole('dialog').getByLabel('К кому обращаться').fill('Ольга Белова');
  await page.getByRole('dialog').getByRole('button', { name: 'Сохранить' }).click();
  await expect(page.getByText('Ольга Белова')).toBeVisible();

  await page.getByRole('button', { name: 'Другие действия' }).click();
  await page.getByRole('menuitem', { name: 'Удалить потребителя' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Удалить' }).click();
  await expect(page).toHaveURL(/\/consumers$/);
  await expect(page.getByRole('link', { name: 'Архив' })).toHaveCount(0);
  await receiver.close();
});
