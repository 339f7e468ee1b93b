import { Text } from '@mantine/core';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { language } from '@/i18n';

/** What an item is called now. */
export const REFERENCE_NAME = graphql(`
  query ReferenceName($dictionary: ID!, $code: ID!, $language: Language!) {
    dictionary(code: $dictionary) {
      item(code: $code) {
        code
        name(language: $language)
      }
    }
  }
`);

interface ReferenceNameProps {
  dictionary: string;
  code: string;
}

/** The name of an item that only its code is known of, with the code. */
export function ReferenceName({ dictionary, code }: ReferenceNameProps) {
  const { data } = useAsk(REFERENCE_NAME, { dictionary, code, language: language() === 'en' ? 'EN' : 'RU' });
  const name = data?.dictionary?.item?.name;
  if (!name)
    return (
      <Text span inherit ff="monospace">
        {code}
      </Text>
    );
  return (
    <>
      {name}{' '}
      <Text span size="xs" c="dimmed" ff="monospace">
        {code}
      </Text>
    </>
  );
}
