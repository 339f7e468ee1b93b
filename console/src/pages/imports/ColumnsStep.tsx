import { Alert, Badge, Button, Card, Checkbox, Group, Select, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { inspect, type Inspected } from '@/api/inspecting';
import type { Refusal } from '@/api/refusals';
import type { ImportParameters } from '@/api/uploading';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { refusalIn } from '@/ui/refusalWords';
import { evidenceText } from './evidenceText';
import type { Prepared } from './ImportWizardPage';
import { mappingOf, targetOf, targetsOf, undecidedCount, type Choices, type Target } from './targets';
import classes from './Imports.module.css';

const TARGETS = graphql(`
  query ImportTargets($code: ID!) {
    dictionary(code: $code) {
      isHierarchical
      attributes {
        code
        label {
          ru
          en
        }
        localized
        required
      }
    }
  }
`);

/** What the table of columns lets one mend at once. */
const DECIDED_HERE = new Set(['COLUMN_UNKNOWN', 'COLUMN_MISSING', 'HEADER_MISSING']);

interface ColumnsStepProps {
  dictionary: string;
  file: File;
  onReady: (prepared: Prepared) => void;
}

/** What was found out about the file, each thing to be overridden, and what each column is to be imported as. */
export function ColumnsStep({ dictionary, file, onReady }: ColumnsStepProps) {
  const { t } = useTranslation('importing');
  const { t: common } = useTranslation();
  const [overrides, setOverrides] = useState<Record<string, string>>({});
  const [inspected, setInspected] = useState<Inspected>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [choices, setChoices] = useState<Choices>({});
  const [saves, setSaves] = useState(false);
  const { data } = useAsk(TARGETS, { code: dictionary });
  useEffect(() => {
    const stop = new AbortController();
    void inspect(dictionary, file, Object.entries(overrides), stop.signal).then((sent) => {
      if (stop.signal.aborted) return;
      setRefusals(sent.refusals);
      setInspected(sent.answer);
      setChoices({});
    });
    return () => stop.abort();
  }, [dictionary, file, overrides]);
  const override = (name: string, value: string | null) => {
    const { [name]: _, ...others } = overrides;
    setOverrides(value ? { ...others, [name]: value } : others);
  };
  const targets = data?.dictionary ? targetsOf(t, data.dictionary.attributes, data.dictionary.isHierarchical) : [];
  const columns = inspected?.columns ?? [];
  const undecided = undecidedCount(columns, choices);
  const hasCode = columns.some((column, at) => ['code', 'key'].includes(targetOf(column, at, choices)));
  const ready = () => {
    if (!inspected) return;
    const keeping: ImportParameters = saves ? [['save_mapping', 'true']] : [];
    onReady({ inspected, parameters: [...Object.entries(overrides), ...mappingOf(columns, choices), ...keeping] });
  };
  return (
    <Stack>
      <Detected inspected={inspected} overrides={overrides} onOverride={override} />
      {refusals.length > 0 && <Refusals refusals={refusals} />}
      {!inspected && refusals.length === 0 && <Loading />}
      {inspected && inspected.errors.length > 0 && (
        <Refusals
          refusals={inspected.errors
            .filter((each) => !DECIDED_HERE.has(each.code))
            .map((each) => refusalIn(common, each.message) ?? { ...each, path: [] })}
        />
      )}
      {columns.length > 0 && (
        <Card withBorder padding="lg">
          <Title order={2} size="h3">
            {t('columns.title')}
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            {t('columns.hint')}
          </Text>
          <ColumnTable
            columns={columns}
            targets={targets}
            choices={choices}
            onChoose={(at, value) => setChoices({ ...choices, [at]: value })}
          />
          <Group justify="space-between" mt="md">
            <Checkbox label={t('columns.save')} checked={saves} onChange={(event) => setSaves(event.currentTarget.checked)} />
            <Group>
              {undecided > 0 && (
                <Button
                  variant="default"
                  onClick={() =>
                    setChoices(
                      Object.fromEntries(columns.map((column, at) => [at, targetOf(column, at, choices) || '-'] as const)),
                    )
                  }
                >
                  {t('columns.leaveAll')}
                </Button>
              )}
              <Button disabled={undecided > 0 || !hasCode} onClick={ready}>
                {t('columns.next')}
              </Button>
            </Group>
          </Group>
          {undecided === 0 && !hasCode && (
            <Text size="sm" mt="xs" ta="right" aria-live="polite" c="var(--svod-annulled)">
              {t('columns.noCode')}
            </Text>
          )}
          {undecided > 0 && (
            <Text size="sm" mt="xs" ta="right" aria-live="polite" c="var(--svod-changed)">
              {t('columns.undecidedCount', { count: undecided })}
            </Text>
          )}
        </Card>
      )}
    </Stack>
  );
}

interface DetectedProps {
  inspected: Inspected | undefined;
  overrides: Record<string, string>;
  onOverride: (name: string, value: string | null) => void;
}

const ENCODINGS = ['utf-8', 'windows-1251', 'koi8-r', 'cp866', 'x-mac-cyrillic', 'utf-16le', 'utf-16be'];

function Detected({ inspected, overrides, onOverride }: DetectedProps) {
  const { t } = useTranslation('importing');
  const isTable = inspected?.evidence.some((each) => each.name === 'separator') || Object.keys(overrides).length > 0;
  const auto = { value: '', label: t('detected.auto') };
  const separators = [';', ',', '|'].map((value) => ({ value, label: value }));
  return (
    <Card withBorder padding="lg">
      <Title order={2} size="h3">
        {t('detected.title')}
      </Title>
      <Stack gap={6} my="sm">
        {inspected?.evidence.map(({ name, found }) => (
          <Group key={name} gap="xs" wrap="nowrap" align="baseline">
            <Badge variant="default" tt="none" miw={110}>
              {t(`detected.evidence.${name as 'format'}`, { defaultValue: name })}
            </Badge>
            <Text size="sm">{evidenceText(found)}</Text>
          </Group>
        ))}
      </Stack>
      {isTable && (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {t('detected.hint')}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
            <Select
              label={t('detected.encoding')}
              data={[auto, ...ENCODINGS.map((value) => ({ value, label: value }))]}
              value={overrides['encoding'] ?? ''}
              onChange={(value) => onOverride('encoding', value)}
            />
            <Select
              label={t('detected.separator')}
              data={[auto, ...separators, { value: 'tab', label: t('detected.tab') }]}
              value={overrides['separator'] ?? ''}
              onChange={(value) => onOverride('separator', value)}
            />
            <Select
              label={t('detected.header')}
              data={[auto, { value: 'true', label: t('detected.headerYes') }, { value: 'false', label: t('detected.headerNo') }]}
              value={overrides['header'] ?? ''}
              onChange={(value) => onOverride('header', value)}
            />
            <Select
              label={t('detected.quoting')}
              data={[auto, { value: '"', label: t('detected.quoted') }, { value: 'none', label: t('detected.unquoted') }]}
              value={overrides['quoting'] ?? ''}
              onChange={(value) => onOverride('quoting', value)}
            />
          </SimpleGrid>
        </>
      )}
      {!inspected && <Alert variant="light">{t('detected.partly')}</Alert>}
    </Card>
  );
}

/** Columns may share a name, and never change their places. */
const keyOf = (column: Inspected['columns'][number], at: number): string => `${at} ${column.name}`;

interface ColumnTableProps {
  columns: Inspected['columns'];
  targets: Target[];
  choices: Choices;
  onChoose: (at: number, value: string) => void;
}

function ColumnTable({ columns, targets, choices, onChoose }: ColumnTableProps) {
  const { t } = useTranslation('importing');
  const reason = (because: string) => t(`columns.because.${because as 'code'}`, { defaultValue: because });
  return (
    <Table.ScrollContainer minWidth={680}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {(['column', 'samples', 'target', 'why'] as const).map((name) => (
              <Table.Th key={name}>{t(`columns.${name}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column, at) => {
            const target = targetOf(column, at, choices);
            const name = column.name || t('columns.unnamed', { number: at + 1 });
            // A reference by another attribute and a part of the key are targets of the command line's that no list can hold.
            const known =
              target === '' || targets.some((each) => each.value === target)
                ? targets
                : [...targets, { value: target, label: target }];
            return (
              <Table.Tr key={keyOf(column, at)} className={target === '' ? (classes['undecided'] ?? '') : ''}>
                <Table.Td fw={600}>{name}</Table.Td>
                <Table.Td className={classes['samples'] ?? ''} title={column.samples.join('\n')}>
                  {column.samples.slice(0, 3).join(' · ')}
                </Table.Td>
                <Table.Td>
                  <Select
                    aria-label={`${t('columns.target')}: ${name}`}
                    placeholder={t('columns.undecided')}
                    data={known}
                    value={target || null}
                    searchable
                    onChange={(value) => value && onChoose(at, value)}
                  />
                </Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    {choices[at] === undefined ? reason(column.because) : t('columns.because.given')}
                  </Text>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
