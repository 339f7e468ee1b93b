import { expectAccessible } from './accessible';
import { expect, picture, signIn, test } from './server';

/** The byte of a letter in windows-1251, which spreadsheets here still save. */
function byteOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 63;
  if (code < 128) return code;
  return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : 63;
}

const windows1251 = (text: string): Buffer => Buffer.from([...text].map(byteOf));

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'maria');
});

test('a file goes from dropping it to a request, its wrong row comes back', async ({ page }) => {
  await page.goto('/imports');
  await expect(page.getByRole('heading', { name: 'Файлов ещё не загружали' })).toBeVisible();
  await picture(page, 'imports-empty');
  await page.getByRole('link', { name: 'Загрузить файл' }).first().click();

  const rows = ['Код;Наименование;Заметки', '01;Республика Адыгея (проверка);одна', '02;;две', '77;г. Москва;три'];
  const buffer = windows1251(`${rows.join('\r\n')}\r\n`);
  await page.locator('input[type=file]').setInputFiles({ name: 'регионы.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('combobox', { name: 'Справочник' }).fill('regions');
  await page.getByRole('option', { name: /regions/ }).click();
  await picture(page, 'import-file');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Посмотреть, что внутри' }).click();

  await expect(page.getByText(/windows-1251/).first()).toBeVisible();
  await expect(page.getByText('Осталось решить про 1 столбец')).toBeVisible();
  await picture(page, 'import-columns');
  await expectAccessible(page);
  await expect(page.getByRole('button', { name: 'Дальше' })).toBeDisabled();
  await page.getByRole('button', { name: 'Не загружать неузнанные' }).click();
  await page.getByRole('button', { name: 'Дальше' }).click();

  await expect(page.getByRole('radio', { name: 'Добавить новые и обновить имеющиеся' })).toBeChecked();
  await picture(page, 'import-rules');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Загрузить и показать, что изменится' }).click();

  await expect(page.getByText('Готово')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Что изменится' })).toBeVisible();
  await picture(page, 'import-done');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Отправить на согласование' }).click();
  await expect(page).toHaveURL(/\/requests\/\d+/);
});

test('a file that cannot be read is refused in words, and nothing changed', async ({ page }) => {
  await page.goto('/imports/new?dictionary=regions');
  const buffer = Buffer.from('code,name\n01,"не закрыто\n02,Второй\n');
  await page.locator('input[type=file]').setInputFiles({ name: 'broken.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Посмотреть, что внутри' }).click();
  await expect(page.getByRole('alert')).toContainText('broken.csv');
  await picture(page, 'import-broken');
});
