import { ActionIcon, Button, Group, Input, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { moved, replaced, without } from '@/components/definition/attributeEdits';
import { codeFrom, type AttributeDefinition, type EnumValueDefinition } from '@/components/definition/definition';
import classes from './Rows.module.css';
import { useEditing, type EditAttribute } from './editing';

interface ValuesFieldProps {
  attribute: AttributeDefinition;
  path: string;
  onChange: EditAttribute;
}

const codeOfValue = (label: string): string => codeFrom(label).toUpperCase();

/** The values of an enumeration, in order. */
export function ValuesField({ attribute, path, onChange }: ValuesFieldProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const values = attribute.values ?? [];
  const edit = (recipe: (values: EnumValueDefinition[]) => EnumValueDefinition[]) =>
    onChange((now) => ({ ...now, values: recipe(now.values ?? []) }));
  const wrong = wrongAt(`${path}.values`);
  return (
    <Stack gap={6}>
      <Input.Label labelElement="div" required>
        {t('attributes.values')}
      </Input.Label>
      {values.length > 0 && (
        <Table verticalSpacing={4} horizontalSpacing={4} withRowBorders={false} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th fw={500} fz="xs" c="dimmed">
                {t('attributes.valueLabel')}
              </Table.Th>
              <Table.Th fw={500} fz="xs" c="dimmed">
                {t('attributes.valueLabelEn')}
              </Table.Th>
              <Table.Th fw={500} fz="xs" c="dimmed">
                {t('attributes.valueCode')}
              </Table.Th>
              <Table.Td w={92} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {values
              .map((value, at) => ({ value, at, key: `value-${at}` }))
              .map(({ value, at, key }) => (
                <ValueRow
                  key={key}
                  value={value}
                  path={`${path}.values[${at}]`}
                  isFirst={at === 0}
                  isLast={at === values.length - 1}
                  onChange={(next) => edit((now) => replaced(now, at, next))}
                  onMove={(by) => edit((now) => moved(now, at, at + by))}
                  onRemove={() => edit((now) => without(now, at))}
                />
              ))}
          </Table.Tbody>
        </Table>
      )}
      {wrong && (
        <Text size="xs" c="var(--mantine-color-error)">
          {wrong}
        </Text>
      )}
      <Group>
        <Button
          variant="light"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => edit((now) => [...now, { code: '', label: { ru: '' } }])}
        >
          {t('attributes.addValue')}
        </Button>
      </Group>
    </Stack>
  );
}

interface ValueRowProps {
  value: EnumValueDefinition;
  path: string;
  isFirst: boolean;
  isLast: boolean;
  onChange: (value: EnumValueDefinition) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function ValueRow({ value, path, isFirst, isLast, onChange, onMove, onRemove }: ValueRowProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const name = value.label.ru || value.code;
  const relabel = (ru: string) => {
    const isFollowing = value.code === codeOfValue(value.label.ru);
    onChange({ code: isFollowing ? codeOfValue(ru) : value.code, label: { ...value.label, ru } });
  };
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <TextInput
          aria-label={t('attributes.valueLabel')}
          value={value.label.ru}
          onChange={(event) => relabel(event.currentTarget.value)}
          error={wrongAt(`${path}.label.ru`)}
          size="xs"
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          aria-label={t('attributes.valueLabelEn')}
          value={value.label.en ?? ''}
          onChange={(event) => onChange({ ...value, label: { ...value.label, en: event.currentTarget.value } })}
          size="xs"
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          aria-label={t('attributes.valueCode')}
          value={value.code}
          onChange={(event) => onChange({ ...value, code: event.currentTarget.value })}
          error={wrongAt(`${path}.code`)}
          size="xs"
          spellCheck={false}
        />
      </Table.Td>
      <Table.Td>
        <Group gap={0} wrap="nowrap" justify="flex-end">
          <Small label={t('row.up', { name })} isDisabled={isFirst} onClick={() => onMove(-1)} picture={IconChevronUp} />
          <Small label={t('row.down', { name })} isDisabled={isLast} onClick={() => onMove(1)} picture={IconChevronDown} />
          <Small label={t('attributes.removeValue', { name })} isDisabled={false} onClick={onRemove} picture={IconX} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

interface SmallProps {
  label: string;
  isDisabled: boolean;
  onClick: () => void;
  picture: typeof IconX;
}

function Small({ label, isDisabled, onClick, picture: Picture }: SmallProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      mt={3}
      className={classes['move'] ?? ''}
      aria-label={label}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Picture size={15} aria-hidden />
    </ActionIcon>
  );
}
