import { Card, Select, Stack, Stepper, Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import type { Inspected } from '@/api/inspecting';
import { refusalsOf } from '@/api/refusals';
import type { ImportParameters } from '@/api/uploading';
import { localized } from '@/ui/format';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { ColumnsStep } from './ColumnsStep';
import { DropFile } from './DropFile';
import { RulesStep } from './RulesStep';

const IMPORTABLE = graphql(`
  query Importable {
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
      }
    }
  }
`);

/** What one step found for the next: the columns as they are to be read, and the parameters that say so. */
export interface Prepared {
  inspected: Inspected;
  parameters: ImportParameters;
}

const STEPS = ['file', 'columns', 'rules'] as const;

/** From a file to a job, in three steps. The step stands in the address, so that «back» goes one step back; the file does not. */
export default function ImportWizardPage() {
  const { t } = useTranslation('importing');
  const me = useMe();
  const [search, setSearch] = useSearchParams();
  const [file, setFile] = useState<File>();
  const [prepared, setPrepared] = useState<Prepared>();
  const { data, error } = useAsk(IMPORTABLE, {}, { types: ['Dictionary'] });
  const dictionary = search.get('dictionary');
  const wanted = STEPS.indexOf((search.get('step') ?? 'file') as (typeof STEPS)[number]);
  const step = !file || !dictionary || wanted < 1 ? 0 : wanted === 2 && !prepared ? 1 : wanted;
  const go = (next: number, code = dictionary) => {
    const changed = new URLSearchParams(search);
    if (code) changed.set('dictionary', code);
    else changed.delete('dictionary');
    changed.set('step', STEPS[next] ?? 'file');
    setSearch(changed, { replace: next === step });
  };
  const choices = useMemo(() => {
    const nodes = data?.dictionaries.nodes.filter((each) => hasRole(me, ['STEWARD', 'OWNER'], each.code)) ?? [];
    return nodes.map((each) => ({ value: each.code, label: `${localized(each.name)} (${each.code})` }));
  }, [data, me]);
  return (
    <Page title={t('new')} lead={t('lead')} crumbs={[{ title: t('title'), to: '/imports' }]}>
      <Stepper active={step} onStepClick={(next) => next < step && go(next)} size="sm" allowNextStepsSelect={false}>
        <Stepper.Step label={t('step.file')} description={t('step.fileHint')} />
        <Stepper.Step label={t('step.detected')} description={t('step.detectedHint')} />
        <Stepper.Step label={t('step.rules')} description={t('step.rulesHint')} />
      </Stepper>
      {step === 0 && (
        <Stack maw={820}>
          <DropFile
            file={file}
            onFile={(chosen) => {
              setFile(chosen);
              setPrepared(undefined);
            }}
          />
          <Card withBorder>
            <Select
              label={t('drop.dictionary')}
              description={t('drop.dictionaryHint')}
              data={choices}
              value={dictionary}
              searchable
              onChange={(code) => go(0, code)}
              nothingFoundMessage={t('drop.dictionaryNone')}
              error={data && me !== undefined && choices.length === 0 ? t('drop.dictionaryNone') : undefined}
            />
          </Card>
          {error && <Refusals refusals={refusalsOf(error)} />}
          <Group justify="flex-end">
            <Button disabled={!file || !dictionary} onClick={() => go(1)}>
              {t('drop.next')}
            </Button>
          </Group>
        </Stack>
      )}
      {step === 1 && file && dictionary && (
        <ColumnsStep
          key={`${dictionary} ${file.name} ${file.lastModified}`}
          dictionary={dictionary}
          file={file}
          onReady={(next) => {
            setPrepared(next);
            go(2);
          }}
        />
      )}
      {step === 2 && file && dictionary && prepared && <RulesStep dictionary={dictionary} file={file} prepared={prepared} />}
    </Page>
  );
}
