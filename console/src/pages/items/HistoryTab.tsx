import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ItemChangeKind } from '@/api/gql/graphql';
import { useAttributes } from '@/components/differences/attributes';
import { DifferenceList, type DifferenceSaid } from '@/components/differences/DifferenceList';
import { useNamed } from '@/components/differences/names';
import { differencesBetween } from '@/components/differences/timeline';
import { useAsOf } from '@/components/asOf';
import { Authorship } from '@/components/publications/Authorship';
import type { PublicationSaid } from '@/components/publications/said';
import { basisText } from '@/components/requests/basis';
import { KindBadge, Tone } from '@/ui/Badges';
import { formatInstant } from '@/ui/format';
import { isKnownAt, knownAt, type HistoryVersion } from './reading';
import { bandsOf } from './times/picture';

interface Step {
  publication: PublicationSaid;
  kind: ItemChangeKind;
  differences: DifferenceSaid[];
}

function kindOf(before: HistoryVersion[], after: HistoryVersion[], isFirst: boolean): ItemChangeKind {
  if (after.length === 0) return 'ANNULLED';
  if (before.length === 0) return isFirst ? 'ADDED' : 'RESTORED';
  const [was, is] = [before.at(-1)?.validTo ?? null, after.at(-1)?.validTo ?? null];
  return is !== null && (was === null || is < was) ? 'RETIRED' : 'CHANGED';
}

/** What each publication made of the item, newest first. */
function stepsOf(history: HistoryVersion[]): Step[] {
  const steps = bandsOf(history).map(({ publication }, place) => {
    const before = history
      .filter((version) => isKnownAt(version, publication.number - 1))
      .sort((one, other) => (one.validFrom ?? '').localeCompare(other.validFrom ?? ''));
    const after = knownAt(history, publication.number);
    return { publication, kind: kindOf(before, after, place === 0), differences: differencesBetween(before, after) };
  });
  return steps.toReversed();
}

interface HistoryTabProps {
  dictionary: string;
  history: HistoryVersion[];
}

/** Who changed the item when, on what basis, and what: old and new word by word. */
export function HistoryTab({ dictionary, history }: HistoryTabProps) {
  const steps = useMemo(() => stepsOf(history), [history]);
  return (
    <Stack gap="md">
      {steps.map((step) => (
        <StepCard key={step.publication.number} dictionary={dictionary} step={step} />
      ))}
    </Stack>
  );
}

function StepCard({ dictionary, step }: { dictionary: string; step: Step }) {
  const { t } = useTranslation(['item', 'publication', 'request']);
  const { publication, kind } = step;
  const [asOf, setAsOf] = useAsOf();
  const attributes = useAttributes(dictionary);
  const differences = useNamed(dictionary, attributes, step.differences);
  const basis = basisText(publication.basis);
  const isHere = asOf.publication === publication.number;
  return (
    <Paper withBorder p="md" component="article" aria-label={t('named', { ns: 'publication', number: publication.number })}>
      <Group justify="space-between" align="flex-start" gap="md" mb="sm">
        <div>
          <Group gap="xs">
            <KindBadge kind={kind} />
            <Title order={2} size="h4">
              <Anchor component={Link} to={`/publications/${publication.number}`} inherit>
                {t('named', { ns: 'publication', number: publication.number })}
              </Anchor>
            </Title>
            <Text span size="sm" c="dimmed">
              {formatInstant(publication.publishedAt)}
            </Text>
          </Group>
          <Text size="sm" mt={2}>
            {publication.title}
          </Text>
          {basis && (
            <Text size="sm" c="dimmed">
              {t('basis', { ns: 'publication' })}: {basis}
            </Text>
          )}
        </div>
        {isHere ? (
          <Tone tone="changed">{t('history.here')}</Tone>
        ) : (
          <Button variant="default" size="compact-sm" onClick={() => setAsOf({ publication: publication.number })}>
            {t('history.look')}
          </Button>
        )}
      </Group>
      <DifferenceList dictionary={dictionary} differences={differences} />
      <Authorship publication={publication} />
    </Paper>
  );
}
