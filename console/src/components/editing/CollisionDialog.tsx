import { Button, Group, Modal, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localized } from '@/ui/format';
import type { Shape } from '../dictionary/shape';
import type { Collision } from './outbox';

interface CollisionDialogProps {
  shape: Shape;
  met: Collision[];
  onSettle: (takesMine: (collision: Collision) => boolean) => void;
}

const keyOf = ({ row, column }: Collision): string => `${row} ${column}`;

/** Cells that somebody else changed too: theirs and mine side by side, and one choice each. */
export function CollisionDialog({ shape, met, onSettle }: CollisionDialogProps) {
  const { t } = useTranslation('editing');
  const [mine, setMine] = useState<Record<string, boolean>>({});
  const titleOf = (column: string) => localized(shape.attributes.find((attribute) => attribute.code === column)?.label) || column;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} size="lg" title={t('collision.title')}>
      <Stack>
        <Text size="sm">{t('collision.hint')}</Text>
        {met.map((collision) => (
          <Radio.Group
            key={keyOf(collision)}
            label={`${collision.row} · ${titleOf(collision.column)}`}
            value={(mine[keyOf(collision)] ?? true) ? 'mine' : 'theirs'}
            onChange={(value) => setMine({ ...mine, [keyOf(collision)]: value === 'mine' })}
          >
            <SimpleGrid cols={2} mt="xs">
              <Radio.Card value="theirs" p="sm" radius="md">
                <Text size="xs" c="dimmed">
                  {t('collision.theirs')}
                </Text>
                <Text size="sm">{collision.theirs || '—'}</Text>
              </Radio.Card>
              <Radio.Card value="mine" p="sm" radius="md">
                <Text size="xs" c="dimmed">
                  {t('collision.mine')}
                </Text>
                <Text size="sm">{collision.mine || '—'}</Text>
              </Radio.Card>
            </SimpleGrid>
          </Radio.Group>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onSettle(() => false)}>
            {t('collision.allTheirs')}
          </Button>
          <Button onClick={() => onSettle((collision) => mine[keyOf(collision)] ?? true)}>
            {t('action.save', { ns: 'common' })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
