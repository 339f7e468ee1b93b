import { expectAccessible } from './accessible';
import { office, OFFICES, worker } from './drafting';
import { expect, picture, signIn, test } from './server';

test('a request is reviewed by keys: returned with a reason, sent again, approved and published', async ({ page, server }) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Уточнить адрес в Пскове', [
    office(OFFICES.pskov, { address: '180000, г. Псков, Плехановский посад, д. 6' }),
  ]);
  await maria.act('submit', id);
  await signIn(page, server, 'anna');
  await page.goto(`/requests/${id}`);
  await expect(page.getByText('Решение за вами')).toBeVisible();
  await expect(page.locator('del').first()).toBeVisible();
  await expect(page.locator('ins').first()).toBeVisible();
  await picture(page, 'request-review');

  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Клавиши' });
  await expect(keys).toContainText('Согласовать');
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);

  await page.keyboard.press('r');
  const returning = page.getByRole('dialog', { name: 'Вернуть на доработку' });
  await expect(returning.getByRole('button', { name: 'Вернуть на доработку' })).toBeDisabled();
  // Keys are letters again while one types.
  await returning.getByLabel('Что исправить').pressSequentially('area: укажите индекс');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Заявка возвращена на доработку' })).toBeVisible();
  await expect(page.getByText('Анна Ковалёва: «area: укажите индекс».')).toBeVisible();

  await maria.act('submit', id);
  await expect(page.getByText('Решение за вами')).toBeVisible();
  await page.keyboard.press('a');
  await page.getByRole('dialog', { name: 'Согласовать заявку' }).getByRole('button', { name: 'Согласовать' }).click();
  await expect(page.getByRole('heading', { name: 'Заявка согласована' })).toBeVisible();
  await page.keyboard.press('p');
  await page.getByRole('dialog', { name: 'Опубликовать сейчас?' }).getByRole('button', { name: 'Опубликовать' }).click();
  await expect(page.getByRole('heading', { name: 'Заявка опубликована' })).toBeVisible();
  await expect(page.getByRole('link', { name: /Публикация № \d+/ })).toHaveAttribute('href', /\/publications\/\d+$/);
  await expect(page.getByRole('link', { name: 'Акт изменений' })).toHaveAttribute('href', /\/publications\/\d+\/act$/);
});

test('four eyes are told in words, and a published request is undone by a new one', async ({ page, server }) => {
  const [boris, anna] = [await worker(server, 'boris'), await worker(server, 'anna')];
  const id = await boris.draft('ИНН московской прокуратуры', [office(OFFICES.moscow, { inn: '7705401340' })]);
  await boris.act('submit', id);
  await signIn(page, server, 'boris');
  await page.goto(`/requests/${id}`);
  await expect(
    page.getByText('Вы сами вносили изменения в эту заявку, поэтому согласовать её должен кто-то другой.'),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: /Согласовать/ })).toHaveCount(0);
  await page.keyboard.press('a');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await anna.act('approve', id);
  await expect(page.getByRole('heading', { name: 'Заявка согласована' })).toBeVisible();
  await boris.act('publish', id);
  await page.getByRole('button', { name: 'Отменить публикацию' }).click();
  const dialog = page.getByRole('dialog', { name: /Отменить публикацию № \d+\?/ });
  await expect(dialog).toContainText('останется как есть');
  await dialog.getByRole('button', { name: 'Создать черновик отмены' }).click();
  await expect(page.getByText('отменяет публикацию')).toBeVisible();
  await expect(page.locator('del').filter({ hasText: '7705401340' })).toBeVisible();
});

test('what two stewards wrote into one field is settled side by side', async ({ page, server }) => {
  const [maria, boris, anna] = [await worker(server, 'maria'), await worker(server, 'boris'), await worker(server, 'anna')];
  const street = 'г. Великий Новгород, ул. Новолучанская';
  const id = await maria.draft('Адрес по письму', [office(OFFICES.novgorod, { address: `${street}, д. 12`, phone: '111' })]);
  const other = await boris.draft('Адрес по приказу', [office(OFFICES.novgorod, { address: `${street}, д. 14`, phone: '222' })]);
  await boris.act('submit', other);
  await anna.act('approve', other);
  await boris.act('publish', other);

  await signIn(page, server, 'maria');
  await page.goto(`/requests/${id}`);
  await page.getByRole('button', { name: 'Разрешить конфликты' }).click();
  await expect(page.getByRole('heading', { name: '2 расхождения с опубликованным' })).toBeVisible();
  await expect(page.getByText('Опубликовано теперь').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'request-conflicts');
  const apply = page.getByRole('button', { name: 'Применить выбор' });
  await expect(apply).toBeDisabled();
  await page.getByRole('button', { name: 'взять опубликованное' }).click();
  await page.getByRole('radio', { name: 'Оставить из заявки' }).first().check();
  await expect(page.getByText('Выбрано 2 из 2')).toBeVisible();
  await apply.click();
  await expect(page.getByRole('heading', { name: 'Конфликтов нет' })).toBeVisible();
  await page.getByRole('tab', { name: /Изменения/ }).click();
  await expect(page.locator('ins').filter({ hasText: '12' })).toBeVisible();
  await expect(page.locator('del').filter({ hasText: '14' })).toBeVisible();
  await expect(page.getByText('222')).toHaveCount(0);
});

test('a request goes out at a set time, unless it is taken off the schedule', async ({ page, server }) => {
  const [boris, anna] = [await worker(server, 'boris'), await worker(server, 'anna')];
  const id = await boris.draft('Почта московской прокуратуры', [office(OFFICES.moscow, { email: 'moscow@example.org' })]);
  await boris.act('submit', id);
  await anna.act('approve', id);
  await signIn(page, server, 'boris');
  await page.goto(`/requests/${id}`);
  await expect(page.getByRole('heading', { name: 'Заявка согласована' })).toBeVisible();
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog', { name: 'Когда опубликовать' });
  await expect(dialog.getByLabel('Дата и время')).toContainText('09:00');
  await dialog.getByRole('button', { name: 'Запланировать' }).click();
  await expect(page.getByRole('heading', { name: 'Публикация запланирована' })).toBeVisible();
  await expect(page.getByText(/Выйдет сама \d\d\.\d\d\.\d{4} 09:00/)).toBeVisible();
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { name: 'Заявка согласована' })).toBeVisible();
});

test('two people see each other at work', async ({ page, server, browser }) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Совместная правка', [office(OFFICES.pskov, { inn: '6027014711' })]);
  await signIn(page, server, 'maria');
  await page.goto(`/requests/${id}`);
  await expect(page.getByText('6027014711')).toBeVisible();

  const context = await browser.newContext({ baseURL: server.url, locale: 'ru-RU' });
  const other = await context.newPage();
  await signIn(other, server, 'boris');
  await other.goto(`/requests/${id}?tab=talk`);
  await other.getByLabel('Ваш комментарий').fill('Проверьте ИНН');
  await other.keyboard.press('Control+Enter');
  await expect(page.getByText('Новый комментарий — Борис Ильин')).toBeVisible();
  await expect(page.getByRole('tab', { name: /Обсуждение/ })).toContainText('1');

  const boris = await worker(server, 'boris');
  await boris.edit(id, [office(OFFICES.moscow, { phone: '+7 (495) 951-71-97' })]);
  await expect(page.getByText('Заявка изменилась — Борис Ильин')).toBeVisible();
  await expect(page.getByText('+7 (495) 951-71-97')).toBeVisible();

  await page.getByRole('button', { name: /Отправить на согласование/ }).click();
  await expect(other.getByRole('heading', { name: 'Заявка на согласовании' })).toBeVisible();
  await context.close();
});

const RETIRED = { retire: { dictionary: 'offices', code: OFFICES.novgorod, on: '2030-01-01', reason: 'Реорганизация' } };

test('changes are filtered, walked through, commented and taken out', async ({ page, server }) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Прекращение прокуратуры', [RETIRED, office(OFFICES.moscow, { ogrn: '1027700000000' })]);
  await signIn(page, server, 'maria');
  await page.goto(`/requests/${id}`);
  await expect(page.getByRole('heading', { name: 'Сначала исправьте ошибки' })).toBeVisible();
  const cards = page.getByRole('article');
  await expect(cards).toHaveCount(2);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(cards.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(cards.nth(0)).toBeFocused();

  await page.getByLabel('Код, наименование или слово').fill('реорганизация');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText('действует до 01.01.2030');
  await page.getByRole('button', { name: /^Действия:/ }).click();
  await page.getByRole('menuitem', { name: 'Комментировать' }).click();
  await page.getByLabel('Комментарий к элементу').fill('Есть ли преемник?');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('tab', { name: /Обсуждение/ })).toContainText('1');
  await expectAccessible(page);

  await page.getByLabel('Код, наименование или слово').clear();
  await expect(cards).toHaveCount(2);
  await page.getByRole('button', { name: 'Действия: Прокуратура Новгородской области' }).click();
  await page.getByRole('menuitem', { name: 'Убрать из заявки' }).click();
  await expect(cards).toHaveCount(1);
  await expect(page.getByRole('heading', { name: 'Черновик готов: отправьте его на согласование' })).toBeVisible();
  await page.getByRole('tab', { name: /Обсуждение/ }).click();
  await expect(page.getByText('Есть ли преемник?')).toBeVisible();
});

test('problems are told in words, with what they touch and how the list would look', async ({ page, server }) => {
  const maria = await worker(server, 'maria');
  const id = await maria.draft('Прекращение без преемника', [RETIRED]);
  await signIn(page, server, 'maria');
  await page.goto(`/requests/${id}`);
  await page.getByRole('button', { name: 'Показать ошибки' }).click();
  await expect(page.getByText('элемент, на который указывает ссылка, действует не весь этот период').first()).toBeVisible();
  await picture(page, 'request-check');
  await page.getByRole('tab', { name: 'Влияние' }).click();
  await expect(page.getByText('не даст прекратить').first()).toBeVisible();
  await picture(page, 'request-impact');
  await page.getByRole('tab', { name: 'Предпросмотр' }).click();
  await expect(page.getByText('из заявки').first()).toBeVisible();
  await page.getByLabel('На дату').fill('02.01.2030');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Так справочник увидят читатели на 02.01.2030')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('tab', { name: /Обсуждение/ }).click();
  await page.getByLabel('Ваш комментарий').fill('Нужен преемник');
  await page.reload();
  // What is typed survives a reload.
  await expect(page.getByLabel('Ваш комментарий')).toHaveValue('Нужен преемник');
});
