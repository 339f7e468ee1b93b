import { ActionIcon, Alert, Button, Collapse, Group, Modal, Paper, Stack, Text } from '@mantine/core';
import { IconCopyPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBusy } from '@/api/asking';
import type { Refusal } from '@/api/refusals';
import { DateField } from '@/ui/DateField';
import { periodText } from '@/ui/Period';
import { Refusals } from '@/ui/Refusals';
import type { Shape, Target } from '../dictionary/shape';
import { ItemSelect } from '../ItemSelect';
import { AttributeField } from './AttributeField';
import type { EditingSession } from './EditingSession';
import type { Version } from './requestItems';
import { parse, textOf, type Values } from './values';
import { overlapping } from './versions';

interface TimelineDialogProps {
  shape: Shape;
  targets: Map<string, Target>;
  code: string;
  session: EditingSession;
  versions: Version[];
  onDone: () => void;
  onClose: () => void;
}

/** One version as it is written. */
interface Written {
  /** Names the row while it is written. */
  key: number;
  from: string | null;
  until: string | null;
  parent: string | null;
  attributes: Values;
  retirement: Version['retirement'];
}

/** All versions of an item, to be said anew: dates and content of each. */
export function TimelineDialog({ shape, targets, code, session, versions, onDone, onClose }: TimelineDialogProps) {
  const { t } = useTranslation(['editing', 'common']);
  const { t: common } = useTranslation();
  const [written, setWritten] = useState<Written[]>(() =>
    versions.map((version, key) => ({
      key,
      from: version.validFrom ?? null,
      until: version.validTo ?? null,
      parent: version.parentCode ?? null,
      attributes: version.attributes as Values,
      retirement: version.retirement,
    })),
  );
  const [opened, setOpened] = useState<number>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const met = overlapping(written);
  const hasProblem = written.some(({ attributes }) =>
    shape.attributes.some((attribute) => 'problem' in parse(attribute, textOf(attribute, attributes[attribute.code]))),
  );
  const change = (key: number, part: Partial<Written>) =>
    setWritten(written.map((each) => (each.key === key ? { ...each, ...part } : each)));
  const copy = (of: Written) => {
    const key = Math.max(...written.map((each) => each.key)) + 1;
    const at = written.indexOf(of) + 1;
    setWritten([...written.slice(0, at), { ...of, key, from: of.until, until: null }, ...written.slice(at)]);
    setOpened(key);
  };
  const save = () =>
    run(async () => {
      const said = written.map(({ from, until, parent, attributes, retirement }) => ({
        validFrom: from,
        validTo: until,
        parent,
        attributes,
        retirement: retirement ? { reason: retirement.reason, successors: retirement.successorCodes } : null,
      }));
      const refused = await session.send([{ setTimeline: { dictionary: shape.code, code, versions: said } }]);
      setRefusals(refused);
      if (refused.length === 0) onDone();
    });
  return (
    <Modal opened onClose={onClose} size="xl" title={t('timeline.title', { code })}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('timeline.hint')}
        </Text>
        {written.map((version) => (
          <Paper
            key={version.key}
            withBorder
            p="sm"
            component="section"
            aria-label={periodText(common, version.from, version.until)}
          >
            <Stack gap="sm">
              <Group align="flex-end" gap="sm">
                <DateField
                  label={t('form.from')}
                  value={version.from}
                  onChange={(from) => change(version.key, { from })}
                  isClearable
                  width={170}
                />
                <DateField
                  label={t('form.until')}
                  value={version.until}
                  onChange={(until) => change(version.key, { until })}
                  isClearable
                  width={240}
                  error={met.has(version.key) ? t('timeline.overlaps') : null}
                />
                <Button
                  variant="subtle"
                  aria-expanded={opened === version.key}
                  onClick={() => setOpened(opened === version.key ? undefined : version.key)}
                >
                  {opened === version.key ? t('timeline.less') : t('timeline.more')}
                </Button>
                <Group gap={4} ml="auto">
                  <ActionIcon
                    size="lg"
                    variant="default"
                    aria-label={t('timeline.copy')}
                    title={t('timeline.copy')}
                    onClick={() => copy(version)}
                  >
                    <IconCopyPlus size={18} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    size="lg"
                    variant="default"
                    disabled={written.length === 1}
                    aria-label={t('timeline.remove')}
                    title={t('timeline.remove')}
                    onClick={() => setWritten(written.filter((each) => each !== version))}
                  >
                    <IconTrash size={18} aria-hidden />
                  </ActionIcon>
                </Group>
              </Group>
              <Summary shape={shape} version={version} />
              <Collapse expanded={opened === version.key}>
                {opened === version.key && (
                  <Fields shape={shape} targets={targets} version={version} onChange={(part) => change(version.key, part)} />
                )}
              </Collapse>
            </Stack>
          </Paper>
        ))}
        {hasProblem && (
          <Alert color="yellow" p="xs" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
            {t('timeline.problem')}
          </Alert>
        )}
        <Refusals refusals={refusals} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button loading={isBusy} disabled={met.size > 0 || hasProblem} onClick={() => void save()}>
            {t('act.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What the item is called in a version, and from when until when. */
function Summary({ shape, version }: { shape: Shape; version: Written }) {
  const { t: common } = useTranslation();
  const display = shape.attributes.find((attribute) => attribute.code === shape.display);
  return (
    <Text size="sm">
      {display ? textOf(display, version.attributes[display.code]) : ''}{' '}
      <Text span c="dimmed">
        {periodText(common, version.from, version.until)}
      </Text>
    </Text>
  );
}

interface FieldsProps {
  shape: Shape;
  targets: Map<string, Target>;
  version: Written;
  onChange: (part: Partial<Written>) => void;
}

function Fields({ shape, targets, version, onChange }: FieldsProps) {
  const { t } = useTranslation('editing');
  const on = version.from ? { validOn: version.from } : {};
  return (
    <Stack gap="sm">
      {shape.isHierarchical && (
        <ItemSelect
          dictionary={shape.code}
          label={t('form.parent')}
          value={version.parent}
          onChange={(parent) => onChange({ parent })}
          {...on}
        />
      )}
      {shape.attributes.map((attribute) => (
        <AttributeField
          key={attribute.code}
          attribute={attribute}
          value={version.attributes[attribute.code]}
          canSearch={targets.has(attribute.to ?? '')}
          isTouched
          on={version.from ?? undefined}
          onChange={(value) => onChange({ attributes: { ...version.attributes, [attribute.code]: value } })}
        />
      ))}
    </Stack>
  );
}
