import { SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Label } from '@/components/definition/definition';
import { useEditing } from './editing';

interface LabelFieldsProps {
  label: string;
  /** Its path in the definition, by which problems find it. */
  path: string;
  value: Label | undefined;
  onChange: (value: Label) => void;
  isRequired?: boolean;
  isLong?: boolean;
  placeholder?: string;
  /** Whether one types here as soon as it appears. */
  takesFocus?: boolean;
}

/** A text in both languages, side by side. */
export function LabelFields({ label, path, value, onChange, isRequired, isLong, placeholder, takesFocus }: LabelFieldsProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const first = useRef<HTMLInputElement>(null);
  const [isTaking] = useState(takesFocus);
  useEffect(() => {
    if (isTaking) first.current?.focus();
  }, [isTaking]);
  const ru = value?.ru ?? '';
  const en = value?.en ?? '';
  const field = (language: 'ru' | 'en') => {
    const isRussian = language === 'ru';
    const common = {
      label: t(`text.${language}`, { label }),
      value: isRussian ? ru : en,
      lang: language,
      error: wrongAt(`${path}.${language}`),
      required: Boolean(isRequired) && isRussian,
      ...(isRussian && placeholder ? { placeholder } : {}),
    };
    const set = (text: string) => onChange(isRussian ? { ...value, ru: text } : { ru, en: text });
    if (!isLong)
      return (
        <TextInput
          key={language}
          {...common}
          {...(isRussian ? { ref: first } : {})}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
    return (
      <Textarea
        key={language}
        {...common}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  };
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {field('ru')}
      {field('en')}
    </SimpleGrid>
  );
}
