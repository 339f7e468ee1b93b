import { Group, Paper, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconEye, IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { RequestPreviewQuery } from '@/api/gql/graphql';
import { usePaged, type Slice } from '@/api/paging';
import { useAttributes, type AttributeInfo } from '@/components/differences/attributes';
import { Value } from '@/components/differences/Value';
import { language } from '@/i18n';
import { DateField } from '@/ui/DateField';
import { Empty } from '@/ui/Empty';
import { formatDate, localized, today } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { useUrlState } from '@/ui/urlState';
import { useRequest } from './context';
import classes from './PreviewTab.module.css';

const PREVIEW = graphql(`
  query RequestPreview($id: ID!, $validOn: Date, $search: String, $first: Int, $after: String, $language: Language!) {
    changeRequest(id: $id) {
      id
      dictionaries {
        dictionaryCode
        preview(validOn: $validOn, search: $search, first: $first, after: $after) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            code
            name(language: $language)
            parentCode
            attributes
            validFrom
            validTo
            publication {
              number
            }
            references {
              attribute
              code
              name(language: $language)
            }
          }
        }
      }
    }
  }
`);

type Dictionaries = NonNullable<RequestPreviewQuery['changeRequest']>['dictionaries'];
type Row = Dictionaries[number]['preview']['nodes'][number];

const NONE: Slice<Row> = { nodes: [], pageInfo: { hasNextPage: false } };
/** As many columns as fit; the whole item is a click away. */
const COLUMNS_MAX = 4;

/** The lists as readers would see them on a date, were the request published. */
export default function PreviewTab() {
  const { t } = useTranslation('request');
  const { request, beat } = useRequest();
  const [first] = request.dictionaries;
  const [dictionary, setDictionary] = useUrlState('in', first?.dictionaryCode ?? '');
  const [on, setOn] = useUrlState('validOn', today());
  const [words, setWords] = useUrlState('find');
  const [sought] = useDebouncedValue(words.trim(), 250);
  const chosen = request.dictionaries.find(({ dictionaryCode }) => dictionaryCode === dictionary) ?? first;
  const load = async (after: string | null) => {
    const spoken = language() === 'en' ? ('EN' as const) : ('RU' as const);
    const variables = { id: request.id, validOn: on, search: sought, first: 50, after, language: spoken };
    const { changeRequest } = await ask(PREVIEW, variables, true);
    const found = changeRequest?.dictionaries.find(({ dictionaryCode }) => dictionaryCode === chosen?.dictionaryCode);
    return found?.preview ?? NONE;
  };
  const list = usePaged(load, JSON.stringify([chosen?.dictionaryCode, on, sought]), beat);
  if (!chosen) return <Empty icon={IconEye} title={t('preview.nothing')} hint={t('preview.nothingHint')} />;
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end">
        <Select
          label={t('preview.dictionary')}
          data={request.dictionaries.map(({ dictionaryCode, dictionary: of }) => ({
            value: dictionaryCode,
            label: localized(of?.name) || dictionaryCode,
          }))}
          value={chosen.dictionaryCode}
          onChange={(code) => setDictionary(code)}
          allowDeselect={false}
          w={260}
        />
        <DateField label={t('preview.on')} value={on} onChange={(date) => setOn(date)} width={170} />
        <TextInput
          label={t('preview.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value || null)}
          w={260}
        />
      </Group>
      <Text size="sm" c="dimmed" aria-live="polite">
        {t('preview.sentence', { date: formatDate(on) })}
      </Text>
      {list.isLoading && <Loading />}
      {!list.isLoading && list.nodes.length === 0 && (
        <Empty icon={IconEye} title={t('preview.none')} hint={t('preview.noneHint')} />
      )}
      {list.nodes.length > 0 && <Rows dictionary={chosen.dictionaryCode} rows={list.nodes} />}
      <More list={list} />
    </Stack>
  );
}

function Rows({ dictionary, rows }: { dictionary: string; rows: Row[] }) {
  const { t } = useTranslation('request');
  const attributes = useAttributes(dictionary);
  const isFilled = ({ code }: AttributeInfo) =>
    rows.some((row) => row.attributes && typeof row.attributes === 'object' && code in row.attributes);
  const columns = attributes.filter(isFilled).slice(0, COLUMNS_MAX);
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={120}>{t('preview.code')}</Table.Th>
              {columns.map(({ code, label }) => (
                <Table.Th key={code}>{localized(label)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.code} className={row.publication ? '' : (classes['changed'] ?? '')}>
                <Table.Td ff="monospace">
                  {row.code}
                  {!row.publication && (
                    <Text size="xs" c="var(--svod-changed)" ff="text">
                      {t('preview.changed')}
                    </Text>
                  )}
                </Table.Td>
                {columns.map((attribute) => (
                  <Table.Td key={attribute.code}>
                    <Cell row={row} attribute={attribute} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Cell({ row, attribute }: { row: Row; attribute: AttributeInfo }) {
  const values = typeof row.attributes === 'object' && row.attributes !== null ? (row.attributes as Record<string, unknown>) : {};
  const value = values[attribute.code];
  if (value === undefined || value === null) return null;
  return <Value attribute={attribute} value={value} names={row.references.filter((each) => each.attribute === attribute.code)} />;
}
