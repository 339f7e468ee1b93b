import { Fieldset, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compiled } from '@/components/definition/checking';
import { localized } from '@/ui/format';
import { useEditing } from './editing';
import { PreviewField } from './PreviewField';

/** The form of one item as it would be: what is typed here is kept nowhere. */
export function Preview() {
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
      <Fieldset legend={localized(definition.name) || t('preview.untitled')} radius="md">
        <Stack gap="sm">
          <CodeField />
          {definition.hierarchy && <TextInput label={t('preview.parent')} placeholder={t('preview.parentPlaceholder')} />}
          {(definition.attributes ?? [])
            .map((attribute, at) => ({ attribute, key: `preview-${at}` }))
            .map(({ attribute, key }) => (
              <PreviewField key={`${key} ${attribute.type} ${attribute.to ?? ''}`} attribute={attribute} />
            ))}
        </Stack>
      </Fieldset>
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
