import { receive } from './receiver';
import { askServer, expect, picture, signIn, test } from './server';

const REGISTER = `mutation($url: String!) { registerConsumer(input: { code: "statistics", title: "Сбор статистики", contact: "дежурный",
  dictionaries: ["regions"], target: { webhook: { url: $url } } }) { registered { secret } errors { path code message } } }`;

const NAME = 'query($on: Date) { region(code: "08", validOn: $on) { name } }';

test('a name changes from next month, is returned, approved and published, and everybody learns of it', async ({
  page,
  server,
}) => {
  test.setTimeout(120_000);
  const receiver = await receive();
  await signIn(page, server, 'petr');
  await askServer(page.request, server, REGISTER, { url: receiver.url });

  // The steward finds the item, and changes its name from a day to come.
  await signIn(page, server, 'maria');
  await page.goto('/dictionaries/regions/items/08');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Хабаровский край');
  await page.getByRole('button', { name: 'Изменить' }).click();
  await page.getByLabel('Что меняется').fill('Хабаровский край переименован');
  await page.getByRole('button', { name: 'Создать заявку' }).click();
  const card = page.getByRole('dialog', { name: /08/ });
  await card.getByRole('textbox', { name: 'Наименование', exact: true }).fill('Хабаровский край — Приамурье');
  await card.getByLabel('С какой даты').fill('01.01.2027');
  await page.keyboard.press('Tab');
  await picture(page, 'story-1-change');
  await card.getByRole('button', { name: 'Внести в заявку' }).click();
  await expect(card).toBeHidden();
  await page.getByRole('button', { name: 'Готово' }).click();
  await page
    .getByRole('button', { name: /Отправить на согласование/ })
    .first()
    .click();
  await expect(page.getByText('Заявка на согласовании')).toBeVisible();
  const address = new URL(page.url()).pathname;

  // The approver sends it back once, with a reason.
  await signIn(page, server, 'anna');
  await page.goto(address);
  await page
    .getByRole('button', { name: /Вернуть на доработку/ })
    .first()
    .click();
  const returning = page.getByRole('dialog');
  await returning.getByRole('textbox').fill('Добавьте пояснение');
  await returning.getByRole('button', { name: 'Вернуть на доработку' }).click();
  await expect(page.getByText('Заявка возвращена на доработку')).toBeVisible();

  await signIn(page, server, 'maria');
  await page.goto('/');
  await expect(page.getByText('Возвращены мне')).toBeVisible();
  await picture(page, 'story-home');
  await page.getByRole('link', { name: /Хабаровский край переименован/ }).click();
  await page
    .getByRole('button', { name: /Отправить на согласование/ })
    .first()
    .click();
  await expect(page.getByText('Заявка на согласовании')).toBeVisible();

  await signIn(page, server, 'anna');
  await page.goto(address);
  await expect(page.getByText('Приамурье').first()).toBeVisible();
  await picture(page, 'story-2-approve');
  await page
    .getByRole('button', { name: /^Согласовать/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Согласовать' }).click();
  await expect(page.getByText('Заявка согласована')).toBeVisible();
  await page
    .getByRole('button', { name: /^Опубликовать/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Опубликовать' }).click();
  await expect(page.getByText('Заявка опубликована')).toBeVisible();

  // A reader sees it on the date and not before; the receiver got it; and the item says who did it.
  const nameOn = async (on: string) => {
    const answer = await page.request.post(`${server.url}/graphql/data`, { data: { query: NAME, variables: { on } } });
    return ((await answer.json()) as { data: { region: { name: string } } }).data.region.name;
  };
  expect(await nameOn('2026-12-31')).toBe('Хабаровский край');
  expect(await nameOn('2027-01-01')).toBe('Хабаровский край — Приамурье');
  await expect
    .poll(() => receiver.events.filter((event) => event.type === 'svod.item.changed').length, { timeout: 20_000 })
    .toBe(1);
  await page.goto('/dictionaries/regions/items/08?on=2027-01-01&tab=history');
  await expect(page.getByText('Мария Стрельцова').first()).toBeVisible();
  await picture(page, 'story-3-who');
  await receiver.close();
});

test('the console speaks English when asked to', async ({ page, server }) => {
  await signIn(page, server, 'boris');
  await page.goto('/');
  await page.getByRole('button', { name: 'Моя учётная запись' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'My tasks' })).toBeVisible();
  await page.getByRole('link', { name: 'Dictionaries' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dictionaries' })).toBeVisible();
  await page.getByRole('link', { name: 'Change requests' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Change requests' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Change requests' })).toBeVisible();
  await picture(page, 'english');
});
