import { useElementSize } from '@mantine/hooks';
import { useId, useMemo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { AsOf } from '@/components/asOf';
import { holdsOn } from '@/components/differences/timeline';
import { formatDate, today } from '@/ui/format';
import type { HistoryVersion } from '../reading';
import { BlockShape } from './BlockShape';
import { bandAt, type Band, type Block } from './picture';
import { readable, scaleOf, type Scale } from './scale';
import classes from './TimesPicture.module.css';

/** Sizes in pixels. */
const GUTTER = 150;
const TOP = 30;
const BOTTOM = 40;
const TICK_ROOM = 74;

/** Where things are drawn. */
export interface Layout {
  scale: Scale;
  bands: Band[];
  width: number;
  height: number;
  bandHeight: number;
  /** The upper edge of a band; the newest is on top. */
  yOf: (band: number) => number;
}

function layoutOf(history: HistoryVersion[], bands: Band[], width: number): Layout {
  const bounds = history.flatMap(({ validFrom, validTo }) => [validFrom, validTo]).filter((day) => typeof day === 'string');
  const bandHeight = bands.length <= 5 ? 54 : bands.length <= 9 ? 44 : 32;
  return {
    scale: scaleOf([...bounds, today()], Math.max(120, width - GUTTER)),
    bands,
    width: Math.max(120, width - GUTTER),
    height: bands.length * bandHeight,
    bandHeight,
    yOf: (band) => (bands.length - 1 - band) * bandHeight,
  };
}

interface TimesPictureProps {
  history: HistoryVersion[];
  bands: Band[];
  blocks: Block[];
  asOf: AsOf;
  labelOf: (code: string) => string;
  onLook: (point: { validOn: string; publication: number | null }) => void;
}

/** Both times of an item as a picture: valid time across, publications up; a click looks from there. */
export function TimesPicture({ history, bands, blocks, asOf, labelOf, onLook }: TimesPictureProps) {
  const { t } = useTranslation('item');
  const { ref, width } = useElementSize<HTMLDivElement>();
  const fade = useId();
  const layout = useMemo(() => layoutOf(history, bands, width), [history, bands, width]);
  const publicationOf = (band: number): number | null =>
    band === bands.length - 1 ? null : (bands[band]?.publication.number ?? null);
  const look = (event: MouseEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const band = bands.length - 1 - Math.floor((event.clientY - box.top) / layout.bandHeight);
    onLook({ validOn: layout.scale.dayAt(event.clientX - box.left), publication: publicationOf(Math.max(0, band)) });
  };
  const here = bandAt(bands, asOf.publication);
  return (
    <div ref={ref} className={classes['frame'] ?? ''}>
      {width > 0 && (
        <svg
          width={width}
          height={TOP + layout.height + BOTTOM}
          role="group"
          aria-label={t('times.picture')}
          className={classes['picture'] ?? ''}
        >
          <Fades id={fade} layout={layout} />
          <g transform={`translate(0 ${TOP})`}>
            {bands.map((band, place) => (
              <BandLabel
                key={band.publication.number}
                band={band}
                y={layout.yOf(place)}
                height={layout.bandHeight}
                isHere={place === here}
                onLook={() => onLook({ validOn: asOf.validOn, publication: publicationOf(place) })}
              />
            ))}
          </g>
          <g transform={`translate(${GUTTER} ${TOP})`}>
            <Rows layout={layout} here={here} />
            <rect data-ground width={layout.width} height={layout.height} className={classes['ground'] ?? ''} onClick={look} />
            <g mask={`url(#${fade})`}>
              {blocks.map((block) => (
                <BlockShape
                  key={`${block.version.publication?.number} ${block.version.validFrom ?? ''}`}
                  block={block}
                  layout={layout}
                  isHere={block.from <= here && here <= block.to && holdsOn(block.version, asOf.validOn)}
                  asOf={asOf}
                  labelOf={labelOf}
                  onLook={onLook}
                />
              ))}
            </g>
            <Axis layout={layout} />
            <Cross layout={layout} day={asOf.validOn} band={here} />
          </g>
        </svg>
      )}
    </div>
  );
}

/** Open ends fade out at both edges. */
function Fades({ id, layout }: { id: string; layout: Layout }) {
  return (
    <defs>
      <linearGradient id={`${id}g`}>
        <stop offset="0" stopColor="white" stopOpacity="0" />
        <stop offset="0.05" stopColor="white" stopOpacity="1" />
        <stop offset="0.95" stopColor="white" stopOpacity="1" />
        <stop offset="1" stopColor="white" stopOpacity="0" />
      </linearGradient>
      <mask id={id} maskUnits="userSpaceOnUse" x={0} y={-4} width={layout.width} height={layout.height + 8}>
        <rect y={-4} width={layout.width} height={layout.height + 8} fill={`url(#${id}g)`} />
      </mask>
    </defs>
  );
}

interface BandLabelProps {
  band: Band;
  y: number;
  height: number;
  isHere: boolean;
  onLook: () => void;
}

function BandLabel({ band, y, height, isHere, onLook }: BandLabelProps) {
  const { t } = useTranslation('item');
  const { number, publishedAt } = band.publication;
  const name = band.until === null ? t('times.bandNow', { number }) : t('times.band', { number });
  const isRoomy = height >= 40;
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={t('times.lookAt', { number })}
      aria-pressed={isHere}
      className={`${classes['label'] ?? ''} ${isHere ? (classes['labelHere'] ?? '') : ''}`}
      transform={`translate(0 ${y})`}
      onClick={onLook}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onLook();
      }}
    >
      <rect x={2} y={2} width={GUTTER - 10} height={height - 4} rx={4} />
      <text x={GUTTER - 16} y={isRoomy ? height / 2 - 3 : height / 2 + 4} textAnchor="end" className={classes['number'] ?? ''}>
        {name}
      </text>
      {isRoomy && (
        <text x={GUTTER - 16} y={height / 2 + 13} textAnchor="end" className={classes['date'] ?? ''}>
          {formatDate(publishedAt)}
        </text>
      )}
    </g>
  );
}

function Rows({ layout, here }: { layout: Layout; here: number }) {
  const { bands, width, bandHeight, yOf, height } = layout;
  return (
    <g aria-hidden>
      {here >= 0 && <rect y={yOf(here)} width={width} height={bandHeight} className={classes['rowHere'] ?? ''} />}
      {bands.map((band, place) => (
        <line key={band.publication.number} x2={width} y1={yOf(place)} y2={yOf(place)} className={classes['line'] ?? ''} />
      ))}
      <line x2={width} y1={height} y2={height} className={classes['axis'] ?? ''} />
    </g>
  );
}

function Axis({ layout }: { layout: Layout }) {
  const { t } = useTranslation('item');
  const { scale, height } = layout;
  const now = scale.xOf(today());
  const marks = scale.marks.filter(({ day, x }) => day !== today() && Math.abs(x - now) >= TICK_ROOM);
  return (
    <g aria-hidden className={classes['ticks'] ?? ''}>
      <line x1={now} x2={now} y2={height} className={classes['today'] ?? ''} />
      <text x={now} y={height + 18} textAnchor="middle" className={classes['todayText'] ?? ''}>
        {t('times.today')}
      </text>
      {scale.marks.map(({ day, x }) => (
        <line key={day} x1={x} x2={x} y1={height} y2={height + 5} className={classes['axis'] ?? ''} />
      ))}
      {readable(marks, TICK_ROOM).map(({ day, x }) => (
        <text key={day} x={x} y={height + 18} textAnchor="middle">
          {formatDate(day)}
        </text>
      ))}
      <text x={layout.width - 4} y={height + 35} textAnchor="end" className={classes['axisName'] ?? ''}>
        {t('times.across')} →
      </text>
      <text x={-4} y={-12} textAnchor="end" className={classes['axisName'] ?? ''}>
        {t('times.up')} ↑
      </text>
    </g>
  );
}

function Cross({ layout, day, band }: { layout: Layout; day: string; band: number }) {
  const x = layout.scale.xOf(day);
  const y = band < 0 ? layout.height : layout.yOf(band) + layout.bandHeight - 8;
  const flag = Math.max(40, Math.min(layout.width - 40, x));
  return (
    <g aria-hidden className={classes['cross'] ?? ''}>
      <line x1={x} x2={x} y1={-6} y2={layout.height} />
      {band >= 0 && <line x1={-8} x2={layout.width} y1={y} y2={y} />}
      {band >= 0 && <circle cx={x} cy={y} r={5} />}
      <rect x={flag - 40} y={-27} width={80} height={20} rx={4} />
      <text x={flag} y={-13} textAnchor="middle">
        {formatDate(day)}
      </text>
    </g>
  );
}
