import { Alert, Button, Group, Input, NumberInput, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { replaced } from '@/components/definition/attributeEdits';
import { APPROVAL_ROLES, type ApprovalDefinition, type StageDefinition } from '@/components/definition/definition';
import { localized } from '@/ui/format';
import classes from './ApprovalTab.module.css';
import { useEditing } from './editing';
import { LabelFields } from './LabelFields';
import { policyWords } from './policyWords';
import { Rows } from './Rows';
import { Section } from './Section';

/** Who must agree before a change is published. */
export function ApprovalTab() {
  const { t } = useTranslation('definition');
  const { definition, published, change } = useEditing();
  const { approval } = definition;
  const set = (part: Partial<ApprovalDefinition>) => change((now) => ({ ...now, approval: { ...now.approval, ...part } }));
  return (
    <Stack>
      <Section title={t('approval.meaning')}>
        <Track stages={approval?.stages ?? []} isFourEyes={approval?.four_eyes ?? true} />
        <Text size="sm" aria-live="polite">
          {policyWords(t, approval).join(' ')}
        </Text>
        {published && (
          <Text size="xs" c="dimmed">
            {t('approval.when')}
          </Text>
        )}
      </Section>
      <FourEyes isOn={approval?.four_eyes ?? true} onChange={(isOn) => set({ four_eyes: isOn })} />
      <Stages stages={approval?.stages ?? []} onChange={(stages) => set({ stages })} />
    </Stack>
  );
}

interface TrackProps {
  stages: StageDefinition[];
  isFourEyes: boolean;
}

/** The way of a change as a picture: from the author through the stages to the publication. */
function Track({ stages, isFourEyes }: TrackProps) {
  const { t } = useTranslation(['definition', 'common']);
  const shown = stages.length === 0 && isFourEyes ? [{ name: { ru: '' }, role: 'approver' as const, quorum: 1 }] : stages;
  return (
    <ol className={classes['track'] ?? ''} aria-label={t('approval.meaning')}>
      <li className={classes['step'] ?? ''}>
        <span className={classes['end'] ?? ''}>{t('approval.begin')}</span>
      </li>
      {shown
        .map((stage, at) => ({ stage, at, key: `stage-${at}` }))
        .map(({ stage, at, key }) => (
          <li key={key} className={classes['step'] ?? ''}>
            <span className={classes['stage'] ?? ''}>
              <Text span size="sm" fw={550}>
                {localized(stage.name) ||
                  (stages.length === 0 ? roleName(t, stage.role) : t('approval.untitled', { number: at + 1 }))}
              </Text>
              <span className={classes['people'] ?? ''}>
                {Array.from({ length: Math.min(stage.quorum ?? 1, 5) }, (_, person) => `person-${person}`).map((person) => (
                  <IconUser key={person} size={14} aria-hidden />
                ))}
                <Text span size="xs" ml={3}>
                  {(stage.quorum ?? 1) > 1 && `${stage.quorum} × `}
                  {roleName(t, stage.role).toLowerCase()}
                </Text>
              </span>
            </span>
          </li>
        ))}
      <li className={classes['step'] ?? ''}>
        <span className={classes['end'] ?? ''}>{t('approval.end')}</span>
      </li>
    </ol>
  );
}

function roleName(t: ReturnType<typeof useTranslation<['definition', 'common']>>['t'], role: StageDefinition['role']): string {
  return t(role === 'owner' ? 'role.OWNER' : 'role.APPROVER', { ns: 'common' });
}

function FourEyes({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  const { t } = useTranslation('definition');
  return (
    <Section title={t('approval.fourEyes')}>
      <Switch
        label={t('approval.fourEyesLabel')}
        description={t('approval.fourEyesHint')}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {!isOn && (
        <Alert
          variant="default"
          role="alert"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('approval.fourEyesOff')}
          styles={{
            root: { background: 'var(--svod-changed-back)', borderColor: 'transparent' },
            icon: { color: 'var(--svod-changed)' },
            message: { color: 'var(--mantine-color-text)' },
          }}
        >
          {t('approval.fourEyesOffHint')}
        </Alert>
      )}
    </Section>
  );
}

interface StagesProps {
  stages: StageDefinition[];
  onChange: (stages: StageDefinition[]) => void;
}

function Stages({ stages, onChange }: StagesProps) {
  const { t } = useTranslation('definition');
  const { isWrongBelow, setOpen } = useEditing();
  const add = () => {
    onChange([...stages, { name: { ru: '' }, role: 'approver', quorum: 1 }]);
    setOpen(stages.length);
  };
  const headOf = (stage: StageDefinition, at: number) => ({
    title: localized(stage.name) || t('approval.untitled', { number: at + 1 }),
    beside: t(`difference.who.${stage.role}`, { count: stage.quorum ?? 1 }),
    isWrong: isWrongBelow(`approval.stages[${at}]`),
  });
  return (
    <Section title={t('approval.stages')}>
      {stages.length > 0 && (
        <Rows
          label={t('approval.stages')}
          name="stage"
          list={stages}
          onChange={onChange}
          headOf={headOf}
          removedText={(name) => t('approval.removed', { name })}
        >
          {(stage, at) => (
            <StageForm stage={stage} at={at} onChange={(part) => onChange(replaced(stages, at, { ...stage, ...part }))} />
          )}
        </Rows>
      )}
      <Group>
        <Button variant="light" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {t('approval.add')}
        </Button>
      </Group>
    </Section>
  );
}

interface StageFormProps {
  stage: StageDefinition;
  at: number;
  onChange: (part: Partial<StageDefinition>) => void;
}

function StageForm({ stage, at, onChange }: StageFormProps) {
  const { t } = useTranslation(['definition', 'common']);
  const { wrongAt } = useEditing();
  const path = `approval.stages[${at}]`;
  return (
    <>
      <LabelFields
        label={t('approval.name')}
        path={`${path}.name`}
        value={stage.name}
        onChange={(name) => onChange({ name })}
        isRequired
        placeholder={t('approval.namePlaceholder')}
        takesFocus={stage.name.ru === ''}
      />
      <Group align="flex-start" gap="xl">
        <Stack gap={0}>
          <Input.Label id={`${path}-role`} labelElement="div">
            {t('approval.role')}
          </Input.Label>
          <SegmentedControl
            aria-labelledby={`${path}-role`}
            data={APPROVAL_ROLES.map((role) => ({ value: role, label: roleName(t, role) }))}
            value={stage.role}
            onChange={(value) => onChange({ role: APPROVAL_ROLES.find((role) => role === value) ?? 'approver' })}
          />
          <Text size="xs" c="dimmed" mt={5}>
            {t(`approval.roleHint.${stage.role}`)}
          </Text>
        </Stack>
        <NumberInput
          label={t('approval.quorum')}
          value={stage.quorum ?? 1}
          onChange={(value) => onChange({ quorum: typeof value === 'number' ? value : 0 })}
          error={wrongAt(`${path}.quorum`)}
          min={1}
          max={20}
          allowDecimal={false}
          w={140}
        />
      </Group>
    </>
  );
}
