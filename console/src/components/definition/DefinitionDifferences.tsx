import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Tone } from '@/ui/Badges';
import { WordDiff } from '@/ui/WordDiff';
import classes from './DefinitionDifferences.module.css';
import type { DefinitionDifference } from './differences';
import { pieceWords, placeWords, type NameOf } from './differenceWords';

interface DefinitionDifferencesProps {
  list: DefinitionDifference[];
  /** What attributes and the like are called. */
  nameOf: NameOf;
}

/** What differs between two definitions, place by place, old and new word by word. */
export function DefinitionDifferences({ list, nameOf }: DefinitionDifferencesProps) {
  const { t } = useTranslation(['definition', 'common']);
  return (
    <Stack gap={0} component="ul" className={classes['list'] ?? ''}>
      {list.map((difference) => {
        const isAdded = (difference.before ?? null) === null;
        const isRemoved = (difference.after ?? null) === null;
        return (
          <li key={difference.path} className={classes['row'] ?? ''}>
            <Text size="sm" fw={550} component="div">
              {placeWords(t, difference, nameOf)}{' '}
              {(isAdded || isRemoved) && (
                <Tone tone={isAdded ? 'added' : 'annulled'}>{t(isAdded ? 'difference.added' : 'difference.removed')}</Tone>
              )}
            </Text>
            <Text size="sm" component="div" className={classes['text'] ?? ''}>
              <WordDiff before={pieceWords(t, difference, 'before')} after={pieceWords(t, difference, 'after')} />
            </Text>
          </li>
        );
      })}
    </Stack>
  );
}
