import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localized } from '@/ui/format';
import type { Shape } from '../dictionary/shape';
import { AttributeField } from './AttributeField';
import type { useEditing } from './useEditing';
import { textOf } from './values';

interface BulkDialogProps {
  shape: Shape;
  rows: string[];
  editing: ReturnType<typeof useEditing>;
  /** What stands in a cell. */
  seen: (row: string, column: string) => string;
  onClose: () => void;
}

/** Gives all selected items one value. */
export function BulkDialog({ shape, rows, editing, seen, onClose }: BulkDialogProps) {
  const { t } = useTranslation(['editing', 'common']);
  const [code, setCode] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const attribute = shape.attributes.find((each) => each.code === code);
  const apply = () => {
    if (!attribute) return;
    const text = textOf(attribute, value);
    editing.type(rows.map((row) => ({ row, column: attribute.code, text, seen: seen(row, attribute.code) })));
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('bulkForm.title')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <Stack>
        <Select
          data-autofocus
          label={t('bulkForm.attribute')}
          data={shape.attributes.map((each) => ({ value: each.code, label: localized(each.label) }))}
          value={code}
          searchable
          onChange={(next) => {
            setCode(next);
            setValue(null);
          }}
        />
        {attribute && (
          <AttributeField
            key={attribute.code}
            attribute={{ ...attribute, localized: false }}
            value={value}
            canSearch
            on={editing.outbox.on}
            onChange={setValue}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button disabled={!attribute} onClick={apply}>
            {t('bulkForm.apply', { count: rows.length })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
