import { Paper, Stack, Table } from '@mantine/core';
import { IconHierarchyOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import { usePaged } from '@/api/paging';
import type { AsOf } from '@/components/asOf';
import { language } from '@/i18n';
import { Empty } from '@/ui/Empty';
import { formatDate } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Period } from '@/ui/Period';
import { ItemLink } from './Card';

const CHILDREN = graphql(`
  query ItemChildren($dictionary: ID!, $code: ID!, $on: Date!, $at: Int, $after: String, $language: Language!) {
    dictionary(code: $dictionary) {
      items(parent: $code, validOn: $on, publication: $at, first: 100, after: $after) {
        nodes {
          code
          name(language: $language)
          validFrom
          validTo
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** What stands directly under the item at the point that is looked from. */
export function ChildrenTab({ dictionary, code, asOf }: { dictionary: string; code: string; asOf: AsOf }) {
  const { t } = useTranslation('item');
  const load = async (after: string | null) => {
    const variables = { dictionary, code, on: asOf.validOn, at: asOf.publication, after };
    const data = await ask(CHILDREN, { ...variables, language: language() === 'en' ? 'EN' : 'RU' }, true);
    return data.dictionary?.items ?? { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };
  };
  const list = usePaged(load, `${dictionary} ${code} ${asOf.validOn} ${asOf.publication}`);
  if (list.isLoading) return <Loading />;
  if (list.nodes.length === 0 && list.refusals.length === 0)
    return (
      <Empty
        icon={IconHierarchyOff}
        title={t('children.none', { date: formatDate(asOf.validOn) })}
        hint={t('children.noneHint')}
      />
    );
  return (
    <Stack gap="sm">
      <Paper withBorder p="md">
        <Table.ScrollContainer minWidth={480}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('usages.item')}</Table.Th>
                <Table.Th w="26%">{t('times.columns.valid')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.nodes.map((child) => (
                <Table.Tr key={child.code}>
                  <Table.Td>
                    <ItemLink dictionary={dictionary} code={child.code} name={child.name} asOf={asOf} />
                  </Table.Td>
                  <Table.Td>
                    <Period from={child.validFrom} until={child.validTo} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <More list={list} />
    </Stack>
  );
}
