import { Button } from '@mantine/core';
import { IconArrowsDiff, IconBook2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask, useTold } from '@/api/asking';
import { graphql } from '@/api/gql';
import { usePaged } from '@/api/paging';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Page } from '@/ui/Page';
import { PUBLICATION_LIST } from './list/listing';
import { PublicationTable } from './list/PublicationTable';
import { Weeks } from './list/Weeks';

const PUBLISHED = graphql(`
  subscription PublicationListPublished {
    published {
      number
    }
  }
`);

const load = async (after: string | null) => (await ask(PUBLICATION_LIST, { after }, true)).publications;

/** All publications, newest first; new ones come up by themselves. */
export default function PublicationsPage() {
  const { t } = useTranslation(['publication', 'request', 'common']);
  const [newest, setNewest] = useState(0);
  useTold(PUBLISHED, {}, ({ published }) => setNewest(published.number));
  const list = usePaged(load, 'publications', newest);
  return (
    <Page
      title={t('list.title')}
      lead={t('list.lead')}
      actions={
        <Button
          variant="default"
          component={Link}
          to="/publications/compare"
          leftSection={<IconArrowsDiff size={16} aria-hidden />}
        >
          {t('list.compare')}
        </Button>
      }
    >
      <Weeks />
      {list.isLoading && <Loading lines={8} />}
      {list.nodes.length > 0 && <PublicationTable publications={list.nodes} />}
      {!list.isLoading && list.nodes.length === 0 && list.refusals.length === 0 && (
        <Empty icon={IconBook2} title={t('list.none')} hint={t('list.noneHint')} />
      )}
      <More list={list} />
    </Page>
  );
}
