import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { formatCount } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { Missing } from '../Broken';
import classes from './ActPage.module.css';
import { ITEMS_UNASKED, itemsOf, useAct } from './act/reading';
import { Sheet } from './act/Sheet';
import { PUBLICATION_PAGE, type WholePublication } from './one/reading';

/** About how many items fill a sheet. */
const ITEMS_ON_PAGE = 18;

/** The act of a publication: a document to be printed and signed. */
export default function ActPage() {
  const { t } = useTranslation(['publication', 'differences', 'request', 'common']);
  const number = Number(useParams()['number']);
  const [attempt, setAttempt] = useState(0);
  const { data, error, isLoading } = useAsk(PUBLICATION_PAGE, { number }, { pause: !Number.isInteger(number) });
  if (isLoading) return <Loading lines={8} />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (!data?.publication) return <Missing />;
  return (
    <Act
      key={attempt}
      publication={data.publication}
      title={t('act.title', { number })}
      onAgain={() => setAttempt(attempt + 1)}
    />
  );
}

interface ActProps {
  publication: WholePublication;
  title: string;
  /** Begins anew after a refusal. */
  onAgain: () => void;
}

function Act({ publication, title, onAgain }: ActProps) {
  const { t } = useTranslation(['publication', 'common']);
  const total = itemsOf(publication);
  const [isWanted, setWanted] = useState(total <= ITEMS_UNASKED);
  const act = useAct(publication, isWanted);
  const { number } = publication;
  return (
    <div className={classes['act'] ?? ''}>
      <Page
        title={title}
        lead={t('act.lead')}
        crumbs={[
          { title: t('list.title'), to: '/publications' },
          { title: t('named', { number }), to: `/publications/${number}` },
        ]}
        actions={
          <Button disabled={!act.isWhole} onClick={() => window.print()} leftSection={<IconPrinter size={16} aria-hidden />}>
            {t('act.print')}
          </Button>
        }
      >
        <Refusals refusals={act.refusals} />
        {act.refusals.length > 0 && (
          <Group>
            <Button variant="default" onClick={onAgain}>
              {t('action.retry', { ns: 'common' })}
            </Button>
          </Group>
        )}
        {!isWanted && <Long publication={publication} total={total} onGoOn={() => setWanted(true)} />}
        {isWanted && !act.isWhole && act.refusals.length === 0 && (
          <Stack gap={6} role="status" maw={420}>
            <Text size="sm">{t('act.reading', { read: formatCount(act.read), total: formatCount(total) })}</Text>
            <Progress value={total === 0 ? 100 : (act.read / total) * 100} aria-label={t('act.progress')} />
          </Stack>
        )}
        {act.isWhole && <Sheet publication={publication} sections={act.sections} />}
      </Page>
    </div>
  );
}

/** What one should know before a document of hundreds of pages is made, and what else there is. */
function Long({ publication, total, onGoOn }: { publication: WholePublication; total: number; onGoOn: () => void }) {
  const { t } = useTranslation('publication');
  const pages = Math.ceil(total / ITEMS_ON_PAGE);
  return (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('act.long', { count: total, formatted: formatCount(total) })}
      styles={{ title: { color: 'var(--svod-changed)' }, message: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('act.longHint', { count: pages, formatted: formatCount(pages) })}</Text>
        <Group gap="md">
          <Button variant="default" onClick={onGoOn}>
            {t('act.goOn')}
          </Button>
          <Anchor component={Link} to={`/publications/${publication.number}`} size="sm" underline="always">
            {t('act.instead')}
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  );
}
