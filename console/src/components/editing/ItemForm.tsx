import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBusy } from '@/api/asking';
import type { Refusal } from '@/api/refusals';
import { DateField } from '@/ui/DateField';
import { formatDate, localized } from '@/ui/format';
import { periodText } from '@/ui/Period';
import { Refusals } from '@/ui/Refusals';
import { sentence } from '@/ui/refusalWords';
import type { Shape, Target } from '../dictionary/shape';
import { ItemSelect } from '../ItemSelect';
import { AttributeField } from './AttributeField';
import type { EditingSession } from './EditingSession';
import { blankForm, formKey, keepForm, keptForm, metFields, withValue, type FormDraft } from './formDraft';
import { ItemActs } from './ItemActs';
import type { ChangedItem, Version } from './requestItems';
import { Timeline } from './Timeline';
import { useEditingState } from './useEditing';
import { codeProblem, parse, textOf, type Values } from './values';
import { versionOn } from './versions';
import classes from './Editing.module.css';

interface ItemFormProps {
  person: string;
  requestId: string;
  shape: Shape;
  targets: Map<string, Target>;
  /** Blank: a new item. */
  code: string;
  /** The versions as the request has them, or as they are published. */
  versions: Version[];
  change: ChangedItem | undefined;
  session: EditingSession;
  onClose: () => void;
}

/** The fields of an item, from a date on. What is typed lies in the browser until the request has it. */
export function ItemForm(props: ItemFormProps) {
  const { requestId, shape, targets, code, versions, change, session, onClose } = props;
  const { t } = useTranslation(['editing', 'common']);
  const { t: common } = useTranslation();
  const form = useForm(props);
  const { draft, setDraft, before, shown, problems, refusals, met } = form;
  const isNew = code === '';
  const on = draft.from ?? undefined;
  const parent = draft.parent === undefined ? (before?.parentCode ?? null) : draft.parent;
  const theirs = (attribute: Shape['attributes'][number]) =>
    met.includes(attribute.code)
      ? t('form.theirs', { text: textOf(attribute, (before?.attributes as Values | undefined)?.[attribute.code]) || '—' })
      : undefined;
  const fields = problems.map((attribute) => localized(attribute.label)).join(', ');
  const isGap = !isNew && before === undefined;
  return (
    <Stack>
      {isNew && (
        <TextInput
          data-autofocus
          label={t('form.code')}
          description={localized(shape.codeDescription) || shape.codePattern}
          required
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={draft.code}
          onChange={(event) => setDraft({ ...draft, code: event.currentTarget.value })}
          error={form.codeError ?? form.of('code')}
        />
      )}
      <Group grow align="flex-start">
        <DateField label={t('form.from')} value={draft.from} onChange={(from) => setDraft({ ...draft, from })} isClearable />
        <DateField
          label={t('form.until')}
          value={draft.until}
          onChange={(until) => setDraft({ ...draft, until })}
          isClearable
          error={draft.from && draft.until && draft.until <= draft.from ? t('form.backwards') : null}
        />
      </Group>
      <Text size="sm" c="dimmed">
        {t(isNew ? 'form.periodNew' : 'form.period', { period: wordsOf(common, draft.from, draft.until) })}
      </Text>
      {isGap && <Note>{t('form.gap', { date: draft.from ? formatDate(draft.from) : '' })}</Note>}
      {shape.isHierarchical && (
        <ItemSelect
          dictionary={shape.code}
          label={t('form.parent')}
          value={parent}
          onChange={(next) => setDraft({ ...draft, parent: next })}
          error={form.of('parent')}
          {...(on ? { validOn: on } : {})}
        />
      )}
      {shape.attributes.map((attribute) => (
        <AttributeField
          key={attribute.code}
          attribute={attribute}
          value={shown[attribute.code]}
          canSearch={targets.has(attribute.to ?? '')}
          on={on}
          isTouched={attribute.code in draft.values}
          refusal={form.of(attribute.code) ?? theirs(attribute)}
          onChange={(value) => form.put(attribute.code, value)}
        />
      ))}
      <TextInput
        label={t('form.comment')}
        placeholder={t('form.commentExample')}
        value={draft.comment}
        onChange={(event) => setDraft({ ...draft, comment: event.currentTarget.value })}
      />
      {versions.length > 0 && (
        <Timeline shape={shape} versions={versions} isChanged={change !== undefined} on={draft.from ?? ''} />
      )}
      <Stack gap="xs" className={classes['footer'] ?? ''}>
        <Refusals refusals={refusals} />
        {fields !== '' && form.isTouched && <Note>{t('form.fix', { fields })}</Note>}
        <Group justify="space-between">
          {isNew ? (
            <Button variant="default" onClick={onClose}>
              {t('action.cancel', { ns: 'common' })}
            </Button>
          ) : (
            <ItemActs
              requestId={requestId}
              shape={shape}
              targets={targets}
              code={code}
              on={draft.from ?? session.snapshot().outbox.on}
              session={session}
              versions={versions}
              isChanged={change !== undefined}
              onDone={onClose}
            />
          )}
          <Button
            loading={form.isBusy}
            disabled={!form.isTouched || isGap || fields !== '' || draft.code.trim() === '' || form.codeError !== undefined}
            onClick={form.save}
          >
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </Stack>
  );
}

/** What was typed, what it is laid over, and what is wrong with it. */
function useForm({ person, requestId, shape, code, versions, session, onClose }: ItemFormProps) {
  const { t } = useTranslation('editing');
  const { t: common } = useTranslation();
  const { outbox, items } = useEditingState(session);
  const key = formKey(person, requestId, shape.code, code);
  const [draft, setDraft] = useState<FormDraft>(() => keptForm(key, blankForm(code, outbox.on)));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  useEffect(() => keepForm(key, draft, code), [key, draft, code]);
  const isNew = code === '';
  const at = (of: Version[]) => (draft.from ? versionOn(of, draft.from) : of[0]);
  const before = at(versions);
  const known = (before?.attributes ?? {}) as Values;
  const shown: Values = { ...known, ...draft.values };
  const problems = shape.attributes.filter(
    (attribute) => 'problem' in parse(attribute, textOf(attribute, shown[attribute.code])),
  );
  const violations = items?.violations.get(code);
  const save = async () => {
    const said = {
      dictionary: shape.code,
      code: draft.code.trim(),
      validFrom: draft.from,
      validTo: draft.until,
      attributes: isNew ? shown : draft.values,
      ...(draft.parent === undefined ? {} : { parent: draft.parent }),
      ...(draft.comment.trim() === '' ? {} : { comment: draft.comment.trim() }),
    };
    const refused = await session.send([isNew ? { add: said } : { update: said }], (newest) => {
      const now = at(newest?.items.get(code)?.after ?? versions);
      return metFields(draft, (now?.attributes ?? {}) as Values).length === 0;
    });
    setRefusals(refused);
    if (refused.length > 0) return;
    localStorage.removeItem(key);
    onClose();
  };
  const codeWrong = isNew && draft.code !== '' ? codeProblem(draft.code.trim(), shape.codePattern) : false;
  return {
    draft,
    setDraft,
    before,
    shown,
    problems,
    refusals: refusals.filter(({ path }) => path.length < 3),
    met: isNew ? [] : metFields(draft, known),
    isBusy,
    isTouched: Object.keys(draft.values).length > 0 || draft.parent !== undefined || draft.comment !== '',
    codeError: codeWrong ? t('problem.pattern', { bound: shape.codePattern ?? '' }) : undefined,
    of: (name: string) => {
      const wrong = refusals.find(({ path }) => path[2] === name) ?? violations?.get(name);
      return wrong && sentence(common, wrong);
    },
    put: (attribute: string, value: unknown) => setDraft((kept) => withValue(kept, attribute, value, known[attribute])),
    save: () => void run(save),
  };
}

/** «с 01.12.2026 бессрочно». */
function wordsOf(common: Parameters<typeof periodText>[0], from: string | null, until: string | null): string {
  const period = periodText(common, from, until);
  return from && !until ? `${period} ${common('time.forEver', { ns: 'common' })}` : period;
}

function Note({ children }: { children: string }) {
  return (
    <Alert color="yellow" p="xs" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
      {children}
    </Alert>
  );
}
