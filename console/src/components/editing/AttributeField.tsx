import { MultiSelect, NumberInput, Select, SimpleGrid, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DateField } from '@/ui/DateField';
import { localized } from '@/ui/format';
import type { Attribute } from '../dictionary/shape';
import { ItemSelect } from '../ItemSelect';
import { ItemsSelect } from '../ItemsSelect';
import { parse, textOf } from './values';

interface AttributeFieldProps {
  attribute: Attribute;
  /** The value as the API has it. */
  value: unknown;
  onChange: (value: unknown) => void;
  /** Whether the dictionary that it refers to may be seen. */
  canSearch: boolean;
  /** The date on which what it refers to must be valid. */
  on: string | undefined;
  /** It was typed into, so that one is told of what is missing too. */
  isTouched?: boolean;
  /** What the service says is wrong. */
  refusal?: string | undefined;
}

/** A field of the form of an item, by the type of its attribute; what is wrong stands below it as one types. */
export function AttributeField({ attribute, value, onChange, canSearch, on, isTouched = false, refusal }: AttributeFieldProps) {
  const { t } = useTranslation(['editing', 'common']);
  const label = localized(attribute.label);
  const text = textOf(attribute, value);
  const parsed = parse(attribute, text, value);
  const problem =
    'problem' in parsed && (isTouched || text !== '' || refusal)
      ? t(`problem.${parsed.problem.key}`, { bound: parsed.problem.bound ?? '' })
      : undefined;
  const common = {
    label,
    description: localized(attribute.description) || undefined,
    required: attribute.required,
    withAsterisk: attribute.required,
    error: problem ?? refusal,
  };
  const validOn = on ? { validOn: on } : {};
  if (attribute.list || (attribute.type === 'REFERENCE' && !canSearch)) {
    return <ListField common={common} attribute={attribute} value={value} onChange={onChange} canSearch={canSearch} on={on} />;
  }
  if (attribute.localized) return <LocalizedField common={common} attribute={attribute} value={value} onChange={onChange} />;
  switch (attribute.type) {
    case 'REFERENCE':
      return <ItemSelect {...common} dictionary={attribute.to ?? ''} value={text || null} {...validOn} onChange={onChange} />;
    case 'ENUM': {
      const choices = attribute.values.map((each) => ({ value: each.code, label: localized(each.label) }));
      return (
        <Select {...common} data={choices} value={text || null} searchable clearable={!attribute.required} onChange={onChange} />
      );
    }
    case 'BOOLEAN': {
      const choices = [
        { value: 'true', label: t('yes', { ns: 'common' }) },
        { value: 'false', label: t('no', { ns: 'common' }) },
      ];
      return (
        <Select
          {...common}
          data={choices}
          value={text || null}
          clearable={!attribute.required}
          onChange={(next) => onChange(next === null ? null : next === 'true')}
        />
      );
    }
    case 'DATE':
      return (
        <DateField
          label={common.label}
          {...(common.description ? { description: common.description } : {})}
          value={text || null}
          onChange={onChange}
          isClearable={!attribute.required}
          error={common.error ?? null}
        />
      );
    case 'INTEGER':
      return (
        <NumberInput
          {...common}
          value={text}
          allowDecimal={false}
          hideControls
          onChange={(next) => onChange(next === '' ? null : next)}
        />
      );
    case 'TEXT':
      return <Textarea {...common} autosize minRows={2} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    default:
      return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

interface Common {
  label: string;
  description: string | undefined;
  required: boolean;
  withAsterisk: boolean;
  error: string | undefined;
}

interface ListFieldProps {
  common: Common;
  attribute: Attribute;
  value: unknown;
  onChange: (value: unknown) => void;
  canSearch: boolean;
  on: string | undefined;
}

/** Several values: items that are looked for, choices, or texts one after another. */
function ListField({ common, attribute, value, onChange, canSearch, on }: ListFieldProps) {
  const { t } = useTranslation('editing');
  if (!attribute.list) {
    const text = textOf(attribute, value);
    return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value || null)} />;
  }
  const values = Array.isArray(value) ? value.map(String) : [];
  const put = (next: string[]) => onChange(next.length === 0 ? null : next.map((each) => read(attribute, each)));
  if (attribute.type === 'REFERENCE' && canSearch)
    return (
      <ItemsSelect {...common} dictionary={attribute.to ?? ''} value={values} onChange={put} {...(on ? { validOn: on } : {})} />
    );
  if (attribute.type === 'ENUM') {
    const choices = attribute.values.map((each) => ({ value: each.code, label: localized(each.label) }));
    return <MultiSelect {...common} data={choices} value={values} searchable clearable onChange={put} />;
  }
  return <TagsInput {...common} value={values} onChange={put} placeholder={values.length === 0 ? t('form.listHint') : ''} />;
}

/** One of several values as the API has it; what cannot be read stays as it was typed, and is told. */
function read(attribute: Attribute, text: string): unknown {
  const parsed = parse({ ...attribute, list: false }, text);
  return 'value' in parsed ? parsed.value : text;
}

interface LocalizedFieldProps {
  common: Common;
  attribute: Attribute;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** A text in both languages, side by side. */
function LocalizedField({ common, attribute, value, onChange }: LocalizedFieldProps) {
  const { t } = useTranslation('editing');
  const texts = (typeof value === 'object' && value !== null ? value : { ru: value ?? '' }) as {
    ru?: string | null;
    en?: string | null;
  };
  const Input = attribute.type === 'TEXT' ? Textarea : TextInput;
  const part = (name: 'ru' | 'en') => ({
    value: texts[name] ?? '',
    onChange: (event: { currentTarget: { value: string } }) => onChange({ ...texts, [name]: event.currentTarget.value || null }),
  });
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Input {...common} {...part('ru')} />
      <Input label={`${common.label} ${t('form.english')}`} {...part('en')} />
    </SimpleGrid>
  );
}
