import { useTranslation } from 'react-i18next';
import type { AsOf } from '@/components/asOf';
import { periodText } from '@/ui/Period';
import { dayWithin } from '../standing';
import type { Block } from './picture';
import type { Layout } from './TimesPicture';
import classes from './TimesPicture.module.css';

/** How many contents can be told apart by their tone. */
export const TONES = 6;
/** About how wide a letter of 12 px is. */
const LETTER = 6.7;
const PADDING = 10;
/** Below this width a text says nothing. */
const TEXT_LEAST = 44;

function fitted(text: string, width: number): string {
  const letters = Math.floor(width / LETTER);
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1)).trimEnd()}…`;
}

interface BlockShapeProps {
  block: Block;
  layout: Layout;
  isHere: boolean;
  asOf: AsOf;
  labelOf: (code: string) => string;
  onLook: (point: { validOn: string; publication: number | null }) => void;
}

/** A version: a button that looks from inside it. */
export function BlockShape({ block, layout, isHere, asOf, labelOf, onLook }: BlockShapeProps) {
  const { t } = useTranslation('item');
  const { t: tCommon } = useTranslation();
  const { version, from, to, tone, changed } = block;
  const x = version.validFrom ? layout.scale.xOf(version.validFrom) : -8;
  const end = version.validTo ? layout.scale.xOf(version.validTo) : layout.width + 8;
  const y = layout.yOf(to);
  const height = (to - from + 1) * layout.bandHeight;
  const first = version.publication?.number ?? 0;
  const isNow = to === layout.bands.length - 1;
  const said = version.name ?? '';
  const difference = changed.map(labelOf).join(', ');
  const left = Math.max(x + PADDING, version.validFrom ? 0 : layout.width * 0.05);
  const room = Math.min(end, layout.width * 0.96) - left - PADDING / 2;
  const look = (validOn: string) => {
    const isInside = asOf.publication === null ? isNow : asOf.publication >= first && (isNow || asOf.publication < untilOf());
    onLook({ validOn, publication: isInside ? asOf.publication : isNow ? null : first });
  };
  const untilOf = () => version.supersededIn?.number ?? Number.POSITIVE_INFINITY;
  const told = t(isNow ? 'times.blockNow' : 'times.block', {
    name: said,
    period: periodText(tCommon, version.validFrom, version.validTo),
    from: first,
    to: untilOf() - 1,
  });
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={told}
      aria-pressed={isHere}
      className={`${classes['block'] ?? ''} ${isHere ? (classes['blockHere'] ?? '') : ''}`}
      data-tone={tone % TONES}
      onClick={(event) => {
        const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
        const ground = event.currentTarget.closest('svg')?.querySelector('[data-ground]')?.getBoundingClientRect();
        const band = ground ? layout.bands.length - 1 - Math.floor((event.clientY - ground.top) / layout.bandHeight) : to;
        const day = ground && box ? layout.scale.dayAt(event.clientX - ground.left) : asOf.validOn;
        const number = layout.bands[band]?.publication.number ?? first;
        onLook({ validOn: dayWithin(version, day), publication: band >= layout.bands.length - 1 ? null : number });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        look(dayWithin(version, asOf.validOn));
      }}
    >
      <title>{told}</title>
      <rect x={x + 1} y={y + 2} width={Math.max(3, end - x - 2)} height={height - 4} rx={4} />
      {version.retirement && <line x1={end - 2} x2={end - 2} y1={y + 2} y2={y + height - 2} className={classes['end'] ?? ''} />}
      {room >= TEXT_LEAST && (
        <text x={left} y={y + Math.min(height / 2 + 4, difference && layout.bandHeight >= 40 ? 22 : layout.bandHeight / 2 + 4)}>
          {fitted(said, isHere ? room * 0.92 : room)}
        </text>
      )}
      {room >= TEXT_LEAST && difference && layout.bandHeight >= 40 && (
        <text x={left} y={y + 39} className={classes['changed'] ?? ''}>
          {fitted(t('times.changed', { what: difference }), room * 1.06)}
        </text>
      )}
    </g>
  );
}
