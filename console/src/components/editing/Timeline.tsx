import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Period } from '@/ui/Period';
import type { Shape } from '../dictionary/shape';
import type { Version } from './requestItems';
import { textOf, type Values } from './values';
import { versionOn } from './versions';

interface TimelineProps {
  shape: Shape;
  versions: Version[];
  /** Whether the request changes them. */
  isChanged: boolean;
  on: string;
}

/** What is known of an item, or would be, one interval after another. */
export function Timeline({ shape, versions, isChanged, on }: TimelineProps) {
  const { t } = useTranslation('editing');
  const display = shape.attributes.find((attribute) => attribute.code === shape.display);
  const current = versionOn(versions, on);
  return (
    <Stack gap={6} component="section">
      <Title order={3} size="h4">
        {t(isChanged ? 'form.timelineChanged' : 'form.timeline')}
      </Title>
      {versions.map((version) => (
        <Stack key={version.validFrom ?? ''} gap={0}>
          <Group gap="sm" wrap="nowrap" align="baseline">
            <Period from={version.validFrom} until={version.validTo} />
            <Text size="sm">{display ? textOf(display, (version.attributes as Values)[display.code]) : ''}</Text>
            {version === current && (
              <Badge variant="default" tt="none" style={{ flexShrink: 0 }}>
                {t('form.current')}
              </Badge>
            )}
          </Group>
          {version.retirement && (
            <Text size="sm" c="dimmed">
              {t('form.ended', { reason: version.retirement.reason })}
            </Text>
          )}
        </Stack>
      ))}
    </Stack>
  );
}
