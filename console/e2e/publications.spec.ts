import { expectAccessible } from './accessible';
import { publish } from './publishing';
import { expect, picture, signIn, test } from './server';

const [OFFICES, REGIONS] = ['offices', 'regions'];

test('a publication is found in the list and tells why, by whom and what', async ({ page, server }) => {
  const number = await publish(page, server, {
    title: 'Уточнить прокуратуру и регион',
    basis: { kind: 'order', number: '140-к', date: '2026-11-20' },
    edits: [
      {
        update: {
          dictionary: OFFICES,
          code: '344865724',
          validFrom: '2020-01-01',
          attributes: { name: { ru: 'Новгородская прокуратура' } },
        },
      },
      { update: { dictionary: REGIONS, code: '49', validFrom: '2020-01-01', attributes: { name: { ru: 'Новгородский край' } } } },
    ],
  });
  await signIn(page, server, 'maria');
  await page.goto('/publications');
  await expect(page.getByRole('heading', { name: 'Изменения по неделям' })).toBeVisible();
  const row = page.getByRole('row', { name: /Уточнить прокуратуру и регион/ });
  await expect(row).toContainText('Приказ № 140-к от 20.11.2026');
  await expect(row).toContainText('Изменено: 1');
  await picture(page, 'publications');
  await expectAccessible(page);

  await row.getByRole('link', { name: `№ ${number}` }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Публикация ${number}` })).toBeVisible();
  await expect(page.getByText('Мария Стрельцова').first()).toBeVisible();
  const changed = page.getByRole('article', { name: /344865724/ });
  await expect(changed.locator('del')).not.toHaveCount(0);
  await picture(page, 'publication');
  await expectAccessible(page);
  await page.getByRole('tab', { name: /Субъекты/ }).click();
  await expect(page.getByRole('article', { name: /Новгородский край/ })).toBeVisible();
  await expect(page).toHaveURL(/dictionary=regions/);
  await page.getByRole('button', { name: /Скачать справочник: Субъекты/ }).click();
  const csv = page.getByRole('menuitem', { name: 'CSV', exact: true });
  await expect(csv).toHaveAttribute('href', `/export/regions.csv?publication=${number}`);
});

test('two publications are compared, sifted by kind, and one item on two dates', async ({ page, server }) => {
  const number = await publish(page, server, {
    title: 'Добавить и прекратить',
    edits: [
      {
        add: {
          dictionary: 'inspection_grounds',
          code: '98.0.1',
          validFrom: '2024-01-01',
          attributes: { name: { ru: 'Новое основание' } },
        },
      },
      {
        update: {
          dictionary: 'inspection_grounds',
          code: '98.0.1',
          validFrom: '2030-01-01',
          attributes: { name: { ru: 'Новое основание, уточнённое' } },
        },
      },
    ],
  });
  await signIn(page, server, 'maria');
  await page.goto('/publications/compare');
  await expect(page.getByRole('heading', { name: 'Выберите справочник' })).toBeVisible();
  await picture(page, 'compare-empty');
  await expectAccessible(page);
  await page.goto(`/publications/compare?dictionary=inspection_grounds&from=${number - 1}&to=${number}`);
  await expect(page.getByRole('radio', { name: 'Все: 1' })).toBeChecked();
  await expect(page.getByRole('article', { name: /98\.0\.1/ })).toBeVisible();
  await picture(page, 'compare');
  await expectAccessible(page);
  await page.getByText('Добавлены: 1').click();
  await expect(page).toHaveURL(/kind=ADDED/);
  await page.getByRole('button', { name: 'Поменять стороны местами' }).click();
  await expect(page).toHaveURL(new RegExp(`from=${number}&to=${number - 1}`));
  await expect(page.getByText('Отсутствуют: 1')).toBeVisible();

  const dated = 'fromOn=2025-01-01&toOn=2031-01-01';
  await page.goto(`/publications/compare?dictionary=inspection_grounds&item=98.0.1&from=${number}&to=${number}&${dated}`);
  await expect(page.locator('ins')).toContainText('уточнённое');
  await page.goto(`/publications/compare?dictionary=regions&from=${number}&to=${number}`);
  await expect(page.getByRole('heading', { name: 'Отличий нет' })).toBeVisible();
});
