import { Fieldset, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DateField } from '@/ui/DateField';
import { BASIS_KINDS, type BasisDraft } from './basis';

interface BasisFieldsProps {
  value: BasisDraft;
  onChange: (value: BasisDraft) => void;
}

/** What a request rests on, to be typed. */
export function BasisFields({ value, onChange }: BasisFieldsProps) {
  const { t } = useTranslation('request');
  return (
    <Fieldset legend={t('basis.label')} variant="default" radius="md">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <Select
            label={t('basis.kind')}
            data={BASIS_KINDS.map((kind) => ({ value: kind, label: t(`basis.kinds.${kind}`) }))}
            value={value.kind}
            onChange={(kind) => onChange({ ...value, kind: kind ?? value.kind })}
            allowDeselect={false}
          />
          <TextInput
            label={t('basis.number')}
            value={value.number}
            onChange={(event) => onChange({ ...value, number: event.currentTarget.value })}
          />
          <DateField label={t('basis.date')} value={value.date} onChange={(date) => onChange({ ...value, date })} isClearable />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            label={t('basis.title')}
            placeholder={t('basis.titleExample')}
            value={value.title}
            onChange={(event) => onChange({ ...value, title: event.currentTarget.value })}
          />
          <TextInput
            label={t('basis.link')}
            type="url"
            placeholder="https://…"
            value={value.link}
            onChange={(event) => onChange({ ...value, link: event.currentTarget.value })}
          />
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}
