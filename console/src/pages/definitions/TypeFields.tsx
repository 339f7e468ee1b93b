import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { hasRange, isText } from '@/components/definition/checking';
import { CHECKS, ON_RETIRE, type AttributeDefinition } from '@/components/definition/definition';
import { DateField } from '@/ui/DateField';
import { useEditing, type EditAttribute } from './editing';
import { ValuesField } from './ValuesField';

interface TypeFieldsProps {
  attribute: AttributeDefinition;
  path: string;
  onChange: EditAttribute;
}

/** What only attributes of one type have: lengths, bounds, values, a target. */
export function TypeFields(props: TypeFieldsProps) {
  const { type } = props.attribute;
  if (isText(type)) return <TextFields {...props} />;
  if (hasRange(type)) return <RangeFields {...props} />;
  if (type === 'enum') return <ValuesField {...props} />;
  if (type === 'reference') return <ReferenceFields {...props} />;
  return null;
}

const count = (value: number | string): number | undefined => (typeof value === 'number' ? value : undefined);

function TextFields({ attribute, path, onChange }: TypeFieldsProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const set = (part: Partial<AttributeDefinition>) => onChange((now) => ({ ...now, ...part }));
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label={t('attributes.lengthMin')}
          value={attribute.length_min ?? ''}
          onChange={(value) => set({ length_min: count(value) })}
          error={wrongAt(`${path}.length_min`)}
          min={0}
          allowDecimal={false}
          hideControls
        />
        <NumberInput
          label={t('attributes.lengthMax')}
          value={attribute.length_max ?? ''}
          onChange={(value) => set({ length_max: count(value) })}
          error={wrongAt(`${path}.length_max`)}
          min={0}
          allowDecimal={false}
          hideControls
        />
      </SimpleGrid>
      <TextInput
        label={t('attributes.pattern')}
        description={t('attributes.patternHint')}
        value={attribute.pattern ?? ''}
        onChange={(event) => set({ pattern: event.currentTarget.value })}
        error={wrongAt(`${path}.pattern`)}
        spellCheck={false}
      />
    </>
  );
}

function RangeFields({ attribute, path, onChange }: TypeFieldsProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const set = (key: 'min' | 'max', value: string | number | undefined) => onChange((now) => ({ ...now, [key]: value }));
  const bound = (key: 'min' | 'max') => {
    const error = wrongAt(`${path}.${key}`) ?? null;
    const value = attribute[key];
    if (attribute.type === 'date') {
      return (
        <DateField
          key={key}
          label={t(key === 'min' ? 'attributes.dateMin' : 'attributes.dateMax')}
          value={typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : null}
          onChange={(date) => set(key, date ?? undefined)}
          isClearable
          error={error}
        />
      );
    }
    return (
      <TextInput
        key={key}
        label={t(`attributes.${key}`)}
        inputMode="decimal"
        value={value ?? ''}
        onChange={(event) => set(key, numeric(event.currentTarget.value.trim()))}
        error={error}
      />
    );
  };
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {bound('min')}
      {bound('max')}
    </SimpleGrid>
  );
}

/** Whole numbers are numbers in a definition; what is exact behind the point stays text. */
function numeric(text: string): number | string | undefined {
  if (text === '') return undefined;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function ReferenceFields({ attribute, path, onChange }: TypeFieldsProps) {
  const { t } = useTranslation('definition');
  const { targets, wrongAt } = useEditing();
  const set = (part: Partial<AttributeDefinition>) => onChange((now) => ({ ...now, ...part }));
  const isKnown = !attribute.to || targets.some(({ value }) => value === attribute.to);
  return (
    <>
      <Select
        label={t('attributes.to')}
        data={isKnown || !attribute.to ? targets : [...targets, { value: attribute.to, label: attribute.to }]}
        value={attribute.to ?? null}
        onChange={(to) => set({ to: to ?? undefined })}
        error={wrongAt(`${path}.to`)}
        searchable
        required
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label={t('check.label')}
          data={CHECKS.map((value) => ({ value, label: t(`check.${value}`) }))}
          value={attribute.check ?? 'strict'}
          onChange={(value) => set({ check: CHECKS.find((each) => each === value) })}
          error={wrongAt(`${path}.check`)}
          allowDeselect={false}
        />
        <Select
          label={t('onRetire.label')}
          data={ON_RETIRE.map((value) => ({ value, label: t(`onRetire.${value}`) }))}
          value={attribute.on_retire ?? 'block'}
          onChange={(value) => set({ on_retire: value === 'block' ? undefined : ON_RETIRE.find((each) => each === value) })}
          error={wrongAt(`${path}.on_retire`)}
          allowDeselect={false}
        />
      </SimpleGrid>
    </>
  );
}
