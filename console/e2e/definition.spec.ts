import { expectAccessible } from './accessible';
import { askServer, expect, picture, signIn, test } from './server';

const NEW_REQUEST = `mutation($title: String!) {
  createChangeRequest(input: { title: $title }) { changeRequest { id revision } errors { message } }
}`;
const DEFINE = `mutation($input: DefineDictionaryInput!) {
  defineDictionary(input: $input) { changeRequest { revision } errors { message } }
}`;

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'olga');
});

test('an owner adds an attribute, sees what would change, and saves it into a request', async ({ page }) => {
  await page.goto('/definitions/regions?tab=attributes');
  await expect(page.getByRole('heading', { name: /^Структура:/ })).toBeVisible();
  await picture(page, 'definition-attributes');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Добавить атрибут' }).click();
  await page.getByRole('textbox', { name: 'Название', exact: true }).fill('Дата образования');
  await expect(page.getByRole('textbox', { name: 'Код', exact: true }).first()).toHaveValue('data_obrazovaniya');
  await page.getByRole('combobox', { name: 'Тип' }).click();
  await page.getByRole('option', { name: 'Дата' }).click();
  const preview = page.getByRole('complementary', { name: 'Так будет выглядеть форма' });
  await expect(preview.getByLabel('Дата образования')).toBeVisible();
  await page.getByRole('button', { name: 'Выше: Дата образования' }).click();
  await expect(page.getByText(/«Дата образования»: место \d+ из \d+/)).toBeAttached();
  await picture(page, 'definition-attribute');

  await page.reload();
  await expect(page.getByText(/Вернули ваши несохранённые правки/)).toBeVisible();
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  const dialog = page.getByRole('dialog', { name: 'Что изменится' });
  await expect(dialog.getByText('Атрибут «Дата образования»')).toBeVisible();
  await picture(page, 'definition-differences');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Сохранить в заявку' }).click();

  await expect(page.getByText(/Сохранено в заявку № \d+/)).toBeVisible();
  await expect(page.getByText('Все опубликованные элементы подходят новой структуре.')).toBeVisible();
  await expect(page.getByText('Правок нет')).toBeVisible();
  await picture(page, 'definition-saved');
  await page.getByRole('link', { name: 'Открыть заявку' }).click();
  await expect(page).toHaveURL(/\/requests\/\d+/);
});

test('what published items do not fit is counted', async ({ page }) => {
  await page.goto('/definitions/countries?tab=attributes&open=0');
  await page.getByRole('textbox', { name: 'Знаков не больше' }).fill('2');
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  await page.getByRole('button', { name: 'Сохранить в заявку' }).click();
  await expect(page.getByText(/Новой структуре не подход/)).toBeVisible();
});

test('a new dictionary: faults beside their fields, those of the server too', async ({ page }) => {
  await page.goto('/definitions/new');
  await page.getByRole('textbox', { name: 'Наименование', exact: true }).fill('Виды обращений');
  await expect(page.getByLabel('Код справочника')).toHaveValue('vidy_obrashcheniy');
  await page.getByLabel('Код справочника').fill('appeal_kinds');
  await expect(page.getByLabel('Имя типа для систем')).toHaveValue('AppealKind');
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  await expect(page.getByRole('alert')).toContainText('Ответственное подразделение');
  await picture(page, 'definition-new');
  await expectAccessible(page);
  await page.getByLabel('Ответственное подразделение').fill('Управление по рассмотрению обращений');

  await page.getByRole('tab', { name: 'Правила' }).click();
  await page.getByRole('button', { name: 'Добавить правило' }).click();
  await page.getByRole('textbox', { name: 'Что увидит человек', exact: true }).fill('Заполните наименование');
  const expression = page.getByLabel('Что должно выполняться');
  await expression.fill('has(item.name');
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  await page.getByRole('button', { name: 'Сохранить в заявку' }).click();
  await expect(page.getByRole('alert')).toContainText('Сервер не принял структуру');
  await expect(page.getByText(/Ошибка в выражении, строка 1/).first()).toBeVisible();
  await picture(page, 'definition-refused');

  await expression.fill('has(item.name)');
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  await page.getByRole('button', { name: 'Сохранить в заявку' }).click();
  await expect(page.getByText(/Сохранено в заявку № \d+/)).toBeVisible();
  await expect(page).toHaveURL(/\/definitions\/appeal_kinds\?.*request=\d+/);
});

test('an approval policy says in words what it means', async ({ page }) => {
  await page.goto('/definitions/offices?tab=approval');
  await expect(page.getByText(/нужно согласие одного согласующего на этапе «Методолог»/)).toBeVisible();
  await page.getByRole('button', { name: 'Добавить этап' }).click();
  await page.getByRole('textbox', { name: 'Название этапа', exact: true }).fill('Руководство');
  await page.getByRole('radiogroup', { name: 'Кто согласует' }).getByText('Владелец').click();
  await page.getByLabel('Сколько человек').fill('2');
  await expect(page.getByText(/затем 2 владельцев на этапе «Руководство»\. Это не меньше 3 разных людей/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('switch', { name: 'Никто не согласует собственные изменения' }).click({ force: true });
  await expect(page.getByRole('alert')).toContainText('Правило четырёх глаз выключено');
  await picture(page, 'definition-approval');
});

test('JSON that cannot be read waits, and is said elsewhere', async ({ page }) => {
  await page.goto('/definitions/offices?tab=json');
  const text = page.getByRole('textbox', { name: 'Структура целиком в JSON' });
  await text.fill('{ "code": "offices", "type": 5 }');
  await expect(page.getByText('type: здесь должен быть текст в кавычках')).toBeVisible();
  await page.reload();
  await expect(text).toHaveValue('{ "code": "offices", "type": 5 }');
  await page.getByRole('tab', { name: 'Паспорт' }).click();
  await expect(page.getByText('Во вкладке JSON осталась ошибка')).toBeVisible();
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await expect(page.getByText('Правок нет')).toBeVisible();
});

test('somebody else saved another structure into the same draft meanwhile', async ({ page, server }) => {
  const { createChangeRequest } = await askServer<{ createChangeRequest: { changeRequest: { id: string; revision: number } } }>(
    page.request,
    server,
    NEW_REQUEST,
    { title: 'Вдвоём' },
  );
  const { id, revision } = createChangeRequest.changeRequest;
  const asked = '{ dictionary(code: "inspection_kinds") { definition } }';
  const { dictionary } = await askServer<{ dictionary: { definition: Record<string, unknown> } }>(page.request, server, asked);
  const define = (seen: number, ru: string) => {
    const definition = { ...dictionary.definition, name: { ru } };
    return askServer(page.request, server, DEFINE, { input: { changeRequest: id, revision: seen, definition } });
  };
  await define(revision, 'Виды проверок, первая');
  await page.goto(`/definitions/inspection_kinds?request=${id}`);
  const name = page.getByRole('textbox', { name: 'Наименование', exact: true });
  await expect(name).toHaveValue('Виды проверок, первая');
  await name.fill('Виды проверок, моя');
  await define(revision + 1, 'Виды проверок, чужая');
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click();
  await page.getByRole('button', { name: 'Сохранить в заявку' }).click();
  await expect(page.getByText('Заявку тем временем изменили')).toBeVisible();
  await expect(page.getByRole('dialog').getByText('чужая')).toBeVisible();
  await picture(page, 'definition-stale');
  await page.getByRole('button', { name: 'Сохранить в заявку' }).click();
  await expect(page.getByText(`Сохранено в заявку № ${id}`)).toBeVisible();
});

test('whoever is no owner is told who changes a structure', async ({ page, server }) => {
  await signIn(page, server, 'maria');
  await page.goto('/definitions/offices');
  await expect(page.getByRole('heading', { name: 'Структуру меняет владелец справочника' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Открыть справочник' })).toBeVisible();
});

test('the editor on a tablet, in English and in the dark', async ({ page }) => {
  await page.setViewportSize({ width: 820, height: 1180 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.addInitScript(() => localStorage.setItem('svod.language', 'en'));
  await page.goto('/definitions/offices?tab=attributes&open=1');
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Region');
  await picture(page, 'definition-tablet-dark');
  await page.getByRole('button', { name: 'Form of an item' }).click();
  await expect(page.getByRole('dialog').getByRole('combobox', { name: 'Region', exact: true })).toBeVisible();
  await picture(page, 'definition-form-tablet-dark');
});
