import { Avatar, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface Person {
  name: string;
  displayName: string;
}

interface FaceProps {
  person: Person | null | undefined;
  size?: number;
  /** The name beside the face; without it the name is a tooltip. */
  named?: boolean;
}

/** A person as a round of their initials, always in the same colour. */
export function Face({ person, size = 26, named = false }: FaceProps) {
  const { t } = useTranslation();
  const shown = person?.displayName ?? t('noAccount');
  const picture = (
    <Avatar
      size={size}
      radius="xl"
      name={shown}
      color="initials"
      allowedInitialsColors={['blue', 'teal', 'grape', 'indigo', 'pink', 'violet', 'cyan']}
      variant="filled"
      alt={named ? '' : shown}
      styles={{ placeholder: { fontSize: size * 0.4, backgroundColor: colorOf(shown), color: '#fff' } }}
    />
  );
  if (!named) return <Tooltip label={shown}>{picture}</Tooltip>;
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex">
      {picture}
      <Text span size="sm">
        {shown}
      </Text>
    </Group>
  );
}

/** Dark enough for white initials. */
const COLORS = ['#1f4fa3', '#0b6e5f', '#7b2d8b', '#8a3b12', '#9c1f5a', '#4338a8', '#0b6a85', '#4d5b12'];

function colorOf(name: string): string {
  let sum = 7;
  for (const letter of name) sum = (sum * 33 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return COLORS[sum % COLORS.length] ?? '#1f4fa3';
}
