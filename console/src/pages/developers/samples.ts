import type { DevelopersReadableQuery } from '@/api/gql/graphql';

/** A dictionary as samples need it. */
export type Sampled = DevelopersReadableQuery['dictionaries']['nodes'][number];

/** Which samples there are. */
export type SampleName = 'graphql' | 'export' | 'feed' | 'mirror';

/** A request that can be pasted into a terminal. */
export interface Sample {
  name: SampleName;
  text: string;
}

/** How many attributes a sample asks for: enough to see how it is done. */
const ATTRIBUTES_MAX = 3;

function query({ listField, attributes }: Sampled): string {
  const plain = attributes.filter(({ type }) => type !== 'REFERENCE').slice(0, ATTRIBUTES_MAX);
  const fields = plain.map((attribute) => camel(attribute.code));
  return `{ ${listField}(first: 3) { nodes { code ${fields.join(' ')} } } }`;
}

/** The data API writes `short_name` as `shortName`. */
function camel(code: string): string {
  return code.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Requests about one dictionary. Without a token they are those of a guest where guests may read it. */
export function samplesOf(dictionary: Sampled, origin: string, token: string | null): Sample[] {
  const needsToken = token !== null || dictionary.access !== 'PUBLIC';
  const authorization = needsToken ? `-H "Authorization: Bearer ${token ?? '$TOKEN'}" \\\n  ` : '';
  const { code } = dictionary;
  const format = dictionary.exportFormats.includes('csv') ? 'csv' : (dictionary.exportFormats[0] ?? 'json');
  const body = JSON.stringify({ query: query(dictionary) });
  const mirrored = needsToken ? `SVOD_MIRROR_TOKEN=${token ?? '$TOKEN'} ` : '';
  return [
    {
      name: 'graphql',
      text: `curl ${authorization}-H 'Content-Type: application/json' \\\n  -d '${body}' \\\n  ${origin}/graphql/data`,
    },
    { name: 'export', text: `curl ${authorization}-o ${code}.${format} \\\n  ${origin}/export/${code}.${format}` },
    { name: 'feed', text: `curl ${authorization}"${origin}/feed?after=start&dictionaries=${code}&limit=100"` },
    {
      name: 'mirror',
      text: `${mirrored}svod mirror --from ${origin} --into sqlite:mirror.db --dictionaries ${code}\nsqlite3 mirror.db "SELECT * FROM ${code}_current LIMIT 3"`,
    },
  ];
}
