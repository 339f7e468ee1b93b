import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, localized } from '@/ui/format';
import type { Shape, Target } from '../dictionary/shape';
import { AttributeField } from './AttributeField';
import type { Editing } from './useEditing';
import { parse, textOf } from './values';

interface BulkDialogProps {
  shape: Shape;
  targets: Map<string, Target>;
  codes: string[];
  editing: Editing;
  onClose: () => void;
}

/** Gives all selected items one value. */
export function BulkDialog({ shape, targets, codes, editing, onClose }: BulkDialogProps) {
  const { session, rows } = editing;
  const { on } = session.snapshot().outbox;
  const { t } = useTranslation(['editing', 'common']);
  const [code, setCode] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const attribute = shape.attributes.find((each) => each.code === code);
  const text = attribute ? textOf(attribute, value) : '';
  const isWrong = !attribute || 'problem' in parse({ ...attribute, localized: false }, text);
  const apply = () => {
    if (!attribute) return;
    const edits = codes.map((row) => ({ row, column: attribute.code, text, seen: rows.seen(row, attribute.code) }));
    session.type(edits.filter((edit) => edit.text !== edit.seen));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t('bulkForm.title', { count: codes.length })}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('bulkForm.hint', { date: formatDate(on) })}
        </Text>
        <Select
          data-autofocus
          label={t('bulkForm.attribute')}
          data={shape.attributes.map((each) => ({ value: each.code, label: localized(each.label) }))}
          value={code}
          searchable
          openOnFocus={false}
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
            canSearch={targets.has(attribute.to ?? '')}
            on={on}
            onChange={setValue}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button disabled={isWrong} onClick={apply}>
            {t('bulkForm.apply', { count: codes.length })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
