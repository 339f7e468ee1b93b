import { useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { useShape, useTargets } from '../dictionary/shape';
import { DictionaryEditor } from './DictionaryEditor';

/** What the editor of a request is told. */
export interface RequestEditorProps {
  requestId: string;
  revision: number;
  dictionary: string;
  /** The code of the item whose card is open. */
  item?: string;
  onChanged: (revision: number) => void;
}

/** Edits the items of one dictionary in a request: in a grid, and in the card of an item. */
export default function RequestEditor({ requestId, revision, dictionary, item, onChanged }: RequestEditorProps) {
  const me = useMe();
  const targets = useTargets();
  const { data, error } = useShape(dictionary);
  const shape = data?.dictionary;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (data && !shape) return <Refusals refusals={[{ path: [dictionary], code: 'NOT_FOUND', message: dictionary }]} />;
  if (!shape || !targets || !me) return <Loading />;
  return (
    <DictionaryEditor
      key={`${requestId} ${dictionary}`}
      person={me.account.name}
      requestId={requestId}
      revision={revision}
      shape={shape}
      targets={targets}
      onChanged={onChanged}
      {...(item ? { item } : {})}
    />
  );
}
