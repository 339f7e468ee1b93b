import { Button, FileButton, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconFileCheck, IconFileUpload } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '@/ui/format';
import classes from './Imports.module.css';

interface DropFileProps {
  file: File | undefined;
  onFile: (file: File) => void;
}

/** Where a file is dropped, or chosen by whoever has no mouse. */
export function DropFile({ file, onFile }: DropFileProps) {
  const { t } = useTranslation('importing');
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  const Picture = file ? IconFileCheck : IconFileUpload;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- whoever has no mouse has the button within
    <section
      className={classes['drop'] ?? ''}
      data-over={isOver || undefined}
      aria-label={t('drop.title')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack align="center" gap="sm">
        <ThemeIcon size={56} radius="xl" variant="light">
          <Picture size={28} stroke={1.5} aria-hidden />
        </ThemeIcon>
        <Text fw={600} aria-live="polite">
          {file ? t('drop.dropped', { name: file.name, size: formatBytes(file.size) }) : t('drop.title')}
        </Text>
        <Group gap="xs">
          {!file && (
            <Text size="sm" c="dimmed">
              {t('drop.or')}
            </Text>
          )}
          <FileButton onChange={(chosen) => chosen && onFile(chosen)} inputProps={{ 'aria-label': t('drop.choose') }}>
            {(props) => (
              <Button variant="default" size="xs" {...props}>
                {file ? t('drop.another') : t('drop.choose')}
              </Button>
            )}
          </FileButton>
        </Group>
        <Text size="xs" c="dimmed" ta="center" maw={520}>
          {t('drop.formats')}
        </Text>
      </Stack>
    </section>
  );
}
