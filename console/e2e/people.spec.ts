import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

test('who is neither administrator nor auditor is told whom to ask', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/people');
  await expect(page.getByRole('heading', { name: 'Эта страница для администраторов и аудиторов' })).toBeVisible();
});

test('people are listed with their roles, found and narrowed by the address', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/people');
  const maria = page.getByRole('row').filter({ hasText: 'Мария Стрельцова' });
  await expect(maria).toContainText('Редактор');
  await expect(maria).toContainText('на всех справочниках');
  await expectAccessible(page);
  await picture(page, 'people');
  await page.getByLabel('Имя или учётная запись').fill('стрельц');
  await expect(page.getByRole('row').filter({ hasText: 'Пётр Орлов' })).toHaveCount(0);
  await expect(page).toHaveURL(/q=/);
  await page.getByLabel('Имя или учётная запись').fill('такого нет');
  await expect(page.getByRole('heading', { name: 'Никого не нашлось' })).toBeVisible();
});

test('a person is added, given a role on one dictionary, disabled and enabled', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/people');
  await page.getByRole('button', { name: 'Добавить' }).click();
  await page.getByRole('menuitem', { name: 'Добавить человека' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Как показывать').fill('Виктор Нилов');
  await dialog.getByLabel('Имя учётной записи').fill('maria');
  await dialog.getByRole('button', { name: 'Добавить' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel('Как показывать')).toHaveValue('Виктор Нилов');
  await dialog.getByLabel('Имя учётной записи').fill('v.nilov');
  await dialog.getByRole('button', { name: 'Добавить' }).click();
  await expect(page).toHaveURL(/\/people\/v\.nilov$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Виктор Нилов' })).toBeVisible();

  const cell = page.getByRole('checkbox', { name: 'Редактор: Органы прокуратуры' });
  await cell.click();
  await expect(cell).toBeChecked();
  await page.reload();
  await expect(cell).toBeChecked();
  await page.getByRole('checkbox', { name: 'Редактор: Все справочники' }).click();
  await expect(page.getByRole('checkbox', { name: 'Редактор: Страны мира' })).toBeDisabled();
  await cell.click();
  await expect(cell).toBeDisabled();
  await expectAccessible(page);
  await picture(page, 'person');

  await page.getByRole('button', { name: 'Отключить' }).click();
  await expect(page.getByRole('dialog')).toContainText('токены перестанут действовать');
  await page.getByRole('dialog').getByRole('button', { name: 'Отключить' }).click();
  await expect(page.getByText('Отключена', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Включить' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Включить' }).click();
  await expect(page.getByText('Действует', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Задать пароль' }).click();
  await expect(page.getByRole('dialog').getByRole('textbox', { name: 'Новый пароль' })).toHaveValue(/^[a-z0-9-]{23}$/);
  await page.getByRole('dialog').getByRole('button', { name: 'Задать пароль' }).click();
  await expect(page.getByText('Пароль задан')).toBeVisible();
});

test('a system is added and comes with a token', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/people');
  await page.getByRole('button', { name: 'Добавить' }).click();
  await page.getByRole('menuitem', { name: 'Добавить систему' }).click();
  await page.getByRole('dialog').getByLabel('Как показывать').fill('Портал');
  await page.getByRole('dialog').getByLabel('Имя учётной записи').fill('portal');
  await page.getByRole('dialog').getByRole('button', { name: 'Добавить' }).click();
  await expect(page.getByRole('heading', { name: 'Токенов пока нет' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Задать пароль' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Выпустить токен' }).click();
  await page.getByRole('dialog').getByLabel('Для чего он').fill('Выгрузка в портал');
  await page.getByRole('dialog').getByRole('button', { name: 'Выпустить токен' }).click();
  await expect(page.getByRole('region', { name: 'Секрет токена' })).not.toBeEmpty();
  await page.getByRole('button', { name: 'Секрет сохранён' }).click();
  await page.getByRole('button', { name: 'Отозвать токен «Выгрузка в портал»' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Отозвать' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Выгрузка в портал' })).toContainText('Отозван');
});
