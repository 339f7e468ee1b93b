import { Alert, Anchor, Button, Group, Modal, Radio, ScrollArea, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { DefinitionDifferences } from '@/components/definition/DefinitionDifferences';
import type { Definition } from '@/components/definition/definition';
import { differences } from '@/components/definition/differences';
import { BasisFields } from '@/components/requests/BasisFields';
import { basisInput, NO_BASIS, type BasisDraft } from '@/components/requests/basis';
import { localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import type { RequestFound } from './reading';
import { createTarget, saveDefinition, type Target } from './saving';

interface SaveDialogProps {
  definition: Definition;
  published: Definition | null;
  /** What the edits were made of. */
  start: Definition | null;
  /** Drafts that it can be saved into, the preferred one first. */
  drafts: RequestFound[];
  /** The draft whose definition is being edited. */
  current: string | undefined;
  onClose: () => void;
  /** With the refusals of the server; those that are about fields are shown there. */
  onRefused: (refusals: Refusal[]) => void;
  onSaved: (request: string) => void;
}

const NEW = 'new';

/** Shows what would change, and saves it into a draft or a new request. */
export function SaveDialog(props: SaveDialogProps) {
  const { definition, published, start, drafts, current, onClose, onRefused, onSaved } = props;
  const { t } = useTranslation(['definition', 'request', 'common']);
  const name = localized(definition.name);
  const [where, setWhere] = useState(current ?? NEW);
  const [title, setTitle] = useState(() => t(published ? 'dialog.suggested' : 'dialog.suggestedNew', { name }));
  const [why, setWhy] = useState('');
  const [basis, setBasis] = useState<BasisDraft>();
  const [made, setMade] = useState<Target>();
  const [newer, setNewer] = useState<{ target: Target; definition: Definition }>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const targetOf = async (): Promise<Target | undefined> => {
    if (newer) return newer.target;
    if (where !== NEW) return drafts.find(({ id }) => id === where);
    if (made) return made;
    const created = await createTarget(title.trim(), why.trim(), basisInput(basis ?? NO_BASIS));
    setRefusals(created.refusals);
    setMade(created.target);
    return created.refusals.length > 0 ? undefined : created.target;
  };
  const save = () =>
    run(async () => {
      try {
        const target = await targetOf();
        if (!target) return;
        const saved = await saveDefinition(target, definition, newer?.definition ?? (where === current ? start : null));
        if (saved.theirs && saved.target) {
          setNewer({ target: saved.target, definition: saved.theirs });
          return;
        }
        if (saved.refusals.length === 0) return onSaved(target.id);
        setRefusals(saved.refusals);
        if (saved.refusals.some(({ code }) => code === 'DEFINITION_MALFORMED')) onRefused(saved.refusals);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const heading = published ? t('dialog.title') : t('dialog.newTitle', { name });
  return (
    <Modal
      opened
      onClose={onClose}
      title={heading}
      size="xl"
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack>
          {newer && (
            <Alert color="yellow" title={t('dialog.staleTitle')} styles={{ message: { color: 'var(--mantine-color-text)' } }}>
              {t('dialog.stale')}
            </Alert>
          )}
          <Changes before={newer?.definition ?? published} definition={definition} />
          <Where drafts={drafts} where={where} onChange={setWhere} isFixed={made !== undefined || newer !== undefined} />
          {where === NEW && !made && (
            <>
              <TextInput
                label={t('dialog.requestTitle')}
                value={title}
                onChange={(event) => setTitle(event.currentTarget.value)}
                required
              />
              <Textarea
                label={t('dialog.why')}
                description={t('dialog.whyHint')}
                value={why}
                onChange={(event) => setWhy(event.currentTarget.value)}
                autosize
                minRows={2}
              />
              {basis ? (
                <BasisFields value={basis} onChange={setBasis} />
              ) : (
                <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setBasis(NO_BASIS)}>
                  {t('dialog.addBasis')}
                </Anchor>
              )}
            </>
          )}
          <Refusals refusals={refusals} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
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

function Changes({ before, definition }: { before: Definition | null; definition: Definition }) {
  const { t } = useTranslation('definition');
  const list = useMemo(() => (before ? differences(before, definition) : []), [before, definition]);
  if (!before) return <Text size="sm">{t('dialog.newHint', { count: definition.attributes?.length ?? 0 })}</Text>;
  if (list.length === 0) return <Text size="sm">{t('dialog.same')}</Text>;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {t('dialog.against')}
      </Text>
      <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('dialog.title') }}>
        <DefinitionDifferences list={list} before={before} after={definition} />
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
