import type { Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { askServer, expect, passwordOf, picture, signIn, test, type Server } from './server';

const CREATE =
  'mutation($title: String!) { createChangeRequest(input: { title: $title }) { changeRequest { id } errors { message } } }';
const ITEMS = 'query($id: ID!) { changeRequest(id: $id) { revision items { nodes { code after { attributes } } } } }';

interface Item {
  code: string;
  after: Array<{ attributes: Record<string, unknown> }>;
}

async function draft(page: Page, server: Server, title: string): Promise<string> {
  const made = await askServer<{ createChangeRequest: { changeRequest: { id: string } } }>(page.request, server, CREATE, {
    title,
  });
  return made.createChangeRequest.changeRequest.id;
}

async function itemsOf(page: Page, server: Server, id: string): Promise<Item[]> {
  const asked = await askServer<{ changeRequest: { items: { nodes: Item[] } } }>(page.request, server, ITEMS, { id });
  return asked.changeRequest.items.nodes;
}

/** The cell of a column in the row of a code. */
function cell(page: Page, code: string, column: string) {
  return page
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell', { name: code, exact: true }) })
    .locator(`[col-id="${column}"]`);
}

async function typeInto(page: Page, code: string, column: string, text: string): Promise<void> {
  await cell(page, code, column).click();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'maria');
});

test('a cell that is typed into is in the request soon, and a wrong one says why', async ({ page, server }) => {
  const id = await draft(page, server, 'Правка в таблице');
  await page.goto(`/requests/${id}?edit=regions`);
  await typeInto(page, '02', 'name', 'Новое наименование');
  await expect(page.getByText('Сохранено')).toBeVisible();
  const [item] = await itemsOf(page, server, id);
  expect(JSON.stringify(item?.after)).toContain('Новое наименование');
  await picture(page, 'editing-grid');
  await expectAccessible(page);

  await typeInto(page, '03', 'name', ' ');
  await expect(page.getByText('Не сохранена 1 правка')).toBeVisible();
  await cell(page, '03', 'name').hover();
  await expect(page.getByText('Обязательно для заполнения').first()).toBeVisible();
  await picture(page, 'editing-wrong');
});

test('what is typed survives a reload, an ended session and a server that was started anew', async ({ page, server }) => {
  const id = await draft(page, server, 'Ничего не теряется');
  await page.goto(`/requests/${id}?edit=regions`);
  await expect(cell(page, '04', 'name')).toBeVisible();

  await server.kill();
  await typeInto(page, '04', 'name', 'Набрано без сервера');
  await expect(page.getByText('Нет связи: правки сохранятся, когда она вернётся')).toBeVisible();
  await server.start();
  await expect(page.getByText('Сохранено')).toBeVisible({ timeout: 20_000 });

  await page.context().clearCookies({ name: 'svod_session' });
  await page.context().addCookies([{ name: 'svod_session', value: 'a'.repeat(43), url: server.url }]);
  await typeInto(page, '05', 'name', 'Набрано после сеанса');
  await expect(page.getByRole('dialog', { name: 'Сеанс закончился' })).toBeVisible();
  await picture(page, 'session-over');
  await page.getByLabel('Пароль', { exact: true }).fill(passwordOf('maria'));
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await expect(page.getByText('Сохранено')).toBeVisible();
  const codes = (await itemsOf(page, server, id)).map((item) => item.code);
  expect(codes).toEqual(['04', '05']);
});

test('a block from a spreadsheet is shown before it is pasted', async ({ page, server }) => {
  const id = await draft(page, server, 'Вставка блока');
  await page.goto(`/requests/${id}?edit=regions`);
  await cell(page, '10', 'name').click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'Первое имя\nВторое имя');
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.getByRole('dialog', { name: 'Вставка из буфера' })).toContainText('Изменится ячеек: 2, строк: 2');
  await picture(page, 'editing-paste');
  await page.getByRole('button', { name: 'Вставить' }).click();
  await expect(page.getByText('Сохранено')).toBeVisible();
  expect(await itemsOf(page, server, id)).toHaveLength(2);
});

test('two stewards in one cell see both texts and choose', async ({ page, server, browser }) => {
  const id = await draft(page, server, 'Двое в одной ячейке');
  await page.goto(`/requests/${id}?edit=regions`);
  await expect(cell(page, '07', 'name')).toBeVisible();
  const other = await (await browser.newContext({ baseURL: server.url, locale: 'ru-RU' })).newPage();
  await signIn(other, server, 'boris');
  await page.context().setOffline(true);
  await typeInto(page, '07', 'name', 'Моё имя');
  await other.goto(`/requests/${id}?edit=regions`);
  await typeInto(other, '07', 'name', 'Имя Бориса');
  await expect(other.getByText('Сохранено')).toBeVisible();
  await page.context().setOffline(false);
  const dialog = page.getByRole('dialog', { name: 'Эти же ячейки изменил кто-то ещё' });
  await expect(dialog).toContainText('Имя Бориса', { timeout: 20_000 });
  await picture(page, 'editing-collision');
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await expect(page.getByText('Сохранено')).toBeVisible();
  expect(JSON.stringify(await itemsOf(page, server, id))).toContain('Моё имя');
  await other.context().close();
});

test('the card of an item changes a name from next month', async ({ page, server }) => {
  const id = await draft(page, server, 'Новое имя со следующего месяца');
  await page.goto(`/requests/${id}?edit=regions&item=08`);
  const card = page.getByRole('dialog', { name: /08/ });
  await card.getByLabel('С какой даты').fill('01.01.2027');
  await page.keyboard.press('Tab');
  await card.getByRole('textbox', { name: 'Наименование', exact: true }).fill('Хабаровский край (с нового года)');
  await picture(page, 'editing-card');
  await expectAccessible(page);
  await card.getByRole('button', { name: 'Внести в заявку' }).click();
  await expect(card).toBeHidden();
  expect(JSON.stringify(await itemsOf(page, server, id))).toContain('с нового года');
});
