import { Alert, Anchor, Button, Group, Modal, Radio, ScrollArea, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { DefinitionDifferences } from '@/components/definition/DefinitionDifferences';
import type { Definition } from '@/components/definition/definition';
import { namesIn } from '@/components/definition/differenceWords';
import { differences } from '@/components/definition/differences';
import { BasisFields } from '@/components/requests/BasisFields';
import { basisInput, NO_BASIS, type BasisDraft } from '@/components/requests/basis';
import { localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import type { RequestFound } from './reading';
import { createTarget, saveDefinition, type Target } from './saving';

interface SaveDialogProps {
  /** It stays when it is closed, so that a second attempt goes on with what the first one made. */
  opened: boolean;
  definition: Definition;
  published: Definition | null;
  /** What the edits were made of. */
  start: Definition | null;
  /** Drafts that it can be saved into, the preferred one first. */
  drafts: RequestFound[];
  /** The draft whose definition is being edited. */
  current: string | undefined;
  onClose: () => void;
  /** With what the server says of the definition; that is shown beside the fields. */
  onRefused: (refusals: Refusal[]) => void;
  onSaved: (request: string) => void;
}

const NEW = 'new';

const CHANGED = {
  root: { background: 'var(--svod-changed-back)', borderColor: 'transparent' },
  message: { color: 'var(--mantine-color-text)' },
};

/** What is typed of a request that is to be made. */
interface NewRequest {
  title: string;
  why: string;
  basis: BasisDraft | undefined;
}

/** Saving, with what it found out: the request that it made, and what somebody else saved there meanwhile. */
function useSaving({ definition, start, drafts, current, onRefused, onSaved }: SaveDialogProps) {
  const [made, setMade] = useState<Target>();
  const [newer, setNewer] = useState<{ target: Target; definition: Definition }>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const targetOf = async (where: string, { title, why, basis }: NewRequest): Promise<Target | undefined> => {
    if (newer) return newer.target;
    if (where !== NEW) return drafts.find(({ id }) => id === where);
    if (made) return made;
    const created = await createTarget(title.trim(), why.trim(), basisInput(basis ?? NO_BASIS));
    setRefusals(created.refusals);
    setMade(created.target);
    return created.refusals.length > 0 ? undefined : created.target;
  };
  const save = (where: string, request: NewRequest) =>
    run(async () => {
      try {
        const target = await targetOf(where, request);
        if (!target) return;
        const saved = await saveDefinition(target, definition, newer?.definition ?? (where === current ? start : null));
        if (saved.theirs && saved.target) {
          setNewer({ target: saved.target, definition: saved.theirs });
          return;
        }
        if (made && saved.target) setMade(saved.target);
        if (saved.refusals.length === 0) return onSaved(target.id);
        const isMalformed = saved.refusals.every(({ code }) => code === 'DEFINITION_MALFORMED');
        if (isMalformed) onRefused(saved.refusals);
        else setRefusals(saved.refusals);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return { made, newer, refusals, isBusy, save, forget: () => setRefusals([]) };
}

/** Shows what would change, and saves it into a draft or a new request. */
export function SaveDialog(props: SaveDialogProps) {
  const { opened, definition, published, drafts, current, onClose } = props;
  const { t } = useTranslation(['definition', 'request', 'common']);
  const name = localized(definition.name);
  const [where, setWhere] = useState(current ?? NEW);
  const [typed, setTyped] = useState<Partial<NewRequest>>({});
  const { made, newer, refusals, isBusy, save, forget } = useSaving(props);
  const title = typed.title ?? t(published ? 'dialog.suggested' : 'dialog.suggestedNew', { name });
  const request: NewRequest = { title, why: typed.why ?? '', basis: typed.basis };
  const close = () => {
    forget();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={published ? t('dialog.title') : t('dialog.newTitle', { name })} size="xl">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save(where, request);
        }}
      >
        <Stack>
          {newer && (
            <Alert variant="default" role="alert" title={t('dialog.staleTitle')} styles={CHANGED}>
              {t('dialog.stale')}
            </Alert>
          )}
          <Changes before={newer?.definition ?? published} isAgainstDraft={newer !== undefined} definition={definition} />
          <Where drafts={drafts} where={where} onChange={setWhere} isFixed={made !== undefined || newer !== undefined} />
          {where === NEW && made && <Text size="sm">{t('dialog.into', { number: made.id, title })}</Text>}
          {where === NEW && !made && (
            <RequestFields request={request} onChange={(part) => setTyped((now) => ({ ...now, ...part }))} />
          )}
          <Refusals refusals={refusals} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('action.cancel', { ns: 'common' })}
            </Button>
            <Button type="submit" loading={isBusy} disabled={where === NEW && title.trim() === ''}>
              {t('dialog.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface RequestFieldsProps {
  request: NewRequest;
  onChange: (part: Partial<NewRequest>) => void;
}

/** The title of a new request, and if one likes the reason and the basis. */
function RequestFields({ request, onChange }: RequestFieldsProps) {
  const { t } = useTranslation('definition');
  return (
    <>
      <TextInput
        label={t('dialog.requestTitle')}
        value={request.title}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
        required
      />
      <Textarea
        label={t('dialog.why')}
        description={t('dialog.whyHint')}
        value={request.why}
        onChange={(event) => onChange({ why: event.currentTarget.value })}
        autosize
        minRows={2}
      />
      {request.basis ? (
        <BasisFields value={request.basis} onChange={(basis) => onChange({ basis })} />
      ) : (
        <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onChange({ basis: NO_BASIS })}>
          {t('dialog.addBasis')}
        </Anchor>
      )}
    </>
  );
}

interface ChangesProps {
  before: Definition | null;
  /** Whether that is what the draft says now, and not what is published. */
  isAgainstDraft: boolean;
  definition: Definition;
}

function Changes({ before, isAgainstDraft, definition }: ChangesProps) {
  const { t } = useTranslation('definition');
  const list = useMemo(() => (before ? differences(before, definition) : []), [before, definition]);
  if (!before) return <Text size="sm">{t('dialog.newHint', { count: definition.attributes?.length ?? 0 })}</Text>;
  if (list.length === 0) return <Text size="sm">{t('dialog.same')}</Text>;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {t(isAgainstDraft ? 'dialog.againstDraft' : 'dialog.against')}
      </Text>
      <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('dialog.title') }}>
        <DefinitionDifferences list={list} nameOf={namesIn([definition, before])} />
      </ScrollArea.Autosize>
    </div>
  );
}

interface WhereProps {
  drafts: RequestFound[];
  where: string;
  onChange: (where: string) => void;
  isFixed: boolean;
}

function Where({ drafts, where, onChange, isFixed }: WhereProps) {
  const { t } = useTranslation('definition');
  if (drafts.length === 0) return null;
  return (
    <Radio.Group label={t('dialog.where')} value={where} onChange={onChange}>
      <Stack gap={6} mt={4}>
        {drafts.map(({ id, title }) => (
          <Radio key={id} value={id} label={t('dialog.into', { number: id, title })} disabled={isFixed && where !== id} />
        ))}
        <Radio value={NEW} label={t('dialog.intoNew')} disabled={isFixed && where !== NEW} />
      </Stack>
    </Radio.Group>
  );
}
