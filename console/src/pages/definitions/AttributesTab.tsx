import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus, IconTable } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { replaced } from '@/components/definition/attributeEdits';
import type { AttributeDefinition } from '@/components/definition/definition';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { AttributeForm } from './AttributeForm';
import { useEditing } from './editing';
import { Rows } from './Rows';
import { TYPE_NAMES } from './typeNames';

/** What is kept of each item. */
export function AttributesTab() {
  const { t } = useTranslation(['definition', 'common']);
  const { definition, change, isWrongBelow, setOpen } = useEditing();
  const attributes = definition.attributes ?? [];
  const set = (next: AttributeDefinition[]) => change((now) => ({ ...now, attributes: next }));
  const add = () => {
    set([...attributes, { code: '', type: 'string', label: { ru: '' } }]);
    setOpen(attributes.length);
  };
  const button = (
    <Button variant={attributes.length === 0 ? 'filled' : 'light'} leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
      {t('attributes.add')}
    </Button>
  );
  if (attributes.length === 0) {
    return <Empty icon={IconTable} title={t('attributes.none')} hint={t('attributes.noneHint')} action={button} />;
  }
  const headOf = (attribute: AttributeDefinition, at: number) => ({
    title: localized(attribute.label) || attribute.code || t('attributes.untitled'),
    code: attribute.code,
    beside: <Beside attribute={attribute} />,
    isWrong: isWrongBelow(`attributes[${at}]`),
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('attributes.lead', { count: attributes.length })}
      </Text>
      <Rows
        label={t('attributes.list')}
        name="attribute"
        list={attributes}
        onChange={set}
        headOf={headOf}
        removedText={(name) => t('attributes.removed', { name })}
      >
        {(attribute, at) => (
          <AttributeForm
            key={at}
            attribute={attribute}
            at={at}
            onChange={(edit) => change((now) => withAttribute(now, at, edit))}
          />
        )}
      </Rows>
      <Group>{button}</Group>
    </Stack>
  );
}

function withAttribute<T extends { attributes?: AttributeDefinition[] | undefined }>(
  now: T,
  at: number,
  edit: (attribute: AttributeDefinition) => AttributeDefinition,
): T {
  const attributes = now.attributes ?? [];
  const attribute = attributes[at];
  return attribute ? { ...now, attributes: replaced(attributes, at, edit(attribute)) } : now;
}

/** The type and the flags in brief. */
function Beside({ attribute }: { attribute: AttributeDefinition }) {
  const { t } = useTranslation(['definition', 'common']);
  const flags = (['required', 'unique', 'localized', 'list'] as const).filter((flag) => attribute[flag]);
  return (
    <>
      <Text span size="xs" visibleFrom="sm">
        {flags.map((flag) => t(`attributes.short.${flag}`)).join(' · ')}
      </Text>
      <Text span size="xs" fw={550} c="var(--mantine-color-text)">
        {t(`type.${TYPE_NAMES[attribute.type]}`, { ns: 'common' })}
      </Text>
    </>
  );
}
