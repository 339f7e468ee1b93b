import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Period } from '@/ui/Period';
import type { Shape } from '../dictionary/shape';
import { versionOn } from './requestItems';
import { textOf, type Values } from './values';

interface TimelineProps {
  shape: Shape;
  versions: Array<{ validFrom?: string | null; validTo?: string | null; attributes: unknown }>;
  on: string;
}

/** What is published of an item, one interval after another. */
export function Timeline({ shape, versions, on }: TimelineProps) {
  const { t } = useTranslation('editing');
  const display = shape.attributes.find((attribute) => attribute.code === shape.display);
  const current = versionOn(versions, on);
  return (
    <Stack gap={6}>
      <Title order={3} size="h4">
        {t('form.timeline')}
      </Title>
      {versions.map((version) => (
        <Group key={version.validFrom ?? ''} gap="sm" wrap="nowrap" align="baseline">
          <Period from={version.validFrom} until={version.validTo} />
          <Text size="sm">{display ? textOf(display, (version.attributes as Values)[display.code]) : ''}</Text>
          {version === current && (
            <Badge variant="default" tt="none">
              {t('form.current')}
            </Badge>
          )}
        </Group>
      ))}
    </Stack>
  );
}
