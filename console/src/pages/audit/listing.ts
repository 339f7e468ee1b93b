import dayjs from 'dayjs';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { graphql } from '@/api/gql';
import type { AuditFilterInput, AuditListQuery } from '@/api/gql/graphql';

/** A page of the audit. */
export const AUDIT = graphql(`
  query AuditList($filter: AuditFilterInput, $after: String) {
    audit(filter: $filter, first: 50, after: $after) {
      totalCount
      nodes {
        number
        at
        account {
          name
          displayName
        }
        actor
        address
        requestId
        act
        subject
        outcome
        refused
        detail
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** One record of the audit. */
export type Entry = NonNullable<AuditListQuery['audit']>['nodes'][number];

/** By what the audit can be narrowed, as the address writes it. */
export const CONDITIONS = ['actor', 'act', 'subject', 'outcome', 'from', 'to', 'request', 'address'] as const;

/** One of these. */
export type Condition = (typeof CONDITIONS)[number];

/** The conditions that are set. */
export type Conditions = Partial<Record<Condition, string>>;

/** The conditions of the page, which live in its address. */
export function useConditions() {
  const [search, setSearch] = useSearchParams();
  const conditions = useMemo(() => {
    const set: Conditions = {};
    for (const name of CONDITIONS) {
      const value = search.get(name);
      if (value) set[name] = value;
    }
    return set;
  }, [search]);
  const change = useCallback(
    (name: Condition, value: string) => {
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  const clear = useCallback(() => setSearch({}, { replace: true }), [setSearch]);
  return { conditions, change, clear };
}

/** The conditions as the API wants them. `to` is the last day that is asked for. `outcome`: `done`, `refused` or a code. */
export function filterOf(conditions: Conditions): AuditFilterInput {
  const { act, outcome, from, to } = conditions;
  const [actor, subject, address, request] = [conditions.actor, conditions.subject, conditions.address, conditions.request].map(
    (text) => text?.trim(),
  );
  return {
    ...(actor ? { actor } : {}),
    ...(act ? { act } : {}),
    ...(subject ? { subject } : {}),
    ...(address ? { address } : {}),
    ...(request ? { requestId: request } : {}),
    ...(from ? { from: dayjs(from).startOf('day').toISOString() } : {}),
    ...(to ? { to: dayjs(to).add(1, 'day').startOf('day').toISOString() } : {}),
    ...(outcome === 'done' ? { outcome: 'DONE' } : {}),
    ...(outcome && outcome !== 'done' && outcome !== 'refused' ? { outcome } : {}),
    refused: outcome === 'refused',
  };
}
