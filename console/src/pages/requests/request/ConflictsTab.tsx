import { Button, Group, Paper, Radio, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act, useBusy } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { ConflictChoiceInput, ConflictSide } from '@/api/gql/graphql';
import { hasRole } from '@/api/me';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { useAttributes } from '@/components/differences/attributes';
import { ReferenceName } from '@/components/differences/ReferenceName';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { ConflictValues } from './ConflictValues';
import { useRequest } from './context';
import type { Conflict } from './reading';

const SETTLE = graphql(`
  mutation RequestSettle($input: SettleConflictsInput!) {
    settleConflicts(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

/** As the API names a conflict. */
function nameOf({ dictionary, item, subject, validFrom }: Conflict): string {
  return [dictionary, item ?? '', subject, validFrom ?? ''].join(' ');
}

function choiceOf({ dictionary, item, subject, validFrom }: Conflict, side: ConflictSide): ConflictChoiceInput {
  const choice: ConflictChoiceInput = { dictionary, subject, side };
  if (item) choice.item = item;
  if (validFrom) choice.validFrom = validFrom;
  return choice;
}

/** What others published to another end meanwhile, side by side, and the choice whose version is taken. */
export default function ConflictsTab() {
  const { t } = useTranslation('request');
  const { check } = useRequest();
  if (!check) return <Loading />;
  if (check.conflicts.length === 0) return <Empty icon={IconGitMerge} title={t('conflict.none')} hint={t('conflict.noneHint')} />;
  return <Settling conflicts={check.conflicts} />;
}

function Settling({ conflicts }: { conflicts: Conflict[] }) {
  const { t } = useTranslation('request');
  const { request, me } = useRequest();
  const [choices, setChoices] = useState<Record<string, ConflictSide>>({});
  const { refusals, isBusy, settle } = useSettle();
  const chosen = conflicts.flatMap((conflict) => {
    const side = choices[nameOf(conflict)];
    return side ? [choiceOf(conflict, side)] : [];
  });
  const chooseAll = (side: ConflictSide) => setChoices(Object.fromEntries(conflicts.map((conflict) => [nameOf(conflict), side])));
  const isOpen = request.state === 'DRAFT' || request.state === 'RETURNED';
  const maySettle = isOpen && conflicts.every(({ dictionary }) => hasRole(me, ['STEWARD'], dictionary));
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('conflict.title', { count: conflicts.length })}
        </Title>
        <Text size="sm" c="dimmed">
          {maySettle ? t('conflict.hint') : isOpen ? t('conflict.others') : t('conflict.late')}
        </Text>
      </div>
      {maySettle && conflicts.length > 1 && (
        <Group gap="xs">
          <Text size="sm">{t('conflict.forAll')}</Text>
          <Button size="xs" variant="default" onClick={() => chooseAll('THEIRS')}>
            {t('conflict.allTheirs')}
          </Button>
          <Button size="xs" variant="default" onClick={() => chooseAll('MINE')}>
            {t('conflict.allMine')}
          </Button>
        </Group>
      )}
      {conflicts.map((conflict) => (
        <One
          key={nameOf(conflict)}
          conflict={conflict}
          side={choices[nameOf(conflict)]}
          mayChoose={maySettle}
          onChoose={(side) => setChoices((current) => ({ ...current, [nameOf(conflict)]: side }))}
        />
      ))}
      <Refusals refusals={refusals} />
      {maySettle && (
        <Group gap="md">
          <Button disabled={chosen.length === 0} loading={isBusy} onClick={() => void settle(chosen)}>
            {t('conflict.settle')}
          </Button>
          <Text size="sm" c="dimmed" aria-live="polite">
            {t('conflict.chosen', { chosen: chosen.length, count: conflicts.length })}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

function useSettle() {
  const { request, isMine, reload } = useRequest();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const settle = (choices: ConflictChoiceInput[]) =>
    run(async () => {
      try {
        const { settleConflicts } = await act(SETTLE, {
          input: { changeRequest: request.id, revision: request.revision, choices },
        });
        setRefusals(settleConflicts.errors);
        if (settleConflicts.errors.length > 0) reload();
        else if (settleConflicts.changeRequest) isMine(settleConflicts.changeRequest.revision);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return { refusals, isBusy, settle };
}

interface OneProps {
  conflict: Conflict;
  side: ConflictSide | undefined;
  mayChoose: boolean;
  onChoose: (side: ConflictSide) => void;
}

function One({ conflict, side, mayChoose, onChoose }: OneProps) {
  const { t } = useTranslation('request');
  const attributes = useAttributes(conflict.dictionary);
  const values = <ConflictValues conflict={conflict} attributes={attributes} />;
  return (
    <Paper withBorder p="md">
      <Text fw={600} component="h3" m={0}>
        {conflict.item ? <ReferenceName dictionary={conflict.dictionary} code={conflict.item} /> : t('conflict.definition')}
      </Text>
      {mayChoose ? (
        <Radio.Group
          value={side ?? null}
          onChange={(next) => onChoose(next === 'MINE' ? 'MINE' : 'THEIRS')}
          aria-label={t('conflict.choose')}
        >
          {values}
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" mt="xs">
            <span />
            <Radio value="THEIRS" label={t('conflict.takeTheirs')} />
            <Radio value="MINE" label={t('conflict.takeMine')} />
          </SimpleGrid>
        </Radio.Group>
      ) : (
        values
      )}
    </Paper>
  );
}
