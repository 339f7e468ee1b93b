import { Badge, Group, Stack, Text } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import type { HomeTasksQuery } from '@/api/gql/graphql';
import { useAsk } from '@/api/asking';
import type { Me } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { Empty } from '@/ui/Empty';
import { Face } from '@/ui/Face';
import { formatAgo } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { Panel } from './Panel';
import classes from './Home.module.css';

const TASKS = graphql(`
  query HomeTasks($me: ID!) {
    review: changeRequests(filter: { toReview: true }, first: 20) {
      nodes {
        ...HomeRequest
      }
    }
    returned: changeRequests(filter: { author: $me, states: [RETURNED] }, first: 20) {
      nodes {
        ...HomeRequest
      }
    }
    ready: changeRequests(filter: { author: $me, states: [APPROVED] }, first: 20) {
      nodes {
        ...HomeRequest
      }
    }
    drafts: changeRequests(filter: { author: $me, states: [DRAFT] }, first: 20) {
      nodes {
        ...HomeRequest
      }
    }
    inReview: changeRequests(filter: { author: $me, states: [IN_REVIEW] }, first: 20) {
      nodes {
        ...HomeRequest
      }
    }
    importJobs(first: 20) {
      nodes {
        id
        fileName
        dictionaryCode
        state
        finishedAt
        report {
          rejected
        }
      }
    }
    consumers(first: 100) {
      nodes {
        code
        title
        state
        failures
      }
    }
  }

  fragment HomeRequest on ChangeRequest {
    id
    title
    updatedAt
    author {
      name
      displayName
    }
    dictionaries {
      dictionaryCode
    }
  }
`);

type Requests = NonNullable<HomeTasksQuery['review']>['nodes'];
type Jobs = NonNullable<HomeTasksQuery['importJobs']>['nodes'];
type Consumers = NonNullable<HomeTasksQuery['consumers']>['nodes'];

/** What waits for somebody: what is most urgent first. */
export function Tasks({ me }: { me: Me }) {
  const { t } = useTranslation('home');
  const asked = useAsk(TASKS, { me: me.account.name }, { types: ['ChangeRequest', 'ImportJob', 'Consumer'] });
  const { data, error, isLoading } = asked;
  const jobs = (data?.importJobs?.nodes ?? []).filter((job) => job.state === 'FAILED' || (job.report?.rejected ?? 0) > 0);
  const failing = (data?.consumers?.nodes ?? []).filter((consumer) => consumer.state === 'QUARANTINED' || consumer.failures > 0);
  const groups = (['review', 'returned', 'ready', 'drafts', 'inReview'] as const).map((name) => ({
    name,
    nodes: data?.[name]?.nodes ?? [],
  }));
  const isEmpty = groups.every(({ nodes }) => nodes.length === 0) && jobs.length === 0 && failing.length === 0;
  return (
    <Panel title={t('tasks')}>
      {isLoading && <Loading lines={6} />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && isEmpty && <Empty icon={IconChecks} title={t('tasksNone')} hint={t('tasksNoneHint')} />}
      <Stack gap="md">
        {groups.map(({ name, nodes }) => nodes.length > 0 && <RequestGroup key={name} title={t(name)} nodes={nodes} />)}
        {jobs.length > 0 && <JobGroup jobs={jobs} />}
        {failing.length > 0 && <ConsumerGroup consumers={failing} />}
      </Stack>
    </Panel>
  );
}

function Heading({ title, count }: { title: string; count: number }) {
  return (
    <Group gap="xs" mb={4}>
      <Text size="sm" fw={600} component="h3" m={0}>
        {title}
      </Text>
      <Badge size="sm" variant="default">
        {count}
      </Badge>
    </Group>
  );
}

function RequestGroup({ title, nodes }: { title: string; nodes: Requests }) {
  return (
    <div>
      <Heading title={title} count={nodes.length} />
      {nodes.map((request) => (
        <Link key={request.id} to={`/requests/${request.id}`} className={`${classes['row'] ?? ''} ${classes['link'] ?? ''}`}>
          <Group wrap="nowrap" gap="sm">
            <Face person={request.author} />
            <Text size="sm" truncate flex={1}>
              {request.title}
              <Text span size="xs" c="dimmed" ml={8}>
                {request.dictionaries.map((each) => each.dictionaryCode).join(', ')}
              </Text>
            </Text>
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {formatAgo(request.updatedAt)}
            </Text>
          </Group>
        </Link>
      ))}
    </div>
  );
}

function JobGroup({ jobs }: { jobs: Jobs }) {
  const { t } = useTranslation('home');
  return (
    <div>
      <Heading title={t('imports')} count={jobs.length} />
      {jobs.map((job) => (
        <Link key={job.id} to={`/imports/${job.id}`} className={`${classes['row'] ?? ''} ${classes['link'] ?? ''}`}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" truncate>
              {job.fileName} → {job.dictionaryCode}
            </Text>
            <Text size="xs" c="var(--svod-annulled)" style={{ whiteSpace: 'nowrap' }}>
              {job.state === 'FAILED' ? t('importFailed') : t('importRejected', { count: job.report?.rejected ?? 0 })}
            </Text>
          </Group>
        </Link>
      ))}
    </div>
  );
}

function ConsumerGroup({ consumers }: { consumers: Consumers }) {
  const { t } = useTranslation('home');
  return (
    <div>
      <Heading title={t('consumers')} count={consumers.length} />
      {consumers.map((consumer) => (
        <Link
          key={consumer.code}
          to={`/consumers/${consumer.code}`}
          className={`${classes['row'] ?? ''} ${classes['link'] ?? ''}`}
        >
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" truncate>
              {consumer.title}
            </Text>
            <Text size="xs" c="var(--svod-annulled)" style={{ whiteSpace: 'nowrap' }}>
              {consumer.state === 'ACTIVE' ? t('failures', { count: consumer.failures }) : t(`consumerState.${consumer.state}`)}
            </Text>
          </Group>
        </Link>
      ))}
    </div>
  );
}
