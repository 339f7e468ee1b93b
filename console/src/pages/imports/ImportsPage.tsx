import { Button, Card, Group, Progress, Table, Text } from '@mantine/core';
import { IconFileImport, IconUpload } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { graphql } from '@/api/gql';
import type { ImportsQuery } from '@/api/gql/graphql';
import { useAsk } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { formatBytes, formatCount, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { STATE_TONE } from './importState';

const IMPORTS = graphql(`
  query Imports {
    importJobs(first: 100) {
      nodes {
        id
        dictionaryCode
        fileName
        fileBytes
        state
        phase
        bytesDone
        rowsDone
        createdAt
        finishedAt
        changeRequest {
          id
          state
        }
        report {
          added
          changed
          retired
          rejected
        }
      }
    }
  }
`);

type Job = NonNullable<ImportsQuery['importJobs']>['nodes'][number];

const REFRESHED_EVERY_MS = 2000;

/** The files that were sent, newest first. */
export default function ImportsPage() {
  const { t } = useTranslation('importing');
  const { data, error, isLoading, again } = useAsk(IMPORTS, {}, { types: ['ImportJob'] });
  const jobs = data?.importJobs?.nodes ?? [];
  const isMoving = jobs.some((job) => job.state === 'QUEUED' || job.state === 'RUNNING');
  useEffect(() => {
    if (!isMoving) return undefined;
    const timer = setInterval(again, REFRESHED_EVERY_MS);
    return () => clearInterval(timer);
  }, [isMoving, again]);
  const begin = (
    <Button component={Link} to="/imports/new" leftSection={<IconUpload size={16} aria-hidden />}>
      {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={jobs.length > 0 && begin}>
      {isLoading && <Loading />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && jobs.length === 0 && <Empty icon={IconFileImport} title={t('none')} hint={t('noneHint')} action={begin} />}
      {jobs.length > 0 && (
        <Card withBorder padding={0}>
          <Table.ScrollContainer minWidth={720}>
            <Table highlightOnHover verticalSpacing="sm" horizontalSpacing="md">
              <Table.Thead>
                <Table.Tr>
                  {(['file', 'dictionary', 'state', 'outcome', 'when'] as const).map((name) => (
                    <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {jobs.map((job) => (
                  <JobRow key={job.id} job={job} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
    </Page>
  );
}

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const navigate = useNavigate();
  const isMoving = job.state === 'QUEUED' || job.state === 'RUNNING';
  return (
    <Table.Tr onClick={() => void navigate(`/imports/${job.id}`)} style={{ cursor: 'pointer' }}>
      <Table.Td>
        <Text component={Link} to={`/imports/${job.id}`} size="sm" fw={600} c="var(--mantine-color-anchor)">
          {job.fileName || `№ ${job.id}`}
        </Text>
        <Text size="xs" c="dimmed">
          {formatBytes(job.fileBytes)}
        </Text>
      </Table.Td>
      <Table.Td>{job.dictionaryCode}</Table.Td>
      <Table.Td>
        <Tone tone={STATE_TONE[job.state]}>{t(`state.${job.state}`)}</Tone>
        {isMoving && (
          <Progress
            mt={6}
            size="sm"
            value={(100 * job.bytesDone) / Math.max(1, job.fileBytes)}
            aria-label={t('job.progress')}
            animated
          />
        )}
      </Table.Td>
      <Table.Td>
        <Outcome job={job} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{formatInstant(job.finishedAt ?? job.createdAt)}</Text>
      </Table.Td>
    </Table.Tr>
  );
}

function Outcome({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  if (!job.report || job.state === 'FAILED') return null;
  const parts = (['added', 'changed', 'retired', 'rejected'] as const).filter((name) => (job.report?.[name] ?? 0) > 0);
  if (parts.length === 0) return <Text size="sm">{t('job.nothing')}</Text>;
  return (
    <Group gap="sm">
      {parts.map((name) => (
        <Text key={name} size="sm" {...(name === 'rejected' ? { c: 'var(--svod-annulled)' } : {})}>
          {t(`counts.${name}`)} {formatCount(job.report?.[name] ?? 0)}
        </Text>
      ))}
    </Group>
  );
}
