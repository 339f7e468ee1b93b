import { expectAccessible } from './accessible';
import { office, OFFICES, worker } from './drafting';
import { expect, picture, signIn, test } from './server';

test('everything that is wrong with a request is said in Russian, with values and dates, and in English', async ({
  page,
  server,
}) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Всё неверно', [
    office(OFFICES.pskov, { region: 'xx', inn: '12', address: null }),
    { update: { dictionary: 'offices', code: OFFICES.novgorod, parent: null } },
  ]);
  await signIn(page, server, 'maria');
  await page.goto(`/requests/${id}?tab=check`);
  const panel = page.getByRole('tabpanel', { name: /Проверка/ });
  await expect(panel).toContainText('ссылка на элемент, которого нет.');
  await expect(panel).toContainText('Кода «xx» нет в справочнике regions.');
  await expect(panel).toContainText('записано не в том виде.');
  await expect(panel).toContainText('«12» не подходит под образец ^[0-9]{10}$');
  await expect(panel).toContainText('нужно заполнить.');
  await expect(panel).toContainText('подчинены Генеральной прокуратуре');
  await expect(panel).not.toContainText('is required');
  await expect(panel).not.toContainText('have a parent');
  await expectAccessible(page);
  await panel.getByText('записано не в том виде.').scrollIntoViewIfNeeded();
  await picture(page, 'request-refusals');

  await page.evaluate(() => localStorage.setItem('svod.language', 'en'));
  await page.reload();
  const english = page.getByRole('tabpanel', { name: /Check/ });
  await expect(english).toContainText('the reference names an item that is not there.');
  await expect(english).toContainText('"xx" is not an item of regions');
  await expect(english).toContainText('have a parent');
});

test('a form that is refused for several reasons says each by the name of its field', async ({ page, server }) => {
  await signIn(page, server, 'petr');
  await page.goto('/consumers');
  await page.getByRole('button', { name: 'Зарегистрировать' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Название').fill('Портал');
  await dialog.getByRole('textbox', { name: 'Код', exact: true }).fill('Портал!');
  await dialog.getByLabel('К кому обращаться').fill('дежурная смена, 12-34');
  await dialog.getByLabel('Адрес').fill('портал');
  await dialog.getByRole('button', { name: 'Зарегистрировать' }).click();
  const alert = dialog.getByRole('alert');
  await expect(alert).toContainText('Код: такой код не подходит.');
  await expect(alert).toContainText('Маленькие латинские буквы, цифры и подчёркивание');
  await expect(alert).toContainText('Адрес: нужен полный адрес без лишних частей.');
  await expect(alert).not.toContainText('url:');
  await expectAccessible(page);
  await alert.scrollIntoViewIfNeeded();
  await picture(page, 'consumer-refusals');
});
