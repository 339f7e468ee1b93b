import { Text } from '@mantine/core';
import { Copy } from './Copy';
import classes from './Snippet.module.css';

interface SnippetProps {
  /** What it is. */
  label: string;
  text: string;
  /** Long lines are broken instead of scrolled. */
  wraps?: boolean;
  /** Most of its height, in pixels; it scrolls beyond. */
  height?: number;
}

/** A text for machines with what it is called, and a button that copies it. It can be scrolled by keyboard. */
export function Snippet({ label, text, wraps = false, height }: SnippetProps) {
  return (
    <div className={classes['snippet'] ?? ''}>
      <div className={classes['head'] ?? ''}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Copy value={text} what={label} />
      </div>
      <pre
        className={`${classes['text'] ?? ''} ${wraps ? (classes['wraps'] ?? '') : ''}`}
        // What scrolls must be reached by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        {...(height ? { style: { maxHeight: height } } : {})}
      >
        {text}
      </pre>
    </div>
  );
}
