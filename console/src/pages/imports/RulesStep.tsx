import { Alert, Button, Card, Checkbox, Group, Progress, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Refusal } from '@/api/refusals';
import { upload, type ImportParameters, type UploadedJob } from '@/api/uploading';
import { language } from '@/i18n';
import { Refusals } from '@/ui/Refusals';
import type { Prepared } from './ImportWizardPage';

interface RulesStepProps {
  dictionary: string;
  file: File;
  prepared: Prepared;
}

const MODES = ['upsert', 'insert', 'update', 'sync'] as const;

/** What is done with the rows, from which date, and the sending itself. */
export function RulesStep({ dictionary, file, prepared }: RulesStepProps) {
  const { t } = useTranslation('importing');
  const navigate = useNavigate();
  const [mode, setMode] = useState('upsert');
  const [on, setOn] = useState<string | null>(null);
  const [blank, setBlank] = useState('keep');
  const [restores, setRestores] = useState(false);
  const [share, setShare] = useState<number>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [repeated, setRepeated] = useState<UploadedJob>();
  const sending = useRef<AbortController>(undefined);
  useEffect(() => () => sending.current?.abort(), []);
  const hasDates = prepared.inspected.columns.some((column) => column.target === 'valid_from');
  const start = async (again: boolean) => {
    const given: ImportParameters = [
      ['mode', mode],
      ['blank', blank],
      ...(on ? [['on', on] as [string, string]] : []),
      ...(restores ? [['restore', 'true'] as [string, string]] : []),
      ...(again ? [['again', 'true'] as [string, string]] : []),
    ];
    sending.current = new AbortController();
    setShare(0);
    setRefusals([]);
    const sent = await upload(dictionary, file, [...prepared.parameters, ...given], setShare, sending.current.signal);
    setShare(undefined);
    setRefusals(sent.refusals);
    if (!sent.answer) return;
    if (sent.answer.isRepeated && !again) setRepeated(sent.answer);
    else await navigate(`/imports/${sent.answer.id}`);
  };
  const percent = Math.round((share ?? 0) * 100);
  return (
    <Stack maw={820}>
      <Card withBorder padding="lg">
        <Stack gap="lg">
          <Radio.Group label={t('rules.mode')} value={mode} onChange={setMode}>
            <Stack gap="sm" mt="xs">
              {MODES.map((each) => (
                <Radio key={each} value={each} label={t(`rules.${each}`)} description={t(`rules.${each}Hint`)} />
              ))}
            </Stack>
          </Radio.Group>
          <DateInput
            label={t('rules.on')}
            description={hasDates ? undefined : t('rules.onHint')}
            valueFormat="DD.MM.YYYY"
            locale={language()}
            value={on}
            onChange={setOn}
            clearable
            clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
            placeholder={t('time.today', { ns: 'common' })}
            maw={280}
          />
          <div>
            <Text size="sm" fw={500} mb={4} id="blank-label">
              {t('rules.blank')}
            </Text>
            <SegmentedControl
              aria-labelledby="blank-label"
              value={blank}
              onChange={setBlank}
              data={[
                { value: 'keep', label: t('rules.blankKeep') },
                { value: 'clear', label: t('rules.blankClear') },
              ]}
            />
          </div>
          <Checkbox
            label={t('rules.restore')}
            checked={restores}
            onChange={(event) => setRestores(event.currentTarget.checked)}
          />
        </Stack>
      </Card>
      <Refusals refusals={refusals} />
      {repeated && (
        <Alert color="yellow" role="alert" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
          <Group justify="space-between">
            <Text size="sm">{t('rules.again')}</Text>
            <Group gap="xs">
              <Button size="xs" variant="default" component={Link} to={`/imports/${repeated.id}`}>
                {t('rules.openIt')}
              </Button>
              <Button size="xs" variant="default" onClick={() => void start(true)}>
                {t('rules.sendAnyway')}
              </Button>
            </Group>
          </Group>
        </Alert>
      )}
      {share !== undefined && (
        <div>
          <Text size="sm" mb={4} aria-live="polite">
            {t('rules.sending', { percent })}
          </Text>
          <Progress value={percent} aria-label={t('rules.sending', { percent })} />
        </div>
      )}
      <Group justify="flex-end">
        <Button loading={share !== undefined} onClick={() => void start(false)}>
          {t('rules.start')}
        </Button>
      </Group>
    </Stack>
  );
}
