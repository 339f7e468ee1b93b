import { useTranslation } from 'react-i18next';
import classes from './Consumers.module.css';

interface PositionPictureProps {
  position: number;
  confirmed: number | null;
  newest: number;
}

/** The publications as a line: what was delivered, what was confirmed, and where the newest is. */
export function PositionPicture({ position, confirmed, newest }: PositionPictureProps) {
  const { t } = useTranslation('consumer');
  const at = (publication: number) => (newest === 0 ? 0 : Math.min(100, (publication / newest) * 100));
  const words = [
    `${t('facts.position')}: ${position}`,
    `${t('facts.confirmed')}: ${confirmed ?? t('facts.confirmedNever')}`,
    `${t('facts.newest')}: ${newest}`,
  ];
  return (
    <figure className={classes['figure'] ?? ''}>
      <svg
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        className={classes['line'] ?? ''}
        role="img"
        aria-label={words.join('; ')}
      >
        <rect x="0" y="3" width="100" height="4" rx="2" fill="var(--mantine-color-default-border)" />
        <rect x="0" y="3" width={at(position)} height="4" rx="2" fill="var(--mantine-primary-color-filled)" />
        {confirmed !== null && <rect x="0" y="8" width={at(confirmed)} height="1.6" fill="var(--svod-added)" />}
      </svg>
      <figcaption className={classes['caption'] ?? ''}>
        {words.map((word) => (
          <span key={word}>{word}</span>
        ))}
      </figcaption>
    </figure>
  );
}
