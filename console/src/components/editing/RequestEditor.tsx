import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { sentence } from '@/ui/refusalWords';
import { useShape, useTargets, type Shape, type Target } from '../dictionary/shape';
import { DictionaryEditor } from './DictionaryEditor';
import type { Wording } from './overlay';
import { useEditing } from './useEditing';

/** What the editor of a request is told. */
export interface RequestEditorProps {
  requestId: string;
  revision: number;
  dictionary: string;
  /** The code of the item whose card is open; blank for a new one. */
  item?: string;
  onChanged: (revision: number) => void;
}

/** Edits the items of one dictionary in a request: in a grid, and in the card of an item. */
export default function RequestEditor(props: RequestEditorProps) {
  const { requestId, dictionary } = props;
  const me = useMe();
  const targets = useTargets();
  const { data, error } = useShape(dictionary);
  const shape = data?.dictionary;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (data && !shape) return <Refusals refusals={[{ path: [dictionary], code: 'NOT_FOUND', message: dictionary }]} />;
  if (!shape || !targets || !me) return <Loading />;
  return <Begun key={`${requestId} ${dictionary}`} {...props} person={me.account.name} shape={shape} targets={targets} />;
}

interface BegunProps extends RequestEditorProps {
  person: string;
  shape: Shape;
  targets: Map<string, Target>;
}

function Begun({ item, shape: newest, targets: newestTargets, ...of }: BegunProps) {
  const { t } = useTranslation('editing');
  const { t: common } = useTranslation();
  const wording = useCallback<Wording>(
    (wrong) => ('key' in wrong ? t(`problem.${wrong.key}`, { bound: wrong.bound ?? '' }) : sentence(common, wrong)),
    [t, common],
  );
  const shape = useSame(newest);
  const targets = useSame(newestTargets, [...newestTargets.keys()]);
  const editing = useEditing({ ...of, shape, targets, wording });
  if (!editing) return <Loading />;
  return (
    <DictionaryEditor
      requestId={of.requestId}
      person={of.person}
      shape={shape}
      targets={targets}
      editing={editing}
      {...(item === undefined ? {} : { item })}
    />
  );
}

/** The value that was there first, as long as it is the same: what is asked for anew must not begin the editor anew. */
function useSame<T>(value: T, by: unknown = value): T {
  const key = JSON.stringify(by);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key says when it is another one
  return useMemo(() => value, [key]);
}
