import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { useAttributes } from '@/components/differences/attributes';
import { useDefinitionWords } from '@/components/differences/DefinitionTable';
import { nameOf } from '@/components/differences/ItemDifferences';
import { useNames } from '@/components/differences/names';
import { approvalsOf, authorsOf } from '@/components/publications/said';
import { basisText } from '@/components/requests/basis';
import { formatCount, formatDate, formatInstant, localized } from '@/ui/format';
import type { Edition, WholePublication } from '../one/reading';
import { linesOf, sinceText } from './lines';
import type { ActSection } from './reading';
import classes from './Sheet.module.css';

interface SheetProps {
  publication: WholePublication;
  sections: ActSection[];
}

/** The act as a document: what one prints and signs. */
export function Sheet({ publication, sections }: SheetProps) {
  const { t } = useTranslation(['publication', 'request', 'common']);
  const { number, publishedAt, title, basis, changeRequest } = publication;
  return (
    <article className={classes['sheet'] ?? ''} aria-label={t('act.title', { number })}>
      <header className={classes['head'] ?? ''}>
        <p className={classes['service'] ?? ''}>{t('act.service')}</p>
        <h2>{t('act.title', { number })}</h2>
        <p>{t('act.of', { number, at: formatInstant(publishedAt) })}</p>
      </header>
      <dl className={classes['facts'] ?? ''}>
        {title && <Fact label={t('act.subject')}>{title}</Fact>}
        <Fact label={t('basis')}>{basisText(basis) || t('noBasis')}</Fact>
        {changeRequest && <Fact label={t('act.request')}>{t('request', { number: changeRequest.id })}</Fact>}
        {changeRequest?.description && <Fact label={t('act.description')}>{changeRequest.description}</Fact>}
      </dl>
      <Summary editions={publication.editions} />
      {sections.map((section, place) => (
        <Section key={section.edition.dictionaryCode} place={place + 1} section={section} number={number} />
      ))}
      <Signatures publication={publication} />
      <footer className={classes['foot'] ?? ''}>{t('act.foot', { number, date: formatDate(publishedAt) })}</footer>
    </article>
  );
}

function Fact({ label, children }: { label: string; children: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Summary({ editions }: { editions: Edition[] }) {
  const { t } = useTranslation('publication');
  return (
    <table className={classes['table'] ?? ''}>
      <caption>{t('act.summary')}</caption>
      <thead>
        <tr>
          <th>{t('editions.dictionary')}</th>
          <th className={classes['numeric'] ?? ''}>{t('act.edition')}</th>
          <th className={classes['numeric'] ?? ''}>{t('counts.added')}</th>
          <th className={classes['numeric'] ?? ''}>{t('counts.changed')}</th>
          <th className={classes['numeric'] ?? ''}>{t('counts.retired')}</th>
          <th className={classes['numeric'] ?? ''}>{t('editions.items')}</th>
        </tr>
      </thead>
      <tbody>
        {editions.map((edition) => (
          <tr key={edition.dictionaryCode}>
            <td>
              {localized(edition.dictionary?.name) || edition.dictionaryCode}
              <span className={classes['digest'] ?? ''}>SHA-256 {edition.digest}</span>
            </td>
            <td className={classes['numeric'] ?? ''}>{formatCount(edition.number)}</td>
            <td className={classes['numeric'] ?? ''}>{formatCount(edition.added)}</td>
            <td className={classes['numeric'] ?? ''}>{formatCount(edition.changed)}</td>
            <td className={classes['numeric'] ?? ''}>{formatCount(edition.retired)}</td>
            <td className={classes['numeric'] ?? ''}>{formatCount(edition.itemsCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const DEFINITION = graphql(`
  query ActDefinition($dictionary: ID!, $from: Int!, $to: Int!) {
    diff(dictionary: $dictionary, from: { publication: $from }, to: { publication: $to }, first: 1) {
      definition {
        path
        before
        after
      }
    }
  }
`);

function Section({ section, place, number }: { section: ActSection; place: number; number: number }) {
  const { t } = useTranslation(['publication', 'differences', 'common']);
  const { edition, items } = section;
  const dictionary = edition.dictionaryCode;
  const attributes = useAttributes(dictionary);
  const { data } = useAsk(DEFINITION, { dictionary, from: number - 1, to: number }, { pause: !edition.definitionChanged });
  const definition = data?.diff?.definition ?? [];
  const inWords = useDefinitionWords(dictionary);
  const all = useMemo(
    () => items.flatMap(({ differences }) => differences.filter(({ subject }) => subject === 'EXISTENCE')),
    [items],
  );
  const names = useNames(dictionary, attributes, all);
  const rows = useMemo(
    () =>
      items.flatMap((item) => {
        const lines = linesOf(t, attributes, names, item.differences);
        return lines.map((line, at) => ({ line, item, isFirst: at === 0, key: `${item.code} ${line.what} ${line.from} ${at}` }));
      }),
    [items, attributes, names, t],
  );
  const name = localized(edition.dictionary?.name) || dictionary;
  return (
    <section>
      <h3>{t('act.section', { place, name, code: dictionary })}</h3>
      {definition.length > 0 && (
        <table className={classes['table'] ?? ''}>
          <caption>{t('changed.definition')}</caption>
          <thead>
            <tr>
              <th>{t('act.what')}</th>
              <th>{t('act.before')}</th>
              <th>{t('act.after')}</th>
            </tr>
          </thead>
          <tbody>
            {definition.map(inWords).map(({ path, where, before, after }) => (
              <tr key={path}>
                <td>{where}</td>
                <td>{before || '—'}</td>
                <td>{after || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 ? (
        <p>{t('changed.none')}</p>
      ) : (
        <table className={`${classes['table'] ?? ''} ${classes['items'] ?? ''}`}>
          <thead>
            <tr>
              <th>{t('act.code')}</th>
              <th>{t('act.what')}</th>
              <th>{t('act.before')}</th>
              <th>{t('act.after')}</th>
              <th>{t('act.since')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, line, item, isFirst }) => (
              <tr key={key} className={isFirst ? (classes['first'] ?? '') : ''}>
                <td>
                  {isFirst && (
                    <>
                      <span className={classes['code'] ?? ''}>{item.code}</span>
                      <span className={classes['name'] ?? ''}>{nameOf(item)}</span>
                    </>
                  )}
                </td>
                <td>{line.what}</td>
                <td>{line.before || '—'}</td>
                <td>{line.after || '—'}</td>
                <td>{sinceText(t, line)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Signatures({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation('publication');
  const authors = authorsOf(publication);
  const approvals = approvalsOf(publication);
  const submitted = publication.changeRequest?.id;
  return (
    <section className={classes['signatures'] ?? ''}>
      {(authors.length > 0 ? authors : [null]).map((person) => (
        <Signature
          key={person?.name ?? ''}
          role={t('act.prepared')}
          name={person?.displayName ?? ''}
          said={submitted ? t('act.inRequest', { number: submitted }) : ''}
        />
      ))}
      {(approvals.length > 0 ? approvals : [null]).map((approval) => (
        <Signature
          key={`${approval?.person?.name} ${approval?.at}`}
          role={t('act.agreed')}
          name={approval?.person?.displayName ?? ''}
          said={approval ? t('act.agreedAt', { at: formatInstant(approval.at) }) : ''}
        />
      ))}
    </section>
  );
}

function Signature({ role, name, said }: { role: string; name: string; said: string }) {
  const { t } = useTranslation('publication');
  return (
    <div className={classes['signature'] ?? ''}>
      <div>
        <strong>{role}</strong>
        {said && <span className={classes['said'] ?? ''}>{said}</span>}
      </div>
      <div className={classes['blank'] ?? ''}>
        <span>{t('act.signature')}</span>
      </div>
      <div className={classes['blank'] ?? ''} data-filled={name !== ''}>
        <b>{name}</b>
        <span>{t('act.name')}</span>
      </div>
      <div className={classes['blank'] ?? ''}>
        <span>{t('act.date')}</span>
      </div>
    </div>
  );
}
