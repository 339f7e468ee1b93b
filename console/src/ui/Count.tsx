import { Badge } from '@mantine/core';
import { formatCount } from './format';

interface CountProps {
  count: number;
  /** Whether it asks for something to be done. */
  isUrgent?: boolean;
}

/** A number beside a tab or a heading. */
export function Count({ count, isUrgent = false }: CountProps) {
  const style = isUrgent
    ? { color: 'var(--svod-annulled)', background: 'var(--svod-annulled-back)' }
    : { color: 'var(--mantine-color-text)', background: 'var(--svod-retired-back)' };
  return (
    <Badge size="sm" radius="xl" variant="transparent" px={7} style={style}>
      {formatCount(count)}
    </Badge>
  );
}
