import { Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { compiled } from '@/components/definition/checking';
import { localized } from '@/ui/format';
import classes from './DefinitionEditor.module.css';
import { useEditing } from './editing';
import { PreviewField } from './PreviewField';

interface PreviewProps {
  /** The attribute that is being edited: its field is brought into view and marked. */
  shown: number | undefined;
}

/** The form of one item as it would be: what is typed here is kept nowhere. */
export function Preview({ shown }: PreviewProps) {
  const { t } = useTranslation('definition');
  const { definition } = useEditing();
  const rules = definition.rules ?? [];
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {t('preview.title')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('preview.hint')}
        </Text>
      </div>
      <Paper withBorder p="md" component="form" aria-label={localized(definition.name) || t('preview.untitled')}>
        <Stack gap="sm">
          <CodeField />
          {definition.hierarchy && <TextInput label={t('preview.parent')} placeholder={t('preview.parentPlaceholder')} />}
          {(definition.attributes ?? [])
            .map((attribute, at) => ({ attribute, at, key: `preview-${at} ${attribute.type} ${attribute.to ?? ''}` }))
            .map(({ attribute, at, key }) => (
              <Marked key={key} isMarked={at === shown}>
                <PreviewField attribute={attribute} />
              </Marked>
            ))}
        </Stack>
      </Paper>
      {rules.length > 0 && (
        <div>
          <Text size="xs" fw={600}>
            {t('preview.rules')}
          </Text>
          {rules.map((rule) => (
            <Text key={rule.code} size="xs" c="dimmed">
              {localized(rule.message) || rule.code}
            </Text>
          ))}
        </div>
      )}
    </Stack>
  );
}

interface MarkedProps {
  isMarked: boolean;
  children: ReactNode;
}

/** A field that stands out, and comes into view, while its attribute is edited. */
function Marked({ isMarked, children }: MarkedProps) {
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const frame = field.current?.closest('aside');
    if (isMarked && frame && field.current) frame.scrollTo({ top: field.current.offsetTop - 140, behavior: 'smooth' });
  }, [isMarked]);
  return (
    <div ref={field} className={isMarked ? (classes['marked'] ?? '') : ''}>
      {children}
    </div>
  );
}

function CodeField() {
  const { t } = useTranslation('definition');
  const { definition } = useEditing();
  const [code, setCode] = useState('');
  const pattern = definition.code_rule?.pattern;
  const isWrong = code !== '' && Boolean(pattern) && compiled(pattern ?? '')?.test(code) === false;
  return (
    <TextInput
      label={t('preview.code')}
      description={localized(definition.code_rule?.description)}
      value={code}
      onChange={(event) => setCode(event.currentTarget.value)}
      error={isWrong && t('preview.problem.pattern', { pattern })}
      required
    />
  );
}
