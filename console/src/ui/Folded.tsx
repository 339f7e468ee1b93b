import { Anchor } from '@mantine/core';
import { useElementSize, useId } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';

interface FoldedProps {
  children: ReactNode;
  /** What the button says while the text is folded. */
  more: string;
  /** What the button says while the text is whole. */
  less: string;
}

const FOLDED_PX = 60;

/**
 * A text that may be long: its first lines, and the whole when it is asked for.
 *
 * Mantine's `Spoiler` makes each text a landmark of the page, and a table of them is a page of nameless landmarks.
 */
export function Folded({ children, more, less }: FoldedProps) {
  const id = useId();
  const { ref, height } = useElementSize();
  const [isWhole, setWhole] = useState(false);
  return (
    <>
      <div id={id} style={{ overflow: 'hidden', maxHeight: isWhole ? undefined : FOLDED_PX }}>
        <div ref={ref}>{children}</div>
      </div>
      {height > FOLDED_PX && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          aria-expanded={isWhole}
          aria-controls={id}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? less : more}
        </Anchor>
      )}
    </>
  );
}
