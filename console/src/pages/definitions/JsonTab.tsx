import { Button, CopyButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconBraces, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tidy, type Definition } from '@/components/definition/definition';
import { readDefinition } from '@/components/definition/shape';
import { useEditing } from './editing';

/** The order in which people write a definition; keys that are not named here follow. */
const ORDER =
  'code type name ru en label description display passport code_rule hierarchy attributes list required unique localized search rules when expect message projections approval four_eyes stages role quorum'.split(
    ' ',
  );

const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b)));
}

const written = (definition: Definition): string => JSON.stringify(tidy(definition), inOrder, 2);

interface JsonTabProps {
  /** What was typed last and could not be read. */
  broken: string | undefined;
  setBroken: (text: string | undefined) => void;
}

/** The whole definition as text; what can be read is taken at once, and what cannot be waits here. */
export function JsonTab({ broken, setBroken }: JsonTabProps) {
  const { t } = useTranslation(['definition', 'common']);
  const { definition, change } = useEditing();
  const [text, setText] = useState(() => broken ?? written(definition));
  const wrong = broken === undefined ? undefined : wrongWords(t, text);
  const type = (next: string) => {
    setText(next);
    const found = parsed(next);
    if ('definition' in found) {
      change(() => found.definition);
      setBroken(undefined);
    } else setBroken(next);
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end">
        <Text size="sm" c="dimmed" flex={1} miw={240}>
          {t('json.hint')}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={broken !== undefined}
            leftSection={<IconBraces size={14} aria-hidden />}
            onClick={() => setText(written(definition))}
          >
            {t('json.tidy')}
          </Button>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" leftSection={<IconCopy size={14} aria-hidden />} onClick={copy}>
                {t(copied ? 'action.copied' : 'action.copy', { ns: 'common' })}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      <Textarea
        aria-label={t('json.label')}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        error={wrong}
        autosize
        minRows={16}
        maxRows={40}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13, lineHeight: 1.5 } }}
      />
    </Stack>
  );
}

type Parsed = ReturnType<typeof readDefinition> | { message: string };

function parsed(text: string): Parsed {
  try {
    return readDefinition(JSON.parse(text));
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

function wrongWords(t: ReturnType<typeof useTranslation<['definition', 'common']>>['t'], text: string): string | undefined {
  const found = parsed(text);
  if ('message' in found) return t('json.wrong', { message: found.message });
  if (!('wrong' in found)) return undefined;
  const { path, expected, choices } = found.wrong;
  return t(`json.misshapen.${expected}`, { path: path || t('json.whole'), choices: choices ?? '' });
}
