import { Button, Card, CloseButton, Group, Menu, SegmentedControl, Text, TextInput, Title } from '@mantine/core';
import { IconLock, IconPlus, IconRobot, IconSearch, IconUser } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole, useMe } from '@/api/me';
import { usePaged } from '@/api/paging';
import { ROLES } from '@/components/roles/roles';
import { Empty } from '@/ui/Empty';
import { Fact } from '@/ui/Fact';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Page } from '@/ui/Page';
import { useUrlState } from '@/ui/urlState';
import { AddAccountDialog } from './AddAccountDialog';
import { found, FILTERS, type Filter, type Kind } from './listing';
import { PeopleTable } from './PeopleTable';

const LIST = graphql(`
  query PeopleList($after: String) {
    accounts(first: 200, after: $after) {
      totalCount
      nodes {
        ...ListedAccount
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const NOTHING = { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };
const load = async (after: string | null) => (await ask(LIST, { after }, true)).accounts ?? NOTHING;

/** Everybody with an account, and what they may do. For administrators and auditors. */
export default function PeoplePage() {
  const { t } = useTranslation(['people', 'common']);
  const me = useMe();
  const [added, setAdded] = useState<Kind | null>(null);
  const navigate = useNavigate();
  const mayAdd = hasRole(me, ['ADMINISTRATOR']);
  if (me === undefined) return <Loading />;
  if (!hasRole(me, ['ADMINISTRATOR', 'AUDITOR'])) {
    return (
      <Page title={t('title')}>
        <Empty icon={IconLock} title={t('refused')} hint={t('refusedHint')} />
      </Page>
    );
  }
  const add = mayAdd && (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} aria-hidden />}>{t('add')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUser size={16} aria-hidden />} onClick={() => setAdded('PERSON')}>
          {t('addPerson')}
        </Menu.Item>
        <Menu.Item leftSection={<IconRobot size={16} aria-hidden />} onClick={() => setAdded('SYSTEM')}>
          {t('addSystem')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={add}>
      <People />
      <Legend />
      {added && (
        <AddAccountDialog
          kind={added}
          onClose={() => setAdded(null)}
          onAdded={(name) => void navigate(`/people/${encodeURIComponent(name)}`)}
        />
      )}
    </Page>
  );
}

function People() {
  const { t } = useTranslation(['people', 'common']);
  const [text, setText] = useUrlState('q');
  const [filter, setFilter] = useUrlState('show', 'all');
  const list = usePaged(load, 'people');
  const wanted = FILTERS.find((each) => each === filter) ?? 'all';
  const shown = found(list.nodes, text, wanted);
  const reset = () => {
    setText(null);
    setFilter(null);
  };
  return (
    <>
      <Group gap="md">
        <TextInput
          w={{ base: '100%', xs: 320 }}
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
        <SegmentedControl
          aria-label={t('filter.label')}
          value={wanted}
          onChange={setFilter}
          data={FILTERS.map((each: Filter) => ({ value: each, label: t(`filter.${each}`) }))}
        />
        <Text size="sm" c="dimmed" aria-live="polite">
          {!list.isLoading && shown.length > 0 && t('found', { count: shown.length })}
        </Text>
      </Group>
      {list.isLoading && <Loading lines={8} />}
      {!list.isLoading && list.refusals.length === 0 && shown.length === 0 && (
        <Empty
          icon={IconSearch}
          title={t('nothing')}
          hint={t('nothingHint')}
          action={
            <Button variant="default" onClick={reset}>
              {t('showAll')}
            </Button>
          }
        />
      )}
      {shown.length > 0 && <PeopleTable accounts={shown} />}
      {(list.hasMore || list.refusals.length > 0) && <More list={list} />}
    </>
  );
}

function Legend() {
  const { t } = useTranslation(['people', 'common']);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="legend-title">
      <Title order={2} size="h3" mb="sm" id="legend-title">
        {t('roles.what')}
      </Title>
      <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(280px, 1fr))', gap: '16px 32px' }}>
        {ROLES.map((role) => (
          <Fact
            key={role}
            label={
              <Text span size="sm" fw={600} c="var(--mantine-color-text)">
                {t(`role.${role}`, { ns: 'common' })}
              </Text>
            }
          >
            <Text span size="sm" c="dimmed">
              {t(`roles.may.${role}`)}
            </Text>
          </Fact>
        ))}
      </div>
    </Card>
  );
}
