import { Anchor, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Face } from '@/ui/Face';
import { approvalsOf, authorsOf, type PublicationSaid } from './said';

/** Who wrote and who approved a publication, and the request that it was; nothing where that may not be seen. */
export function Authorship({ publication }: { publication: PublicationSaid }) {
  const { t } = useTranslation('publication');
  const authors = authorsOf(publication);
  const approvals = approvalsOf(publication);
  const request = publication.changeRequest;
  if (!request) return null;
  return (
    <Group gap="lg" mt="sm">
      <Group gap="xs">
        <Text span size="xs" c="dimmed">
          {t('wrote')}
        </Text>
        {authors.map((person) => (
          <Face key={person.name} person={person} size={22} named />
        ))}
      </Group>
      {approvals.length > 0 && (
        <Group gap="xs">
          <Text span size="xs" c="dimmed">
            {t('approved')}
          </Text>
          {approvals.map(({ person, at }) => (
            <Face key={`${person?.name} ${at}`} person={person} size={22} named />
          ))}
        </Group>
      )}
      <Anchor component={Link} to={`/requests/${request.id}`} size="sm">
        {t('request', { number: request.id })}
      </Anchor>
    </Group>
  );
}
