import { NumberInput, Select, SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHECKS, ON_RETIRE, PARENT_FROM, type Hierarchy } from '@/components/definition/definition';
import { localized } from '@/ui/format';
import { useEditing } from './editing';
import { Section } from './Section';

/** Whether items stand under one another, and how strictly. */
export function HierarchySection() {
  const { t } = useTranslation('definition');
  const { definition, change } = useEditing();
  const { hierarchy } = definition;
  const set = (part: Partial<Hierarchy>) => change((now) => ({ ...now, hierarchy: { ...now.hierarchy, ...part } }));
  return (
    <Section title={t('passport.hierarchy')}>
      <Switch
        label={t('passport.hasHierarchy')}
        description={t('passport.hasHierarchyHint')}
        checked={hierarchy !== undefined}
        onChange={(event) => {
          const isOn = event.currentTarget.checked;
          change((now) => ({ ...now, hierarchy: isOn ? { check: 'strict', parent_from: 'column' } : undefined }));
        }}
      />
      {hierarchy && <HierarchyFields hierarchy={hierarchy} set={set} />}
    </Section>
  );
}

interface HierarchyFieldsProps {
  hierarchy: Hierarchy;
  set: (part: Partial<Hierarchy>) => void;
}

function HierarchyFields({ hierarchy, set }: HierarchyFieldsProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const parentFrom = hierarchy.parent_from ?? 'column';
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select
        label={t('check.label')}
        data={CHECKS.map((value) => ({ value, label: t(`check.${value}`) }))}
        value={hierarchy.check ?? 'strict'}
        onChange={(value) => set({ check: CHECKS.find((each) => each === value) })}
        allowDeselect={false}
      />
      <Select
        label={t('onRetire.label')}
        data={ON_RETIRE.map((value) => ({ value, label: t(`onRetire.${value}`) }))}
        value={hierarchy.on_retire ?? 'block'}
        onChange={(value) => set({ on_retire: value === 'block' ? undefined : ON_RETIRE.find((each) => each === value) })}
        allowDeselect={false}
      />
      <Select
        label={t('passport.parentFrom')}
        data={PARENT_FROM.map((value) => ({ value, label: t(`passport.parentFromChoice.${value}`) }))}
        value={parentFrom}
        onChange={(value) => {
          const next = PARENT_FROM.find((each) => each === value) ?? 'column';
          set(
            next === 'column'
              ? { parent_from: next, prefix_lengths: undefined, root_attribute: undefined }
              : { parent_from: next },
          );
        }}
        allowDeselect={false}
      />
      <NumberInput
        label={t('passport.rootsMax')}
        placeholder={t('passport.rootsMaxHint')}
        value={hierarchy.roots_max ?? ''}
        onChange={(count) => set({ roots_max: typeof count === 'number' ? count : undefined })}
        error={wrongAt('hierarchy.roots_max')}
        min={1}
        allowDecimal={false}
        hideControls
      />
      {parentFrom !== 'column' && <PrefixFields hierarchy={hierarchy} set={set} />}
    </SimpleGrid>
  );
}

function PrefixFields({ hierarchy, set }: HierarchyFieldsProps) {
  const { t } = useTranslation('definition');
  const { definition, wrongAt } = useEditing();
  const [lengths, setLengths] = useState((hierarchy.prefix_lengths ?? []).join(', '));
  return (
    <>
      <TextInput
        label={t('passport.prefixLengths')}
        description={t('passport.prefixLengthsHint')}
        value={lengths}
        inputMode="numeric"
        onChange={(event) => {
          const text = event.currentTarget.value;
          setLengths(text);
          set({ prefix_lengths: (text.match(/\d+/g) ?? []).map(Number) });
        }}
        error={wrongAt('hierarchy.prefix_lengths')}
      />
      <Select
        label={t('passport.rootAttribute')}
        description={t('passport.rootAttributeHint')}
        data={(definition.attributes ?? []).map((each) => ({ value: each.code, label: localized(each.label) || each.code }))}
        value={hierarchy.root_attribute ?? null}
        onChange={(code) => set({ root_attribute: code ?? undefined })}
        error={wrongAt('hierarchy.root_attribute')}
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
      />
    </>
  );
}
