import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActName } from '@/components/audit/acts';
import texts from '@/i18n/ru/audit.json';
import { DateField } from '@/ui/DateField';
import type { Condition, Conditions } from './listing';

interface AuditFiltersProps {
  conditions: Conditions;
  onChange: (name: Condition, value: string) => void;
  onClear: () => void;
}

const RARE: Condition[] = ['subject', 'request', 'address'];

/** What narrows the audit: the usual conditions at once, the rare ones on demand. */
export function AuditFilters({ conditions, onChange, onClear }: AuditFiltersProps) {
  const { t } = useTranslation(['audit', 'common']);
  const nameOf = useActName();
  const [isLong, setLong] = useState(() => RARE.some((name) => conditions[name]));
  const acts = Object.keys(texts.act)
    .map((act) => ({ value: act, label: nameOf(act) }))
    .toSorted((one, other) => one.label.localeCompare(other.label, 'ru'));
  const outcomes = [
    { value: 'done', label: t('filter.done') },
    { value: 'refused', label: t('filter.refused') },
  ];
  const { outcome } = conditions;
  if (outcome && !['done', 'refused'].includes(outcome)) outcomes.push({ value: outcome, label: outcome });
  const clearable = { clearable: true, clearButtonProps: { 'aria-label': t('action.clear', { ns: 'common' }) } };
  return (
    <Group component="search" role="search" aria-label={t('filter.label')} gap="sm" align="flex-end">
      <TypedCondition name="actor" label={t('filter.actor')} value={conditions.actor ?? ''} onChange={onChange} width={150} />
      <Select
        w={230}
        label={t('filter.act')}
        placeholder={t('filter.anyAct')}
        data={acts}
        searchable
        nothingFoundMessage={t('grid.nothing', { ns: 'common' })}
        value={conditions.act ?? null}
        onChange={(value) => onChange('act', value ?? '')}
        {...clearable}
      />
      <Select
        w={140}
        label={t('filter.outcome')}
        placeholder={t('filter.anyOutcome')}
        data={outcomes}
        value={outcome ?? null}
        onChange={(value) => onChange('outcome', value ?? '')}
        {...clearable}
      />
      <DateField
        label={t('filter.from')}
        value={conditions.from ?? null}
        onChange={(day) => onChange('from', day ?? '')}
        isClearable
        width={140}
      />
      <DateField
        label={t('filter.to')}
        value={conditions.to ?? null}
        onChange={(day) => onChange('to', day ?? '')}
        isClearable
        width={140}
      />
      {isLong && (
        <>
          <TypedCondition
            name="subject"
            label={t('filter.subject')}
            placeholder={t('filter.subjectExample')}
            value={conditions.subject ?? ''}
            onChange={onChange}
            width={190}
          />
          <TypedCondition
            name="request"
            label={t('filter.requestId')}
            value={conditions.request ?? ''}
            onChange={onChange}
            width={250}
          />
          <TypedCondition
            name="address"
            label={t('filter.address')}
            value={conditions.address ?? ''}
            onChange={onChange}
            width={150}
          />
        </>
      )}
      <Button variant="subtle" px="xs" onClick={() => setLong(!isLong)} aria-expanded={isLong}>
        {t(isLong ? 'filter.fewer' : 'filter.more')}
      </Button>
      {Object.keys(conditions).length > 0 && (
        <Button variant="subtle" px="xs" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  );
}

interface TypedConditionProps {
  name: Condition;
  label: string;
  placeholder?: string;
  value: string;
  width: number;
  onChange: (name: Condition, value: string) => void;
}

/** A condition that is typed: asked for when one stops typing. */
function TypedCondition({ name, label, placeholder, value, width, onChange }: TypedConditionProps) {
  const [typed, setTyped] = useState({ over: value, text: value });
  const text = typed.over === value || typed.text === value ? typed.text : value;
  const tell = useDebouncedCallback((next: string) => onChange(name, next), 350);
  return (
    <TextInput
      w={width}
      label={label}
      placeholder={placeholder ?? ''}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setTyped({ over: value, text: event.currentTarget.value });
        tell(event.currentTarget.value);
      }}
    />
  );
}
