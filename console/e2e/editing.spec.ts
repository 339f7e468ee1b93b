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

/** Pastes a block over the selected cell, as a spreadsheet puts it into the clipboard. */
async function paste(page: Page, block: string): Promise<void> {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, block);
}

/** The words that say whether all is saved. */
const saving = (page: Page) => page.getByTestId('saving');

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'maria');
});

test('a cell that is typed into is in the request soon, and a wrong one says why', async ({ page, server }) => {
  const id = await draft(page, server, 'Правка в таблице');
  await page.goto(`/requests/${id}?edit=regions`);
  await typeInto(page, '02', 'name', 'Новое наименование');
  await expect(saving(page)).toHaveText('Сохранено');
  const [item] = await itemsOf(page, server, id);
  expect(JSON.stringify(item?.after)).toContain('Новое наименование');
  await picture(page, 'editing-grid');
  await expectAccessible(page);

  await typeInto(page, '03', 'name', ' ');
  await expect(saving(page)).toHaveText('Не сохранена 1 строка с ошибкой');
  await cell(page, '03', 'name').hover();
  await expect(page.getByText('Обязательно для заполнения').first()).toBeVisible();
  await picture(page, 'editing-wrong');

  // What cannot be saved is kept here, and found again.
  await page.reload();
  await expect(saving(page)).toHaveText('Не сохранена 1 строка с ошибкой');
  await page.getByText('С ошибками · 1').click();
  await expect(cell(page, '03', 'name')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.getByText('Все', { exact: true }).click();
  await typeInto(page, '03', 'name', 'Исправлено');
  await expect(saving(page)).toHaveText('Сохранено');
  expect((await itemsOf(page, server, id)).map((each) => each.code)).toEqual(['02', '03']);

  // Undone, it is out of the request.
  await page.getByRole('button', { name: 'Отменить правку' }).click();
  await expect(cell(page, '03', 'name')).not.toHaveText('Исправлено');
});

test('what is typed survives a reload, an ended session and a server that was started anew', async ({ page, server }) => {
  const id = await draft(page, server, 'Ничего не теряется');
  await page.goto(`/requests/${id}?edit=regions`);
  await expect(cell(page, '04', 'name')).toBeVisible();

  await server.kill();
  await typeInto(page, '04', 'name', 'Набрано без сервера');
  await expect(page.getByText('Нет связи: правки сохранятся, когда она вернётся')).toBeVisible();
  await server.start();
  await expect(saving(page)).toHaveText('Сохранено', { timeout: 20_000 });

  await page.context().clearCookies({ name: 'svod_session' });
  await page.context().addCookies([{ name: 'svod_session', value: 'a'.repeat(43), url: server.url }]);
  await typeInto(page, '05', 'name', 'Набрано после сеанса');
  await expect(page.getByRole('dialog', { name: 'Сеанс закончился' })).toBeVisible();
  await picture(page, 'session-over');
  await page.getByLabel('Пароль', { exact: true }).fill(passwordOf('maria'));
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await expect(saving(page)).toHaveText('Сохранено');
  const codes = (await itemsOf(page, server, id)).map((item) => item.code);
  expect(codes).toEqual(['04', '05']);
});

test('a block from a spreadsheet is shown before it is pasted', async ({ page, server }) => {
  const id = await draft(page, server, 'Вставка блока');
  await page.goto(`/requests/${id}?edit=regions`);
  await cell(page, '10', 'name').click();
  await paste(page, 'Первое имя\nВторое имя');
  await expect(page.getByRole('dialog', { name: 'Вставка из буфера' })).toContainText('Изменятся 2 ячейки в 2 строках.');
  await picture(page, 'editing-paste');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Вставить' }).click();
  await expect(page.getByText('Изменённые · 2')).toBeVisible();
  await expect(saving(page)).toHaveText('Сохранено');
  expect(await itemsOf(page, server, id)).toHaveLength(2);
});

test('a block with headers finds its rows by their codes, and brings new items', async ({ page, server }) => {
  const id = await draft(page, server, 'Вставка с заголовками');
  await page.goto(`/requests/${id}?edit=regions`);
  await cell(page, '10', 'name').click();
  await paste(page, 'Наименование\tЗаметка\tКод\nНовый край\tx\t7777\nДругое имя\ty\t11\nБез кода\tz\t');
  const dialog = page.getByRole('dialog', { name: 'Вставка из буфера' });
  await expect(dialog).toContainText('Изменится 1 ячейка в 1 строке. Добавится 1 элемент.');
  await expect(dialog).toContainText('пропущены: «Заметка»');
  await expect(dialog).toContainText('1 строка пропущена');
  await picture(page, 'editing-paste-headers');
  await page.getByRole('button', { name: 'Вставить' }).click();
  await expect(page.getByText('Изменённые · 2')).toBeVisible();
  await expect(saving(page)).toHaveText('Сохранено');
  expect((await itemsOf(page, server, id)).map((each) => each.code)).toEqual(['11', '7777']);
});

test('several items are given one value and retired at once, on a slow network too', async ({ page, server }) => {
  const id = await draft(page, server, 'Несколько сразу');
  await page.goto(`/requests/${id}?edit=offices`);
  await expect(cell(page, '344549213', 'name')).toBeVisible();
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
  for (const code of ['344549213', '344551384']) await page.getByRole('checkbox', { name: `Выделить строку ${code}` }).click();
  await page.getByRole('button', { name: 'Задать значение…' }).click();
  await page.getByRole('combobox', { name: 'Что изменить' }).fill('Телефон');
  await page.getByRole('option', { name: 'Телефон канцелярии' }).click();
  await page.getByRole('textbox', { name: 'Телефон канцелярии' }).fill('8 800 000-00-00');
  await page.getByRole('button', { name: 'Изменить 2 элемента' }).click();
  await expect(saving(page)).toHaveText('Сохраняется…');
  await expect(saving(page)).toHaveText('Сохранено');
  expect(await itemsOf(page, server, id)).toHaveLength(2);

  await page.getByRole('button', { name: 'Прекратить действие…' }).click();
  await page.getByLabel('Причина').fill('Присоединены');
  await picture(page, 'editing-retire');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Внести в заявку' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  expect((await itemsOf(page, server, id)).map((each) => each.after.length)).toEqual([1, 1]);
  await network.detach();
});

test('a new item is told what it lacks, and what is typed of it survives a reload', async ({ page, server }) => {
  const id = await draft(page, server, 'Новый элемент');
  await page.goto(`/requests/${id}?edit=regions`);
  await page.getByRole('button', { name: 'Новый элемент' }).click();
  const card = page.getByRole('dialog', { name: 'Новый элемент' });
  await card.getByRole('textbox', { name: 'Код', exact: true }).fill('8888');
  await page.reload();
  await expect(card.getByRole('textbox', { name: 'Код', exact: true })).toHaveValue('8888');
  await card.getByRole('textbox', { name: 'Наименование', exact: true }).fill('Новый край');
  await expect(card.getByText(/^Осталось поправить/)).toBeVisible();
  await picture(page, 'editing-new');
  await expectAccessible(page);
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
  await expect(saving(other)).toHaveText('Сохранено');
  await page.context().setOffline(false);
  const dialog = page.getByRole('dialog', { name: 'Эти же ячейки изменил кто-то ещё' });
  await expect(dialog).toContainText('Имя Бориса', { timeout: 20_000 });
  await picture(page, 'editing-collision');
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await expect(saving(page)).toHaveText('Сохранено');
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
