import { Button, Menu } from '@mantine/core';
import { IconEdit, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { useMe } from '@/api/me';
import { NewRequestDialog } from '../requests/NewRequestDialog';

const DRAFTS = graphql(`
  query StartEditingDrafts($me: ID!) {
    changeRequests(filter: { author: $me, states: [DRAFT, RETURNED] }, first: 20) {
      nodes {
        id
        title
        state
      }
    }
  }
`);

interface StartEditingProps {
  dictionary: string;
  /** The code of the item that is to be changed; without it the whole dictionary is opened. */
  item?: string;
}

/** «Edit»: into one of my open drafts, or into a new request. */
export function StartEditing({ dictionary, item }: StartEditingProps) {
  const { t } = useTranslation('editing');
  const me = useMe();
  const navigate = useNavigate();
  const [isNaming, setNaming] = useState(false);
  const name = me?.account.name ?? '';
  const { data } = useAsk(DRAFTS, { me: name }, { pause: name === '', types: ['ChangeRequest'] });
  const drafts = data?.changeRequests?.nodes ?? [];
  const enter = async (request: string) => {
    const search = new URLSearchParams({ edit: dictionary, ...(item ? { item } : {}) });
    await navigate(`/requests/${request}?${search.toString()}`);
  };
  const button = (
    <Button leftSection={<IconEdit size={16} aria-hidden />} onClick={() => drafts.length === 0 && setNaming(true)}>
      {t('start.edit')}
    </Button>
  );
  return (
    <>
      {drafts.length === 0 ? (
        button
      ) : (
        <Menu position="bottom-end" shadow="md" width={340}>
          <Menu.Target>{button}</Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setNaming(true)}>
              {t('start.new')}
            </Menu.Item>
            <Menu.Label>{t('start.into')}</Menu.Label>
            {drafts.map((draft) => (
              <Menu.Item key={draft.id} onClick={() => void enter(draft.id)}>
                № {draft.id} · {draft.title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {isNaming && <NewRequestDialog opened onClose={() => setNaming(false)} onCreated={(id) => void enter(id)} />}
    </>
  );
}
