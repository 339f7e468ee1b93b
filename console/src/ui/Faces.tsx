import { Group, Text } from '@mantine/core';
import { Face, type Person } from './Face';
import classes from './Faces.module.css';

interface FacesProps {
  people: Person[];
  size?: number;
  /** How many faces are shown before the rest is a number. */
  most?: number;
}

/** Several people, a little over one another; their names are tooltips, and are read aloud. */
export function Faces({ people, size = 26, most = 4 }: FacesProps) {
  const shown = people.slice(0, most);
  const left = people.length - shown.length;
  return (
    <Group gap={0} wrap="nowrap" className={classes['faces'] ?? ''}>
      {shown.map((person) => (
        <Face key={person.name} person={person} size={size} />
      ))}
      {left > 0 && (
        <Text span size="xs" c="dimmed" ml={6}>
          +{left}
        </Text>
      )}
    </Group>
  );
}
