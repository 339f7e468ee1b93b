import { NumberInput, Radio, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isText } from '@/components/definition/checking';
import { ACCESSES, codeFrom, typeFrom, type Definition, type Passport } from '@/components/definition/definition';
import { localized } from '@/ui/format';
import { CodesSection } from './CodesSection';
import { useEditing } from './editing';
import { HierarchySection } from './HierarchySection';
import { LabelFields } from './LabelFields';
import { Section } from './Section';

/** Whose dictionary it is, what it is called, how its codes look and whether its items stand under one another. */
export function PassportTab() {
  return (
    <Stack>
      <NameSection />
      <OwnerSection />
      <CodesSection />
      <HierarchySection />
    </Stack>
  );
}

function NameSection() {
  const { t } = useTranslation('definition');
  const { definition, published, change, wrongAt } = useEditing();
  const set = (part: Partial<Definition>) => change((now) => ({ ...now, ...part }));
  // Codes follow the name until somebody writes their own.
  const rename = (name: Definition['name']) =>
    change((now) => {
      const isFollowing = !published && now.code === codeFrom(now.name.ru);
      if (!isFollowing) return { ...now, name };
      const code = codeFrom(name.ru);
      return { ...now, name, code, type: now.type === typeFrom(now.code) ? typeFrom(code) : now.type };
    });
  const recode = (code: string) =>
    change((now) => ({ ...now, code, type: now.type === '' || now.type === typeFrom(now.code) ? typeFrom(code) : now.type }));
  const texts = (definition.attributes ?? []).filter((each) => isText(each.type) && !each.list && each.code !== '');
  return (
    <Section title={t('passport.dictionary')}>
      <LabelFields
        label={t('passport.name')}
        path="name"
        value={definition.name}
        onChange={rename}
        isRequired
        {...(published ? {} : { placeholder: t('passport.namePlaceholder') })}
        takesFocus={!published && definition.name.ru === ''}
      />
      <LabelFields
        label={t('passport.description')}
        path="description"
        value={definition.description}
        onChange={(description) => set({ description })}
        isLong
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label={t('passport.code')}
          description={t(published ? 'passport.codeFixed' : 'passport.codeHint')}
          value={definition.code}
          onChange={(event) => recode(event.currentTarget.value)}
          error={wrongAt('code')}
          required={!published}
          readOnly={Boolean(published)}
          variant={published ? 'filled' : 'default'}
          styles={MONOSPACE}
          spellCheck={false}
        />
        <TextInput
          label={t('passport.type')}
          description={t('passport.typeHint')}
          value={definition.type}
          onChange={(event) => set({ type: event.currentTarget.value })}
          error={wrongAt('type')}
          required
          styles={MONOSPACE}
          spellCheck={false}
        />
      </SimpleGrid>
      <Select
        label={t('passport.display')}
        description={t('passport.displayHint')}
        data={texts.map((each) => ({ value: each.code, label: localized(each.label) || each.code }))}
        value={definition.display ?? null}
        onChange={(display) => set({ display: display ?? undefined })}
        error={wrongAt('display')}
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
        maw={420}
      />
    </Section>
  );
}

function OwnerSection() {
  const { t } = useTranslation(['definition', 'common']);
  const { definition, change, wrongAt } = useEditing();
  const { passport } = definition;
  const set = (part: Partial<Passport>) => change((now) => ({ ...now, passport: { ...now.passport, ...part } }));
  return (
    <Section title={t('passport.owned')}>
      <TextInput
        label={t('passport.owner')}
        description={t('passport.ownerHint')}
        value={passport.owner}
        onChange={(event) => set({ owner: event.currentTarget.value })}
        error={wrongAt('passport.owner')}
        required
      />
      <TextInput
        label={t('passport.basis')}
        description={t('passport.basisHint')}
        value={passport.basis ?? ''}
        onChange={(event) => set({ basis: event.currentTarget.value })}
        error={wrongAt('passport.basis')}
      />
      <Textarea
        label={t('passport.source')}
        description={t('passport.sourceHint')}
        value={passport.source ?? ''}
        onChange={(event) => set({ source: event.currentTarget.value })}
        error={wrongAt('passport.source')}
        autosize
        minRows={2}
        maxRows={6}
      />
      <NumberInput
        label={t('passport.period')}
        description={t('passport.periodHint')}
        value={passport.update_period_days ?? ''}
        onChange={(days) => set({ update_period_days: typeof days === 'number' ? days : undefined })}
        error={wrongAt('passport.update_period_days')}
        min={1}
        max={36_500}
        allowDecimal={false}
        hideControls
        maw={420}
      />
      <Radio.Group
        label={t('passport.access')}
        value={passport.access ?? 'internal'}
        onChange={(value) => set({ access: ACCESSES.find((each) => each === value) })}
      >
        <Stack gap={8} mt={6}>
          {ACCESSES.map((access) => (
            <Radio
              key={access}
              value={access}
              label={t(`access.${ACCESS_NAMES[access]}`, { ns: 'common' })}
              description={t(`passport.accessHint.${access}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}

/** Codes are compared letter by letter. */
const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };

const ACCESS_NAMES = { public: 'PUBLIC', internal: 'INTERNAL', restricted: 'RESTRICTED' } as const;
