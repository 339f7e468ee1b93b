import { Box, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { SaidDifferenceFragment } from '@/api/gql/graphql';
import { formatDate, localized } from '@/ui/format';
import { Period } from '@/ui/Period';
import { WordDiff } from '@/ui/WordDiff';
import { useAttributes, type AttributeInfo } from './attributes';
import classes from './DifferenceList.module.css';
import { ReferenceName } from './ReferenceName';
import { Value } from './Value';
import { bothLanguages, valueText, type Named } from './values';

/** What is asked of one thing that differs, in change requests and in comparisons. */
export const SAID_DIFFERENCE = graphql(`
  fragment SaidDifference on Difference {
    validFrom
    validTo
    subject
    attribute
    before
    after
    beforeNames(language: $language) {
      code
      name
    }
    afterNames(language: $language) {
      code
      name
    }
  }
`);

/** One thing that differs. */
export type DifferenceSaid = SaidDifferenceFragment;

interface DifferenceListProps {
  dictionary: string;
  differences: DifferenceSaid[];
  /** Whether they are differences of whole timelines, so that each has its dates. */
  hasDates?: boolean;
}

/** What differs in one item, each with its dates: old and new word by word. */
export function DifferenceList({ dictionary, differences, hasDates = true }: DifferenceListProps) {
  const attributes = useAttributes(dictionary);
  // That an item is not there after its end says nothing that its retirement does not say.
  const isRetired = differences.some((each) => each.subject === 'RETIREMENT' && each.after);
  const shown = differences.filter((each) => !(isRetired && each.subject === 'EXISTENCE' && !each.after));
  return (
    <dl className={classes['list'] ?? ''}>
      {shown.map((each) => (
        <Fragment key={`${each.subject} ${each.attribute ?? ''} ${each.validFrom ?? ''}`}>
          <One dictionary={dictionary} attributes={attributes} difference={each} hasDates={hasDates} />
        </Fragment>
      ))}
    </dl>
  );
}

interface OneProps {
  dictionary: string;
  attributes: AttributeInfo[];
  difference: DifferenceSaid;
  hasDates: boolean;
}

function One({ dictionary, attributes, difference, hasDates }: OneProps) {
  const { t } = useTranslation('differences');
  const { subject, before, after, validFrom, validTo } = difference;
  const period = hasDates ? <Period from={validFrom} until={validTo} /> : null;
  if (subject === 'EXISTENCE') {
    if (after === null || after === undefined) {
      if (!hasDates)
        return (
          <Row label={t('existence')} period={null}>
            {t('goneThen')}
          </Row>
        );
      const gone = validFrom ? t('goneFrom', { date: formatDate(validFrom) }) : t('gone');
      return (
        <Row label={t('existence')} period={period}>
          {validTo && validFrom ? t('goneBetween') : gone}
        </Row>
      );
    }
    return <Whole attributes={attributes} values={after} period={period} />;
  }
  if (subject === 'RETIREMENT') {
    return (
      <Row
        label={t('retirement')}
        period={validTo ? <Text size="sm">{t('lastUntil', { date: formatDate(validTo) })}</Text> : null}
      >
        <Retirement dictionary={dictionary} said={after} />
      </Row>
    );
  }
  if (subject === 'PARENT') {
    return (
      <Row label={t('parent')} period={period}>
        <WordDiff before={named(before, difference.beforeNames)} after={named(after, difference.afterNames)} />
      </Row>
    );
  }
  const attribute = attributes.find(({ code }) => code === difference.attribute);
  return (
    <Row label={localized(attribute?.label) || (difference.attribute ?? '')} period={period}>
      <Words attribute={attribute} difference={difference} />
    </Row>
  );
}

function Words({ attribute, difference }: { attribute: AttributeInfo | undefined; difference: DifferenceSaid }) {
  const { t } = useTranslation('differences');
  const { before, after, beforeNames, afterNames } = difference;
  const [old, next] = [bothLanguages(before), bothLanguages(after)];
  if (old || next) {
    const languages = (['ru', 'en'] as const).filter((each) => (old?.[each] ?? '') !== (next?.[each] ?? ''));
    return (
      <>
        {languages.map((each) => (
          <div key={each} lang={each}>
            {(languages.length > 1 || each === 'en') && (
              <Text span size="xs" c="dimmed" mr={6}>
                {t(`language.${each}`)}
              </Text>
            )}
            <WordDiff before={old?.[each] ?? ''} after={next?.[each] ?? ''} />
          </div>
        ))}
      </>
    );
  }
  return <WordDiff before={valueText(attribute, before, beforeNames)} after={valueText(attribute, after, afterNames)} />;
}

function named(code: unknown, names: Named[]): string {
  if (typeof code !== 'string') return '';
  const name = names.find((each) => each.code === code)?.name;
  return name ? `${name} (${code})` : code;
}

function Row({ label, period, children }: { label: string; period: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      </dt>
      <dd>
        <Box className={classes['words'] ?? ''}>{children}</Box>
        <Box className={classes['period'] ?? ''}>{period}</Box>
      </dd>
    </>
  );
}

/** A new stretch of an item: all that is said of it. */
function Whole({ attributes, values, period }: { attributes: AttributeInfo[]; values: unknown; period: ReactNode }) {
  const { t } = useTranslation('differences');
  const said = typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {};
  const known = attributes.filter(({ code }) => said[code] !== undefined);
  const unknown = Object.keys(said).filter((code) => !attributes.some((attribute) => attribute.code === code));
  return (
    <>
      {period && (
        <Row label={t('holds')} period={null}>
          {period}
        </Row>
      )}
      {known.map((attribute) => (
        <Row key={attribute.code} label={localized(attribute.label)} period={null}>
          <Value attribute={attribute} value={said[attribute.code]} />
        </Row>
      ))}
      {unknown.map((code) => (
        <Row key={code} label={code} period={null}>
          <Value attribute={undefined} value={said[code]} />
        </Row>
      ))}
    </>
  );
}

function Retirement({ dictionary, said }: { dictionary: string; said: unknown }) {
  const { t } = useTranslation('differences');
  if (typeof said !== 'object' || said === null) return <>{t('retirementTakenBack')}</>;
  const { reason, successors } = said as { reason?: string; successors?: string[] };
  return (
    <>
      <div>{reason}</div>
      {successors && successors.length > 0 && (
        <div>
          <Text span size="sm" c="dimmed">
            {t('successors', { count: successors.length })}{' '}
          </Text>
          {successors.map((code, place) => (
            <span key={code}>
              {place > 0 && ', '}
              <ReferenceName dictionary={dictionary} code={code} />
            </span>
          ))}
        </div>
      )}
    </>
  );
}
