import { Checkbox, Input, MultiSelect, Select, SimpleGrid, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ItemSelect } from '@/components/ItemSelect';
import type { AttributeDefinition } from '@/components/definition/definition';
import { localized } from '@/ui/format';
import { DateField } from '@/ui/DateField';
import { useEditing } from './editing';
import { tried } from './previewCheck';

interface PreviewFieldProps {
  attribute: AttributeDefinition;
}

/** The field of one attribute, as far as it can be tried without an item. */
export function PreviewField({ attribute }: PreviewFieldProps) {
  const { t } = useTranslation('definition');
  const { targets } = useEditing();
  const [chosen, setChosen] = useState<string | null>(null);
  const shared = {
    label: localized(attribute.label) || attribute.code || t('attributes.untitled'),
    description: localized(attribute.description) || undefined,
    required: Boolean(attribute.required),
  };
  const values = (attribute.values ?? []).map((value) => ({ value: value.code, label: localized(value.label) || value.code }));
  const unique = [...new Map(values.map((value) => [value.value, value])).values()].filter(({ value }) => value !== '');
  if (attribute.type === 'boolean') return <Checkbox label={shared.label} description={shared.description} />;
  if (attribute.type === 'enum') {
    const clear = { 'aria-label': t('action.clear', { ns: 'common' }) };
    if (attribute.list) return <MultiSelect {...shared} data={unique} clearable clearButtonProps={clear} />;
    return <Select {...shared} data={unique} clearable clearButtonProps={clear} placeholder={t('preview.choose')} />;
  }
  if (attribute.type === 'reference' && !attribute.list) {
    const isThere = targets.some(({ value }) => value === attribute.to);
    if (!attribute.to || !isThere) return <TextInput {...shared} disabled placeholder={t('preview.noTarget')} />;
    return (
      <ItemSelect
        {...shared}
        dictionary={attribute.to}
        value={chosen}
        onChange={setChosen}
        placeholder={t('preview.parentPlaceholder')}
      />
    );
  }
  if (attribute.list) return <TagsInput {...shared} placeholder={t('preview.listHint')} />;
  if (!attribute.localized) return <Typed attribute={attribute} {...shared} />;
  return (
    <Input.Wrapper label={shared.label} description={shared.description} required={shared.required} labelElement="div">
      <SimpleGrid cols={2} spacing={6} mt={4}>
        <Typed attribute={attribute} ariaLabel={`${shared.label}, ${t('preview.ru')}`} placeholder={t('preview.ru')} />
        <Typed attribute={attribute} ariaLabel={`${shared.label}, ${t('preview.en')}`} placeholder={t('preview.en')} />
      </SimpleGrid>
    </Input.Wrapper>
  );
}

interface TypedProps {
  attribute: AttributeDefinition;
  label?: string;
  ariaLabel?: string;
  description?: string | undefined;
  placeholder?: string;
  required?: boolean;
}

/** A value that is typed, with what is wrong with it beside. */
function Typed({ attribute, ariaLabel, ...shared }: TypedProps) {
  const { t } = useTranslation('definition');
  const [text, setText] = useState('');
  const problem = tried(attribute, text);
  const common = {
    ...shared,
    ...(ariaLabel ? { 'aria-label': ariaLabel } : {}),
    value: text,
    error: problem && t(`preview.problem.${problem.code}`, { ...problem }),
  };
  if (attribute.type === 'text') {
    return <Textarea {...common} autosize minRows={2} maxRows={5} onChange={(event) => setText(event.currentTarget.value)} />;
  }
  if (attribute.type === 'date') {
    return (
      <DateField
        label={shared.label ?? ''}
        {...(shared.description ? { description: shared.description } : {})}
        value={text || null}
        onChange={(date) => setText(date ?? '')}
        isClearable
        isRequired={Boolean(shared.required)}
        error={common.error ?? null}
      />
    );
  }
  return (
    <TextInput
      {...common}
      inputMode={attribute.type === 'integer' || attribute.type === 'decimal' ? 'decimal' : 'text'}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
