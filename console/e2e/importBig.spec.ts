import { expect, picture, signIn, test } from './server';

const ROWS = 100_000;

/** As many district offices under the one of Moscow: what fills a register once a year. */
function bigFile(): Buffer {
  const lines = ['code,parent,name,region,kind,okato,address'];
  for (let row = 0; row < ROWS; row += 1) {
    const code = 900_000_000 + row;
    lines.push(`${code},344549213,Межрайонная прокуратура № ${row + 1},45,4,45,"г. Москва, ул. Учебная, д. ${row + 1}"`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

test('a hundred thousand rows become a request, and the page may be left meanwhile', async ({ page, server }) => {
  test.setTimeout(300_000);
  await signIn(page, server, 'maria');
  await page.goto('/imports/new?dictionary=offices');
  await page.locator('input[type=file]').setInputFiles({ name: 'прокуратуры.csv', mimeType: 'text/csv', buffer: bigFile() });
  await page.getByRole('button', { name: 'Посмотреть, что внутри' }).click();
  await expect(page.getByText('Файл большой: посмотрели его начало.')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Дальше' }).click();
  await page.getByRole('button', { name: 'Загрузить и показать, что изменится' }).click();
  await expect(page).toHaveURL(/\/imports\/\d+$/, { timeout: 60_000 });
  await page.reload();
  await expect(page.getByText('Готово')).toBeVisible({ timeout: 240_000 });
  await expect(page.getByText(/^100\s000$/).first()).toBeVisible();
  await picture(page, 'import-big');
});
