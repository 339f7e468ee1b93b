import { Anchor, Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { approvalsOf, authorsOf } from '@/components/publications/said';
import { basisText } from '@/components/requests/basis';
import { Face } from '@/ui/Face';
import { formatInstant } from '@/ui/format';
import type { WholePublication } from './reading';

/** What a publication rests on, and who answers for it. */
export function Facts({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation(['publication', 'request']);
  const { basis, changeRequest } = publication;
  const approvals = approvalsOf(publication);
  const authors = authorsOf(publication);
  return (
    <Paper withBorder p="md">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="lg">
        <Fact label={t('basis')}>
          {basisText(basis) || <Text size="sm">{t('noBasis')}</Text>}
          {basis?.link && (
            <div>
              <Anchor href={basis.link} target="_blank" rel="noreferrer" size="sm">
                {t('readBasis')}
              </Anchor>
            </div>
          )}
        </Fact>
        <Fact label={t('wrote')}>
          {authors.map((person) => (
            <div key={person.name}>
              <Face person={person} size={22} named />
            </div>
          ))}
          {authors.length === 0 && t('unknown')}
        </Fact>
        <Fact label={t('approved')}>
          {approvals.map(({ person, at }) => (
            <div key={`${person?.name} ${at}`}>
              <Face person={person} size={22} named />
              <Text size="xs" c="dimmed" ml={28}>
                {formatInstant(at)}
              </Text>
            </div>
          ))}
          {approvals.length === 0 && t('noApproval')}
        </Fact>
        <Fact label={t('from')}>
          {changeRequest ? (
            <>
              <Anchor component={Link} to={`/requests/${changeRequest.id}`} size="sm">
                {t('request', { number: changeRequest.id })}
              </Anchor>
              {changeRequest.undoes && (
                <div>
                  <Anchor component={Link} to={`/publications/${changeRequest.undoes.number}`} size="sm">
                    {t('undoes', { number: changeRequest.undoes.number })}
                  </Anchor>
                </div>
              )}
            </>
          ) : (
            t('unknown')
          )}
        </Fact>
      </SimpleGrid>
      {changeRequest?.description && (
        <Text size="sm" mt="md" maw={800}>
          {changeRequest.description}
        </Text>
      )}
    </Paper>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}
