import { Alert, Button, Drawer, Group, Stack, Text, TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { language } from '@/i18n';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { periodText } from '@/ui/Period';
import { Refusals } from '@/ui/Refusals';
import type { Shape, Target } from '../dictionary/shape';
import { ItemSelect } from '../ItemSelect';
import { AttributeField } from './AttributeField';
import { ItemActs } from './ItemActs';
import { versionOn, type ChangedItem } from './requestItems';
import { saveEdits } from './saving';
import { Timeline } from './Timeline';
import { parse, textOf, type Values } from './values';

const CARD = graphql(`
  query EditingCard($dictionary: ID!, $code: ID!) {
    dictionary(code: $dictionary) {
      code
      itemTimeline(code: $code) {
        validFrom
        validTo
        parentCode
        attributes
      }
    }
  }
`);

interface ItemCardProps {
  requestId: string;
  shape: Shape;
  targets: Map<string, Target>;
  /** Blank: a new item. */
  code: string;
  /** What the request says of the item already. */
  change: ChangedItem | undefined;
  on: string;
  revision: number;
  onSaved: (revision: number) => void;
  onClose: () => void;
}

/** The card of an item: its fields from a date on, what else can be done with it, and what is known of it. */
export function ItemCard(props: ItemCardProps) {
  const { shape, code, on, change, onClose } = props;
  const { t } = useTranslation('editing');
  const asked = useAsk(CARD, { dictionary: shape.code, code }, { pause: code === '' });
  const known = asked.data?.dictionary;
  const before = change ? versionOn(change.after, on) : versionOn(known?.itemTimeline ?? [], on);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={code === '' ? t('form.new') : `${localized(shape.name)} · ${code}`}
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      {asked.isLoading && code !== '' ? (
        <Loading lines={8} />
      ) : (
        <Form
          {...props}
          before={before && { parentCode: before.parentCode ?? null, attributes: before.attributes as Values }}
          versions={known?.itemTimeline ?? []}
        />
      )}
    </Drawer>
  );
}

interface FormProps extends ItemCardProps {
  /** What holds on the date; nothing of a new item. */
  before: { parentCode: string | null; attributes: Values } | undefined;
  versions: Array<{ validFrom?: string | null; validTo?: string | null; attributes: unknown }>;
}

/** Where what was typed into a form lies until it is in the request. */
const draftKey = (request: string, dictionary: string, code: string): string => `svod.form.${request}.${dictionary}.${code}`;

interface FormDraft {
  values: Values;
  parent?: string | null;
}

function keptDraft(key: string): FormDraft {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as FormDraft | null) ?? { values: {} };
  } catch {
    return { values: {} };
  }
}

function Form({ requestId, shape, targets, code, on, revision, before, versions, onSaved, onClose }: FormProps) {
  const { t } = useTranslation('editing');
  const { t: common } = useTranslation();
  const key = draftKey(requestId, shape.code, code);
  const [draft, setDraft] = useState(() => keptDraft(key));
  const [newCode, setNewCode] = useState(code);
  const [from, setFrom] = useState<string | null>(on);
  const [until, setUntil] = useState<string | null>(null);
  const [comment, setComment] = useState('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  useEffect(() => {
    if (Object.keys(draft.values).length === 0 && draft.parent === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
  }, [key, draft]);
  const isNew = before === undefined;
  const shown = useMemo(() => ({ ...before?.attributes, ...draft.values }), [before, draft]);
  const problems = shape.attributes.filter(
    (attribute) => 'problem' in parse(attribute, textOf(attribute, shown[attribute.code]), shown[attribute.code]),
  );
  const parent = draft.parent === undefined ? (before?.parentCode ?? null) : draft.parent;
  const of = (name: string) => refusals.find((refusal) => refusal.path.at(-1) === name)?.message;
  const save = () =>
    run(async () => {
      const said = {
        dictionary: shape.code,
        code: newCode.trim(),
        validFrom: from,
        validTo: until,
        attributes: isNew ? shown : draft.values,
        ...(draft.parent === undefined && !isNew ? {} : { parent }),
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      };
      try {
        const saved = await saveEdits(requestId, revision, [isNew ? { add: said } : { update: said }]);
        setRefusals(saved.refusals);
        if (saved.revision !== undefined && saved.refusals.length > 0) onSaved(saved.revision);
        if (saved.refusals.length > 0 || saved.revision === undefined) return;
        localStorage.removeItem(key);
        onSaved(saved.revision);
        onClose();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Stack>
      {isNew && (
        <TextInput
          label={t('form.code')}
          description={localized(shape.codeDescription) || shape.codePattern}
          required
          value={newCode}
          onChange={(event) => setNewCode(event.currentTarget.value)}
          error={of('code')}
        />
      )}
      <Group grow align="flex-start">
        <DateInput
          label={t('form.from')}
          valueFormat="DD.MM.YYYY"
          locale={language()}
          value={from}
          onChange={setFrom}
          clearable
        />
        <DateInput
          label={t('form.until')}
          placeholder={t('form.untilHint')}
          valueFormat="DD.MM.YYYY"
          locale={language()}
          value={until}
          onChange={setUntil}
          clearable
        />
      </Group>
      <Text size="sm" c="dimmed">
        {t('form.period', { period: periodText(common, from, until) })}
      </Text>
      {shape.isHierarchical && (
        <ItemSelect
          dictionary={shape.code}
          label={t('form.parent')}
          value={parent}
          validOn={on}
          onChange={(next) => setDraft({ ...draft, parent: next })}
          error={of('parent')}
        />
      )}
      {shape.attributes.map((attribute) => (
        <AttributeField
          key={attribute.code}
          attribute={attribute}
          value={shown[attribute.code]}
          canSearch={targets.has(attribute.to ?? '')}
          on={on}
          refusal={of(attribute.code)}
          onChange={(value) => setDraft({ ...draft, values: { ...draft.values, [attribute.code]: value } })}
        />
      ))}
      <TextInput label={t('form.comment')} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
      <Refusals refusals={refusals} />
      {problems.length > 0 && (
        <Alert color="yellow" p="xs" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
          {problems.map((attribute) => localized(attribute.label)).join(', ')}
        </Alert>
      )}
      <Group justify="space-between">
        {isNew ? (
          <span />
        ) : (
          <ItemActs
            requestId={requestId}
            dictionary={shape.code}
            code={code}
            on={on}
            revision={revision}
            onSaved={onSaved}
            onDone={onClose}
          />
        )}
        <Button loading={isBusy} disabled={newCode.trim() === '' || problems.length > 0} onClick={() => void save()}>
          {t('form.save')}
        </Button>
      </Group>
      {versions.length > 0 && <Timeline shape={shape} versions={versions} on={on} />}
    </Stack>
  );
}
