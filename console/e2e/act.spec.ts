import { expectAccessible } from './accessible';
import { publish } from './publishing';
import { expect, picture, signIn, test } from './server';

test('the act of a publication is a document that can be printed and signed', async ({ page, server }) => {
  const number = await publish(page, server, {
    title: 'Переименовать и объединить',
    basis: { kind: 'order', number: '140-к', date: '2026-11-20', title: 'О реорганизации' },
    edits: [
      {
        add: {
          dictionary: 'offices',
          code: '900000002',
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
      { retire: { dictionary: 'offices', code: '344577707', on: '2024-01-01', reason: 'Объединена', successors: ['900000002'] } },
      {
        update: { dictionary: 'regions', code: '49', validFrom: '2020-01-01', attributes: { name: { ru: 'Новгородский край' } } },
      },
    ],
  });
  await signIn(page, server, 'anna');
  await page.goto(`/publications/${number}`);
  await page.getByRole('link', { name: 'Акт изменений' }).click();
  const act = page.getByRole('article', { name: `Акт изменений № ${number}` });
  await expect(act).toContainText('Приказ № 140-к от 20.11.2026 «О реорганизации»');
  await expect(act.getByRole('row', { name: /344577707/ })).toContainText('Объединена. Преемник: 900000002');
  await expect(act.getByRole('row', { name: /900000002.*Добавлен/ })).toContainText('Межрайонная прокуратура (4)');
  await expect(act.getByRole('row', { name: /Новгородская область/ })).toContainText('01.01.2020');
  await expect(act).toContainText(/[0-9a-f]{64}/);
  await expect(act).toContainText('Мария Стрельцова');
  await expect(act).toContainText(/в системе \d\d\.\d\d\.\d{4} \d\d:\d\d/);
  await picture(page, 'act');
  await expectAccessible(page);

  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Печать / PDF' })).toBeHidden();
  await expect(act).toBeVisible();
  await picture(page, 'act-print');
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  // A4 in points.
  expect(pdf.toString('latin1')).toMatch(/MediaBox ?\[0 0 59[45][.\d]* 84[12][.\d]*\]/);
});

test('an act of thousands of items is made when one says so', async ({ page, server }) => {
  await signIn(page, server, 'anna');
  await page.goto('/publications/1/act');
  await expect(page.getByRole('alert')).toContainText(/В акте \d/);
  await expect(page.getByRole('button', { name: 'Печать / PDF' })).toBeDisabled();
  await picture(page, 'act-long');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Всё равно подготовить' }).click();
  await expect(page.getByRole('status')).toContainText('Читаем изменения');
  await page.getByRole('link', { name: 'Публикация 1', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Публикация 1' })).toBeVisible();
});
