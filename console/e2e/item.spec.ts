import { expectAccessible } from './accessible';
import { publish } from './publishing';
import { expect, picture, signIn, test } from './server';

const OFFICES = 'offices';

test('an item shows what made it what it is, and the picture looks from another point of both times', async ({
  page,
  server,
}) => {
  const code = '344551384';
  const basis = { kind: 'order', number: '123-к', date: '2026-11-02', title: 'О переименовании' };
  const first = await publish(page, server, {
    title: 'Переименовать прокуратуру',
    basis,
    edits: [
      { update: { dictionary: OFFICES, code, validFrom: '2040-01-01', attributes: { name: { ru: 'Прокуратура Новгорода' } } } },
    ],
  });
  const second = await publish(page, server, {
    title: 'Исправить адрес',
    edits: [
      { update: { dictionary: OFFICES, code, validFrom: '2021-05-01', attributes: { address: 'Великий Новгород, д. 12' } } },
    ],
  });
  await signIn(page, server, 'maria');
  await page.goto(`/dictionaries/${OFFICES}/items/${code}?on=2030-01-01`);
  await expect(page.getByRole('heading', { level: 1, name: 'Прокуратура Новгородской области' })).toBeVisible();
  const address = page.getByRole('row', { name: /Адрес приёмной/ });
  await expect(address).toContainText('Великий Новгород, д. 12');
  await expect(address).toContainText(`Публикация ${second}`);
  await expect(page.getByRole('row', { name: /^Наименование/ })).toContainText('Публикация 1');
  await picture(page, 'item');
  await expectAccessible(page);

  const times = page.getByRole('group', { name: /Версии элемента/ });
  await times.getByRole('button', { name: new RegExp(`Прокуратура Новгорода: .*в публикациях ${first}–`) }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`on=2040-01-01.*at=${first}`));
  await expect(page.getByRole('heading', { level: 1, name: 'Прокуратура Новгорода' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Наименование/ })).toContainText('Приказ № 123-к от 02.11.2026');
  await picture(page, 'item-as-of');

  await times.getByRole('button', { name: `Смотреть по публикации ${second}` }).click();
  await expect(page).not.toHaveURL(/at=/);
  await page.getByText('Таблица', { exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Стало известно' })).toBeVisible();
  await expect(page.getByRole('row', { name: /до 01.01.2040/ }).first()).toBeVisible();
});

test('history tells old and new, and usages and children lead on', async ({ page, server }) => {
  const code = '344551703';
  const number = await publish(page, server, {
    title: 'Уточнить наименование',
    basis: { kind: 'order', number: '7' },
    edits: [
      {
        update: {
          dictionary: OFFICES,
          code,
          validFrom: '2020-01-01',
          attributes: { name: { ru: 'Прокуратура Псковского края' } },
        },
      },
    ],
  });
  await signIn(page, server, 'maria');
  await page.goto(`/dictionaries/${OFFICES}/items/${code}?tab=history`);
  const step = page.getByRole('article', { name: `Публикация ${number}` });
  await expect(step.getByText('Псковской области', { exact: true })).toBeVisible();
  await expect(step.locator('ins')).toContainText('Псковского края');
  await expect(step).toContainText('Приказ № 7');
  await expect(step).toContainText('Мария Стрельцова');
  await expect(step).toContainText('Анна Ковалёва');
  await picture(page, 'item-history');
  await expectAccessible(page);

  await page.getByRole('tab', { name: 'Где используется' }).click();
  await expect(page.getByRole('heading', { name: 'Органы прокуратуры' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Вышестоящий' }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Подчинённые' }).click();
  await page.getByRole('row').nth(1).getByRole('link').click();
  await expect(page.getByText(/Стоит под:/)).toContainText('Прокуратура Псковского края');
});

test('one who comes to what is retired or annulled is told so, and led to what replaces it', async ({ page, server }) => {
  const [old, next] = ['344577707', '900000001'];
  await publish(page, server, {
    title: 'Объединить прокуратуры',
    edits: [
      {
        add: {
          dictionary: OFFICES,
          code: next,
          validFrom: '2024-01-01',
          parent: '344551384',
          attributes: {
            name: { ru: 'Объединённая прокуратура' },
            kind: '4',
            region: '49',
            okato: '49',
            address: 'Боровичи, д. 93',
          },
        },
      },
      { retire: { dictionary: OFFICES, code: old, on: '2024-01-01', reason: 'Объединена', successors: [next] } },
    ],
  });
  const mistake = { dictionary: 'inspection_grounds', code: '99.0.0' };
  await publish(page, server, {
    title: 'Добавить',
    edits: [{ add: { ...mistake, validFrom: '2024-01-01', attributes: { name: { ru: 'Ошибка' } } } }],
  });
  const number = await publish(page, server, { title: 'Аннулировать', edits: [{ annul: { ...mistake, reason: 'По ошибке' } }] });
  await signIn(page, server, 'maria');
  await page.goto(`/dictionaries/${OFFICES}/items/${old}?on=2025-01-01`);
  await expect(page.getByText('Прекращён с 01.01.2024')).toBeVisible();
  await expect(page.getByText('Причина: Объединена')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Межрайонная прокуратура', exact: true })).toBeVisible();
  await picture(page, 'item-retired');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Объединённая прокуратура' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Объединённая прокуратура' })).toBeVisible();

  await page.goto('/dictionaries/inspection_grounds/items/99.0.0');
  await expect(page.getByText('Элемент аннулирован')).toBeVisible();
  await expect(page.getByText(new RegExp(`Это сделала публикация ${number} `))).toBeVisible();
  await page.goto('/dictionaries/inspection_grounds/items/no-such');
  await expect(page.getByRole('heading', { name: 'Такой страницы нет' })).toBeVisible();
});
