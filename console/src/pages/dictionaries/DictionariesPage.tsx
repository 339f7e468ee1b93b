import { Button, CloseButton, Group, Text, TextInput } from '@mantine/core';
import { IconBooks, IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk, useTold } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { Empty } from '@/ui/Empty';
import { formatCount } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { DictionaryTable } from './DictionaryTable';
import { found, sorted, sortOf, type Listed } from './listing';

const LIST = graphql(`
  query DictionariesList {
    dictionaries(first: 200) {
      totalCount
      nodes {
        code
        name {
          ru
          en
        }
        description {
          ru
          en
        }
        owner
        access
        updatePeriodDays
        isHierarchical
        itemsCount
        edition {
          number
          publication {
            number
            publishedAt
          }
        }
      }
    }
  }
`);

const PUBLISHED = graphql(`
  subscription DictionariesPublished {
    published {
      number
    }
  }
`);

/** All dictionaries that one may read: who answers for them, how many items, how fresh. */
export default function DictionariesPage() {
  const { t } = useTranslation('dictionaries');
  const me = useMe();
  const { data, error, isLoading, again } = useAsk(LIST, {}, { types: ['Dictionary', 'Edition'] });
  useTold(PUBLISHED, {}, again);
  const all = data?.dictionaries.nodes;
  const create = hasRole(me, ['OWNER']) && (
    <Button component={Link} to="/definitions/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('create')}
    </Button>
  );
  const items = all?.reduce((sum, each) => sum + each.itemsCount, 0) ?? 0;
  const lead = all && all.length > 0 && (
    <>
      {t('lead.dictionaries', { count: all.length })}
      {t('lead.items', { count: items, shown: formatCount(items) })}
    </>
  );
  return (
    <Page title={t('title')} lead={lead} actions={create}>
      {isLoading && <Loading lines={8} />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {all?.length === 0 && (
        <Empty icon={IconBooks} title={t('empty')} hint={t(me ? 'emptyHint' : 'emptyGuest')} action={create || undefined} />
      )}
      {all && all.length > 0 && <Found all={all} total={data.dictionaries.totalCount ?? all.length} />}
    </Page>
  );
}

function Found({ all, total }: { all: Listed[]; total: number }) {
  const { t } = useTranslation(['dictionaries', 'common']);
  const [text, setText] = useUrlState('q');
  const [order, setOrder] = useUrlState('sort', 'name');
  const sort = sortOf(order);
  const shown = useMemo(() => sorted(found(all, text), sortOf(order)), [all, text, order]);
  return (
    <>
      <Group gap="md">
        <TextInput
          w={{ base: '100%', xs: 360 }}
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            text !== '' && (
              <CloseButton size="sm" aria-label={t('action.clear', { ns: 'common' })} onClick={() => setText(null)} />
            )
          }
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed" aria-live="polite">
          {text.trim() !== '' && shown.length > 0 && t('found', { count: shown.length })}
          {total > all.length && t('more', { shown: all.length, total })}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <Empty
          icon={IconSearch}
          title={t('nothing')}
          hint={t('nothingHint')}
          action={
            <Button variant="default" onClick={() => setText(null)}>
              {t('showAll')}
            </Button>
          }
        />
      ) : (
        <DictionaryTable dictionaries={shown} sort={sort} onSort={setOrder} />
      )}
    </>
  );
}
