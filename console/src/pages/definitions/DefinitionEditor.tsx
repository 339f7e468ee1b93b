import { Button, createTheme, Drawer, Input, MantineThemeProvider, Stack, Tabs, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertCircle, IconForms } from '@tabler/icons-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { check, type Problem } from '@/components/definition/checking';
import type { Definition } from '@/components/definition/definition';
import { differences } from '@/components/definition/differences';
import { localized } from '@/ui/format';
import { Page, type Crumb } from '@/ui/Page';
import { ApprovalTab } from './ApprovalTab';
import { AttributesTab } from './AttributesTab';
import classes from './DefinitionEditor.module.css';
import { EditingContext, isSaid, useDraft, type Draft, type Editing } from './editing';
import { JsonTab } from './JsonTab';
import { BrokenJson, DraftNotices, ProblemsNotice, SavedNotice } from './Notices';
import { PassportTab } from './PassportTab';
import { usePlace, type Place } from './place';
import { Preview } from './Preview';
import { ProjectionsTab } from './ProjectionsTab';
import type { RequestFound } from './reading';
import { RulesTab } from './RulesTab';
import { SaveDialog } from './SaveDialog';
import { serverWords } from './serverWords';
import { DiscardButton, Status } from './Status';
import { TABS, tabOf, type TabName } from './tabs';

interface DefinitionEditorProps {
  storedAs: string;
  start: Definition;
  /** Whether `start` is known to the server, or the beginning of something new. */
  isSaved: boolean;
  published: Definition | null;
  targets: Editing['targets'];
  drafts: RequestFound[];
  /** Other drafts that change this dictionary's definition. */
  others: RequestFound[];
  /** The draft that is being edited. */
  request: RequestFound | undefined;
  /** The draft that the address asks for. */
  wanted: string | undefined;
  isWantedKnown: boolean;
  justSaved: string | undefined;
  crumbs: Crumb[];
  lead: ReactNode;
  onSaved: (definition: Definition, request: string) => void;
}

/** Hints stand below their fields here, so that fields beside one another stand in one line. */
const HINTS_BELOW = createTheme({
  components: {
    InputWrapper: Input.Wrapper.extend({ defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } }),
  },
});

/** The server's sentences about places of a definition, and which definition they were said of. */
interface Told {
  of: Definition;
  refusals: Refusal[];
}

/** Everything that is known to be wrong, in words by path. */
function useWrong(definition: Definition, isAttempted: boolean, told: Told | undefined) {
  const { t } = useTranslation('definition');
  const problems = useMemo(() => check(definition), [definition]);
  const wrong = useMemo(() => {
    const words = new Map<string, string>();
    for (const problem of problems) if (isSaid(problem, isAttempted)) words.set(problem.path, t(`problem.${problem.code}`));
    if (told?.of === definition) {
      for (const { path, message } of told.refusals) words.set(path.join('.'), serverWords(t, message));
    }
    return words;
  }, [problems, isAttempted, told, definition, t]);
  return { problems, wrong };
}

interface EditingParts {
  draft: Draft;
  published: Definition | null;
  targets: Editing['targets'];
  wrong: Map<string, string>;
  place: Place;
  setPlace: (place: Place) => void;
}

/** What the parts of the editor are given. */
function useEditingValue({ draft, published, targets, wrong, place, setPlace }: EditingParts): Editing {
  const { definition, change } = draft;
  return useMemo(
    () => ({
      definition,
      published,
      targets,
      change,
      open: place.open,
      setOpen: (open) => setPlace({ tab: place.tab, open }),
      wrongAt: (path) => wrong.get(path),
      isWrongBelow: (path) => [...wrong.keys()].some((each) => each === path || each.startsWith(`${path}.`)),
    }),
    [definition, published, targets, change, place, setPlace, wrong],
  );
}

/** Edits a definition in parts, shows the form that it makes, and saves it into a request. */
export function DefinitionEditor(props: DefinitionEditorProps) {
  const { published, start, targets, request } = props;
  const { t } = useTranslation('definition');
  const draft = useDraft(start, props.storedAs);
  const { definition } = draft;
  const [isAttempted, setAttempted] = useState(false);
  const [told, setTold] = useState<Told>();
  const [isSaving, setSaving] = useState(false);
  const { problems, wrong } = useWrong(definition, isAttempted, told);
  const [place, setPlace] = usePlace();
  const editing = useEditingValue({ draft, published, targets, wrong, place, setPlace });
  const count = useMemo(() => (props.isSaved ? differences(start, definition).length : 0), [props.isSaved, start, definition]);
  const attempt = () => {
    setAttempted(true);
    if (problems.length === 0 && draft.broken === undefined) setSaving(true);
  };
  const name = localized(definition.name);
  return (
    <EditingContext value={editing}>
      <MantineThemeProvider inherit theme={HINTS_BELOW}>
        <Page
          title={published ? `${t('title')}: ${name}` : name || t('newTitle')}
          crumbs={props.crumbs}
          lead={props.lead}
          beside={<Status isNew={!props.isSaved} count={count} wrong={wrong.size} />}
          actions={
            <>
              <DiscardButton isChanged={draft.isChanged} onDiscard={draft.discard} />
              <Button onClick={attempt} disabled={!draft.isChanged}>
                {t('save')}
              </Button>
            </>
          }
        >
          <Notes
            {...props}
            draft={draft}
            problems={isAttempted ? problems : []}
            told={told?.of === definition ? told.refusals : []}
          />
          <Parts place={place} onPlace={setPlace} draft={draft} wrong={wrong} />
        </Page>
        <SaveDialog
          opened={isSaving}
          definition={definition}
          published={published}
          start={props.isSaved ? start : null}
          drafts={props.drafts}
          current={request?.id}
          onClose={() => setSaving(false)}
          onRefused={(refusals) => {
            setSaving(false);
            setTold({ of: definition, refusals });
          }}
          onSaved={(saved) => {
            setSaving(false);
            draft.discard();
            props.onSaved(definition, saved);
          }}
        />
      </MantineThemeProvider>
    </EditingContext>
  );
}

interface NotesProps extends DefinitionEditorProps {
  draft: Draft;
  problems: Problem[];
  told: Refusal[];
}

/** What is to be known before one goes on: what was saved, which draft this is, what is wrong. */
function Notes({ draft, problems, told, ...props }: NotesProps) {
  const { t } = useTranslation('definition');
  const { request, justSaved, published } = props;
  return (
    <>
      {justSaved && request?.id === justSaved && !draft.isChanged && <SavedNotice request={justSaved} isNew={!published} />}
      <DraftNotices {...props} draft={draft} isFresh={justSaved === request?.id} />
      {problems.length > 0 && (
        <ProblemsNotice
          title={t('problems.title', { count: problems.length })}
          list={problems.map(({ path, code }) => ({ path, words: t(`problem.${code}`) }))}
        />
      )}
      {told.length > 0 && (
        <ProblemsNotice
          title={t('problems.server')}
          list={told.map(({ path, message }) => ({ path: path.join('.'), words: serverWords(t, message) }))}
        />
      )}
    </>
  );
}

interface PartsProps {
  place: Place;
  onPlace: (place: Place) => void;
  draft: Draft;
  wrong: Map<string, string>;
}

/** The tabs and the form beside them. */
function Parts({ place, onPlace, draft, wrong }: PartsProps) {
  const { t } = useTranslation('definition');
  const { tab, open } = place;
  const setTab = (next: string | null) => onPlace({ tab: TABS.find((each) => each === next) ?? 'passport', open: undefined });
  const hasPreview = tab !== 'approval' && tab !== 'projections';
  const marked = new Set([...wrong.keys()].map(tabOf));
  if (draft.broken !== undefined) marked.add('json');
  return (
    <div className={hasPreview ? (classes['columns'] ?? '') : ''}>
      <Tabs value={tab} onChange={setTab} keepMounted={false} styles={{ tab: { paddingInline: 13 } }}>
        <Tabs.List aria-label={t('tabs.label')} mb="md">
          {TABS.map((each) => (
            <Tabs.Tab
              key={each}
              value={each}
              rightSection={
                marked.has(each) && (
                  <IconAlertCircle size={16} color="var(--svod-annulled)" role="img" aria-label={t('row.wrong')} />
                )
              }
            >
              {t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {draft.broken !== undefined && tab !== 'json' && (
          <BrokenJson onFix={() => setTab('json')} onForget={() => draft.setBroken(undefined)} />
        )}
        <Tabs.Panel value={tab}>
          <Part tab={tab} draft={draft} />
        </Tabs.Panel>
      </Tabs>
      {hasPreview && <PreviewBeside shown={tab === 'attributes' ? open : undefined} />}
    </div>
  );
}

function Part({ tab, draft }: { tab: TabName; draft: Draft }) {
  switch (tab) {
    case 'passport':
      return <PassportTab />;
    case 'attributes':
      return <AttributesTab />;
    case 'rules':
      return <RulesTab />;
    case 'approval':
      return <ApprovalTab />;
    case 'projections':
      return <ProjectionsTab />;
    case 'json':
      return <JsonTab broken={draft.broken} setBroken={draft.setBroken} />;
  }
}

/** The form of an item: beside the parts where there is room, in a drawer where there is not. */
function PreviewBeside({ shown }: { shown: number | undefined }) {
  const { t } = useTranslation('definition');
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <aside className={classes['preview'] ?? ''} aria-label={t('preview.title')}>
        <Preview shown={shown} />
      </aside>
      <Button
        hiddenFrom="lg"
        variant="default"
        leftSection={<IconForms size={18} aria-hidden />}
        onClick={open}
        style={{ position: 'fixed', right: 20, bottom: 20, boxShadow: 'var(--mantine-shadow-md)' }}
      >
        {t('preview.show')}
      </Button>
      <Drawer opened={isOpen} onClose={close} position="right" title={<Text fw={600}>{t('preview.show')}</Text>}>
        <Stack>
          <Preview shown={shown} />
        </Stack>
      </Drawer>
    </>
  );
}
