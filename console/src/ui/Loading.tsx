import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Stands where something will be, in about its shape, so that the page does not jump. */
export function Loading({ lines = 5 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <Skeleton key={line} height={18} width={`${95 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
