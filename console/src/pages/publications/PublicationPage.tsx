import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { IconArrowsDiff, IconChevronLeft, IconChevronRight, IconFileText } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { UndoPublication } from '@/components/UndoPublication';
import { formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { Missing } from '../Broken';
import { Confirmations } from './one/Confirmations';
import { Editions } from './one/Editions';
import { Facts } from './one/Facts';
import { PUBLICATION_PAGE, type WholePublication } from './one/reading';
import { WhatChanged } from './one/WhatChanged';

/** One publication: why, by whom, what it made of which dictionary, and who has it. */
export default function PublicationPage() {
  const { t } = useTranslation(['publication', 'differences', 'request', 'common']);
  const number = Number(useParams()['number']);
  const { data, error, isLoading } = useAsk(
    PUBLICATION_PAGE,
    { number },
    { pause: !Number.isInteger(number), types: ['Publication'] },
  );
  if (isLoading) return <Loading lines={8} />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  const publication = data?.publication;
  if (!publication) return <Missing />;
  return (
    <Page
      title={t('named', { number })}
      beside={<Neighbours number={number} latest={data.publications.nodes[0]?.number ?? number} />}
      lead={`${formatInstant(publication.publishedAt)}${publication.title ? ` · ${publication.title}` : ''}`}
      crumbs={[{ title: t('list.title'), to: '/publications' }]}
      actions={<Actions publication={publication} />}
    >
      <Facts publication={publication} />
      <Editions publication={publication} />
      <WhatChanged publication={publication} />
      <Confirmations publication={publication} />
    </Page>
  );
}

/** The publications before and after this one. */
function Neighbours({ number, latest }: { number: number; latest: number }) {
  const { t } = useTranslation('publication');
  return (
    <Group gap={4}>
      {number > 1 && (
        <Tooltip label={t('before', { number: number - 1 })}>
          <ActionIcon
            component={Link}
            to={`/publications/${number - 1}`}
            variant="default"
            aria-label={t('before', { number: number - 1 })}
          >
            <IconChevronLeft size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {number < latest && (
        <Tooltip label={t('after', { number: number + 1 })}>
          <ActionIcon
            component={Link}
            to={`/publications/${number + 1}`}
            variant="default"
            aria-label={t('after', { number: number + 1 })}
          >
            <IconChevronRight size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function Actions({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation('publication');
  const me = useMe();
  const { number, editions } = publication;
  const compared = new URLSearchParams({ from: String(number - 1), to: String(number) });
  const [first] = editions;
  if (first) compared.set('dictionary', first.dictionaryCode);
  const mayUndo = number > 1 && editions.length > 0 && editions.every((each) => hasRole(me, ['STEWARD'], each.dictionaryCode));
  return (
    <>
      <Button component={Link} to={`/publications/${number}/act`} leftSection={<IconFileText size={16} aria-hidden />}>
        {t('act.open')}
      </Button>
      <Button
        variant="default"
        component={Link}
        to={`/publications/compare?${compared}`}
        leftSection={<IconArrowsDiff size={16} aria-hidden />}
      >
        {t('list.compare')}
      </Button>
      {mayUndo && <UndoPublication number={number} />}
    </>
  );
}
