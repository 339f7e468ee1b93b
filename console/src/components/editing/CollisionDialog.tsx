import { Button, Group, Modal, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localized } from '@/ui/format';
import type { Shape } from '../dictionary/shape';
import type { Collision } from './outbox';
import classes from './Editing.module.css';

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
              <Side value="theirs" title={t('collision.theirs')} text={collision.theirs} />
              <Side value="mine" title={t('collision.mine')} text={collision.mine} />
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

/** One of the two texts, with the mark of the choice. */
function Side({ value, title, text }: { value: string; title: string; text: string }) {
  return (
    <Radio.Card value={value} p="sm" radius="md" className={classes['side'] ?? ''}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio.Indicator mt={2} />
        <div>
          <Text size="xs" c="dimmed">
            {title}
          </Text>
          <Text size="sm">{text || '—'}</Text>
        </div>
      </Group>
    </Radio.Card>
  );
}
