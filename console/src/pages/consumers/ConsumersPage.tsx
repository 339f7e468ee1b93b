import { Button, Group, Select } from '@mantine/core';
import { IconLock, IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole, useMe } from '@/api/me';
import { usePolling } from '@/api/polling';
import { refusalsOf } from '@/api/refusals';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { Confirmations } from './Confirmations';
import { EVERY_MS, STATES } from './consumers';
import { ConsumersTable } from './ConsumersTable';
import { RegisterDialog } from './RegisterDialog';

const LIST = graphql(`
  query ConsumersList($state: ConsumerState) {
    consumers(state: $state, first: 200) {
      totalCount
      nodes {
        ...ListedConsumer
      }
    }
  }
`);

/** The systems that take the changes: whether each has all, and what is wrong where it has not. */
export default function ConsumersPage() {
  const { t } = useTranslation(['consumer', 'common']);
  const me = useMe();
  const [isRegistering, setRegistering] = useState(false);
  const navigate = useNavigate();
  if (me === undefined) return <Loading />;
  if (me === null) {
    return (
      <Page title={t('title')}>
        <Empty icon={IconLock} title={t('guest')} hint={t('guestHint')} />
      </Page>
    );
  }
  const register = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setRegistering(true)}>
      {t('register.open')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={register}>
      <List />
      {isRegistering && (
        <RegisterDialog
          mayChooseAccount={hasRole(me, ['ADMINISTRATOR'])}
          onClose={() => setRegistering(false)}
          onRegistered={(code) => void navigate(`/consumers/${code}`)}
        />
      )}
    </Page>
  );
}

function List() {
  const { t } = useTranslation(['consumer', 'common']);
  const [wanted, setWanted] = useUrlState('state');
  const state = STATES.find((each) => each === wanted);
  const { data, error, isLoading, again } = useAsk(LIST, state ? { state } : {}, { types: ['Consumer'] });
  usePolling(again, EVERY_MS);
  const consumers = data?.consumers?.nodes ?? [];
  return (
    <>
      {(consumers.length > 0 || state) && (
        <Group>
          <Select
            w={240}
            aria-label={t('filter')}
            placeholder={t('anyState')}
            data={STATES.map((each) => ({ value: each, label: t(`state.${each}`) }))}
            value={state ?? null}
            onChange={setWanted}
            clearable
            clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
          />
        </Group>
      )}
      {isLoading && <Loading lines={8} />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && consumers.length === 0 && (
        <Empty icon={IconPlugConnected} title={t(state ? 'noneSuch' : 'none')} hint={t(state ? 'noneSuchHint' : 'noneHint')} />
      )}
      {consumers.length > 0 && <ConsumersTable consumers={consumers} />}
      {consumers.length > 0 && !state && <Confirmations />}
    </>
  );
}
