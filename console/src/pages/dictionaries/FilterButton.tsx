import { Badge, Button, Group, Popover, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { withFilter, type Filters } from '@/components/dictionary/filters';
import type { Attribute, Shape, Target } from '@/components/dictionary/shape';
import { ItemSelect } from '@/components/ItemSelect';
import { localized } from '@/ui/format';

interface FilterButtonProps {
  shape: Shape;
  targets: Map<string, Target>;
  filters: Filters;
}

/** Lists of choices open inside of the filters: what is clicked outside of them closes them. */
const inside = { withinPortal: false };

/** A filter for each attribute; what is set stands in the address. */
export function FilterButton({ shape, targets, filters }: FilterButtonProps) {
  const { t } = useTranslation('dictionary');
  const [, setSearch] = useSearchParams();
  const set = useCallback(
    (name: string, value: string) => setSearch((current) => withFilter(current, name, value), { replace: true }),
    [setSearch],
  );
  const count = Object.keys(filters).length;
  const clear = () =>
    setSearch((current) => Object.keys(filters).reduce((search, name) => withFilter(search, name, ''), current), {
      replace: true,
    });
  return (
    <Popover position="bottom-start" shadow="md" width={620} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          rightSection={count > 0 && <Badge size="sm">{count}</Badge>}
        >
          {t('filters')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={460} style={{ overflow: 'auto' }}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextFilter
              label={`${t('code')} ${t('filter.codeBegins')}`}
              value={filters['code'] ?? ''}
              onChange={(value) => set('code', value)}
            />
            {shape.isHierarchical && (
              <ItemSelect
                comboboxProps={inside}
                dictionary={shape.code}
                label={t('filter.under')}
                value={filters['under'] ?? null}
                onChange={(value) => set('under', value ?? '')}
              />
            )}
            {shape.attributes
              .filter((attribute) => !attribute.list)
              .map((attribute) => (
                <AttributeFilter
                  key={attribute.code}
                  attribute={attribute}
                  isKnown={targets.has(attribute.to ?? '')}
                  value={filters[attribute.code] ?? ''}
                  onChange={(value) => set(attribute.code, value)}
                />
              ))}
          </SimpleGrid>
          <Group justify="flex-end">
            <Button size="xs" variant="default" disabled={count === 0} onClick={clear}>
              {t('filtersClear')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface AttributeFilterProps {
  attribute: Attribute;
  /** Whether the dictionary that it refers to may be seen. */
  isKnown: boolean;
  value: string;
  onChange: (value: string) => void;
}

function AttributeFilter({ attribute, isKnown, value, onChange }: AttributeFilterProps) {
  const { t } = useTranslation(['dictionary', 'common']);
  const label = localized(attribute.label);
  const any = { value: '', label: t('filter.any') };
  switch (attribute.type) {
    case 'ENUM': {
      const choices = attribute.values.map((each) => ({ value: each.code, label: localized(each.label) }));
      return (
        <Select
          comboboxProps={inside}
          label={label}
          data={[any, ...choices]}
          value={value}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    }
    case 'BOOLEAN': {
      const choices = [
        any,
        { value: 'true', label: t('yes', { ns: 'common' }) },
        { value: 'false', label: t('no', { ns: 'common' }) },
      ];
      return (
        <Select comboboxProps={inside} label={label} data={choices} value={value} onChange={(next) => onChange(next ?? '')} />
      );
    }
    case 'REFERENCE':
      if (isKnown && attribute.to)
        return (
          <ItemSelect
            comboboxProps={inside}
            dictionary={attribute.to}
            label={label}
            value={value || null}
            onChange={(next) => onChange(next ?? '')}
          />
        );
      return <TextFilter label={label} value={value} onChange={onChange} />;
    case 'INTEGER':
    case 'DECIMAL':
    case 'DATE':
      return <RangeFilter label={label} type={attribute.type === 'DATE' ? 'date' : 'text'} value={value} onChange={onChange} />;
    default:
      return <TextFilter label={`${label} ${t('filter.contains')}`} value={value} onChange={onChange} />;
  }
}

interface OneFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function TextFilter({ label, value, onChange }: OneFilterProps) {
  return (
    <TextInput
      label={label}
      defaultValue={value}
      key={value}
      onBlur={(event) => onChange(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(event.currentTarget.value.trim());
      }}
    />
  );
}

function RangeFilter({ label, type, value, onChange }: OneFilterProps & { type: 'date' | 'text' }) {
  const { t } = useTranslation('dictionary');
  const [from = '', to = ''] = value.includes('..') ? value.split('..') : [value, value];
  const told = (next: [string, string]) => onChange(next[0] === '' && next[1] === '' ? '' : next.join('..'));
  return (
    <Group gap="xs" wrap="nowrap" align="flex-end">
      <TextInput
        type={type}
        label={`${label} ${t('filter.from')}`}
        defaultValue={from}
        onBlur={(event) => told([event.currentTarget.value, to])}
      />
      <TextInput
        type={type}
        label={t('filter.to')}
        defaultValue={to}
        onBlur={(event) => told([from, event.currentTarget.value])}
      />
    </Group>
  );
}
