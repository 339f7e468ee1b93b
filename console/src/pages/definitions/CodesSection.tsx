import { SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Definition } from '@/components/definition/definition';
import { useEditing } from './editing';
import { LabelFields } from './LabelFields';
import { Section } from './Section';

/** What a code looks like. */
export function CodesSection() {
  const { t } = useTranslation('definition');
  const { definition, change, wrongAt } = useEditing();
  const rule = definition.code_rule;
  const set = (part: NonNullable<Definition['code_rule']>) =>
    change((now) => ({ ...now, code_rule: { ...now.code_rule, ...part } }));
  return (
    <Section title={t('passport.codes')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label={t('passport.pattern')}
          description={t('passport.patternHint')}
          value={rule?.pattern ?? ''}
          onChange={(event) => set({ pattern: event.currentTarget.value })}
          error={wrongAt('code_rule.pattern')}
          spellCheck={false}
        />
        <TextInput
          label={t('passport.remove')}
          description={t('passport.removeHint')}
          value={rule?.remove ?? ''}
          onChange={(event) => set({ remove: event.currentTarget.value })}
          error={wrongAt('code_rule.remove')}
          spellCheck={false}
        />
      </SimpleGrid>
      <LabelFields
        label={t('passport.codeDescription')}
        path="code_rule.description"
        value={rule?.description}
        onChange={(description) => set({ description })}
      />
    </Section>
  );
}
