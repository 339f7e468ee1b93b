import { useRequest } from './context';
import { mayEdit } from './rights';

/** How far a draft is, for whoever looks at it: the first of these that is so. */
export type DraftProgress = 'others' | 'empty' | 'conflicts' | 'violations' | 'checking' | 'ready';

/** How far the draft is. */
export function useDraft(): DraftProgress {
  const { request, check, me } = useRequest();
  if (!mayEdit(request, me)) return 'others';
  if (request.dictionaries.length === 0) return 'empty';
  if ((check?.conflicts.length ?? 0) > 0) return 'conflicts';
  if ((check?.validation?.total ?? 0) > 0) return 'violations';
  return check?.validation?.isValid && check.revision >= request.revision ? 'ready' : 'checking';
}
