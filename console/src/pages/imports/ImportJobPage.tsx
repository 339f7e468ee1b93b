import { Alert, Anchor, Button, Card, Group, List, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { graphql } from '@/api/gql';
import type { ImportJobQuery } from '@/api/gql/graphql';
import { act, useAsk, useBusy, useTold } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { formatBytes, formatCount, formatDuration } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { reported, sentence } from '@/ui/refusalWords';
import { evidenceText } from './evidenceText';
import { Missing } from '../Broken';
import { STATE_TONE } from './importState';
import { ImportPreview } from './ImportPreview';

const JOB = graphql(`
  query ImportJob($id: ID!) {
    importJob(id: $id) {
      ...WholeImportJob
    }
  }

  fragment WholeImportJob on ImportJob {
    id
    dictionaryCode
    fileName
    fileBytes
    fileSha256
    state
    phase
    bytesDone
    rowsDone
    rowsPerSecond
    startedAt
    rejectedRows
    changeRequest {
      id
      revision
      state
      title
    }
    report {
      evidence {
        name
        found
      }
      rows
      skipped
      added
      changed
      retired
      unchanged
      rejected
      reasons
      reasonsOmitted
      error
      errorCode
    }
  }
`);

const TOLD = graphql(`
  subscription ImportJobTold($id: ID!) {
    importChanged(id: $id) {
      id
      state
    }
  }
`);

const CANCEL = graphql(`
  mutation ImportCancel($id: ID!) {
    cancelImport(input: { id: $id }) {
      importJob {
        id
        state
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const SUBMIT = graphql(`
  mutation ImportSubmit($id: ID!, $revision: Int!) {
    submitChangeRequest(input: { changeRequest: $id, revision: $revision }) {
      changeRequest {
        id
        state
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

type Job = NonNullable<ImportJobQuery['importJob']>;

/** One import: how far it is, what it came to, and what becomes of it. */
export default function ImportJobPage() {
  const { t } = useTranslation('importing');
  const { id = '' } = useParams();
  const { data, error, isLoading, again } = useAsk(JOB, { id }, { types: ['ImportJob', 'ChangeRequest'] });
  const job = data?.importJob;
  const isMoving = job?.state === 'QUEUED' || job?.state === 'RUNNING';
  useTold(TOLD, { id }, again, !isMoving);
  const crumbs = [{ title: t('title'), to: '/imports' }];
  if (data && !job) return <Missing />;
  return (
    <Page
      title={job ? `${job.fileName || t('job.title', { id })} → ${job.dictionaryCode}` : t('job.title', { id })}
      beside={job && <Tone tone={STATE_TONE[job.state]}>{t(`state.${job.state}`)}</Tone>}
      crumbs={crumbs}
    >
      {isLoading && <Loading />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {job && isMoving && <Moving job={job} />}
      {job && !isMoving && <Ended job={job} />}
    </Page>
  );
}

function Moving({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const [isBusy, run] = useBusy();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const share = job.bytesDone / Math.max(1, job.fileBytes);
  const rowsLeft = share > 0.01 ? (job.rowsDone / share) * (1 - share) : undefined;
  const left = rowsLeft !== undefined && job.rowsPerSecond ? rowsLeft / job.rowsPerSecond : undefined;
  const cancel = () =>
    run(async () => {
      const { cancelImport } = await act(CANCEL, { id: job.id });
      setRefusals(cancelImport.errors);
    });
  const facts = [
    t(`phase.${job.phase as 'reading'}`, { defaultValue: job.phase }),
    t('job.rowsDone', { rows: formatCount(job.rowsDone) }),
    ...(job.rowsPerSecond ? [t('job.rate', { rate: formatCount(Math.round(job.rowsPerSecond)) })] : []),
    ...(left === undefined ? [] : [t('job.left', { time: formatDuration(left) })]),
  ];
  return (
    <Card withBorder padding="lg">
      <Stack>
        <Progress value={share * 100} size="lg" animated aria-label={t('job.progress')} />
        <Text size="sm" aria-live="polite">
          {facts.join(' · ')}
        </Text>
        <Text size="sm" c="dimmed">
          {t('job.state')}
        </Text>
        <Refusals refusals={refusals} />
        <Group>
          <Button variant="default" loading={isBusy} onClick={() => void cancel()}>
            {t('job.cancel')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function Ended({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const report = job.report;
  if (job.state === 'CANCELLED') return <Alert variant="light">{t('job.cancelled')}</Alert>;
  return (
    <Stack gap="lg">
      {job.state === 'FAILED' && <Refused job={job} />}
      {job.state === 'DONE' && report && (
        <>
          <Counts job={job} />
          {report.rejected > 0 && <Rejected job={job} />}
          {job.changeRequest ? <Outcome job={job} /> : <Alert variant="light">{t('job.nothing')}</Alert>}
        </>
      )}
      {report && report.evidence.length > 0 && (
        <Card withBorder padding="lg">
          <Title order={2} size="h3" mb="xs">
            {t('job.details')}
          </Title>
          <Stack gap={4}>
            {report.evidence.map(({ name, found }) => (
              <Text key={name} size="sm">
                <b>{t(`detected.evidence.${name as 'format'}`, { defaultValue: name })}:</b> {evidenceText(found)}
              </Text>
            ))}
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {t('job.sha')}: {job.fileSha256} · {formatBytes(job.fileBytes)}
            </Text>
          </Stack>
        </Card>
      )}
    </Stack>
  );
}

function Refused({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const { t: common } = useTranslation();
  const reasons = job.report?.reasons ?? [];
  const { error: message, errorCode: code } = job.report ?? {};
  // A file that is refused for its rows is refused for what the reasons say.
  const error = message && code !== 'INVALID' ? sentence(common, { code: code ?? '', message, path: [] }) : undefined;
  return (
    <Alert
      color="red"
      role="alert"
      title={t('job.failed')}
      styles={{ title: { color: 'var(--svod-annulled)' }, message: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="xs">
        {error && <Text size="sm">{error}</Text>}
        {reasons.length > 0 && <Reasons job={job} />}
        <Text size="sm">{t('job.failedHint')}</Text>
        <Group>
          <Button size="xs" variant="default" component={Link} to={`/imports/new?dictionary=${job.dictionaryCode}`}>
            {t('job.retry')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Reasons({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const { t: common } = useTranslation();
  return (
    <>
      <List size="sm" style={{ maxHeight: 220, overflow: 'auto' }} tabIndex={0} aria-label={t('job.reasons')}>
        {[...new Set(job.report?.reasons)].map((reason) => (
          <List.Item key={reason}>{reported(common, reason)}</List.Item>
        ))}
      </List>
      {(job.report?.reasonsOmitted ?? 0) > 0 && (
        <Text size="sm" c="dimmed">
          {t('job.reasonsMore', { count: job.report?.reasonsOmitted ?? 0 })}
        </Text>
      )}
    </>
  );
}

function Counts({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const tones = { added: 'added', changed: 'changed', retired: 'retired', unchanged: 'retired', rejected: 'annulled' } as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 5 }}>
      {(['added', 'changed', 'retired', 'unchanged', 'rejected'] as const).map((name) => (
        <Card key={name} withBorder padding="md">
          <Text size="xl" fw={700} style={{ color: `var(--svod-${tones[name]})` }}>
            {formatCount(job.report?.[name] ?? 0)}
          </Text>
          <Text size="sm" c="dimmed">
            {t(`counts.${name}`)}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function Rejected({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  return (
    <Card withBorder padding="lg">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3">
          {t('job.reasons')}
        </Title>
        {job.rejectedRows && (
          <Button
            component="a"
            href={job.rejectedRows}
            download
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('job.download')}
          </Button>
        )}
      </Group>
      <Reasons job={job} />
      <Text size="sm" c="dimmed" mt="xs">
        {t('job.downloadHint')}
      </Text>
    </Card>
  );
}

function Outcome({ job }: { job: Job }) {
  const { t } = useTranslation('importing');
  const navigate = useNavigate();
  const [isBusy, run] = useBusy();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const request = job.changeRequest;
  if (!request) return null;
  const submit = () =>
    run(async () => {
      try {
        const { submitChangeRequest } = await act(SUBMIT, { id: request.id, revision: request.revision });
        setRefusals(submitChangeRequest.errors);
        if (submitChangeRequest.errors.length === 0) await navigate(`/requests/${request.id}`);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Card withBorder padding="lg">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {t('job.preview')}
        </Title>
        <Group gap="xs">
          <Anchor component={Link} to={`/requests/${request.id}`} size="sm">
            {t('job.open')}
          </Anchor>
          {(request.state === 'DRAFT' || request.state === 'RETURNED') && (
            <Button loading={isBusy} leftSection={<IconSend size={16} aria-hidden />} onClick={() => void submit()}>
              {t('job.toReview')}
            </Button>
          )}
        </Group>
      </Group>
      <Refusals refusals={refusals} />
      <ImportPreview request={request.id} />
    </Card>
  );
}
