import '@mantine/dates/styles.css';
import { DateInput, DateTimePicker } from '@mantine/dates';
import { IconCalendar } from '@tabler/icons-react';
import dayjs from 'dayjs';
import customParseFormat from 'dayjs/plugin/customParseFormat';
import { useTranslation } from 'react-i18next';
import { language } from '@/i18n';
import classes from './DateField.module.css';

dayjs.extend(customParseFormat);

/** What the calendar's own buttons are called, and how its days are coloured so that they can be read. */
function useCalendar() {
  const { t } = useTranslation();
  return {
    locale: language(),
    firstDayOfWeek: 1 as const,
    classNames: { day: classes['day'] ?? '' },
    ariaLabels: {
      previousMonth: t('time.previousMonth'),
      nextMonth: t('time.nextMonth'),
      previousYear: t('time.previousYear'),
      nextYear: t('time.nextYear'),
      previousDecade: t('time.previousDecade'),
      nextDecade: t('time.nextDecade'),
      monthLevelControl: t('time.chooseMonth'),
      yearLevelControl: t('time.chooseYear'),
    },
    popoverProps: { attributes: { dropdown: { role: 'dialog', 'aria-label': t('time.calendar') } } },
  };
}

interface DateFieldProps {
  label: string;
  description?: string;
  /** `2024-03-01`, or nothing. */
  value: string | null;
  onChange: (value: string | null) => void;
  /** Whether it may be left blank. */
  isClearable?: boolean;
  isRequired?: boolean;
  error?: string | null;
  size?: 'xs' | 'sm' | 'md';
  width?: number;
}

/** A day: typed as `01.03.2024` or picked from a calendar. */
export function DateField({
  label,
  description,
  value,
  onChange,
  isClearable = false,
  isRequired = false,
  error,
  size = 'sm',
  width,
}: DateFieldProps) {
  const { t } = useTranslation();
  const calendar = useCalendar();
  return (
    <DateInput
      label={label}
      description={description}
      value={value}
      onChange={onChange}
      valueFormat="DD.MM.YYYY"
      dateParser={(text) => {
        const day = dayjs(text.trim(), ['DD.MM.YYYY', 'D.M.YYYY', 'YYYY-MM-DD'], true);
        return day.isValid() ? day.format('YYYY-MM-DD') : null;
      }}
      {...calendar}
      clearable={isClearable}
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      required={isRequired}
      error={error}
      size={size}
      placeholder={t('time.form')}
      rightSection={isClearable && value ? undefined : <IconCalendar size={16} aria-hidden />}
      rightSectionPointerEvents={isClearable && value ? 'all' : 'none'}
      {...(width ? { w: width } : {})}
    />
  );
}

interface InstantFieldProps {
  label: string;
  description?: string;
  /** An instant as the API writes it. */
  value: string | null;
  onChange: (value: string | null) => void;
  error?: string | null;
}

/** An instant in the time of whoever looks; only what is still to come. */
export function InstantField({ label, description, value, onChange, error }: InstantFieldProps) {
  const { t } = useTranslation();
  const calendar = useCalendar();
  return (
    <DateTimePicker
      label={label}
      description={description}
      value={value ? dayjs(value).format('YYYY-MM-DD HH:mm:ss') : null}
      onChange={(local) => onChange(local ? dayjs(local).toISOString() : null)}
      valueFormat="DD.MM.YYYY HH:mm"
      minDate={dayjs().format('YYYY-MM-DD')}
      {...calendar}
      error={error}
      submitButtonProps={{ 'aria-label': t('action.save') }}
      timePickerProps={{ hoursInputLabel: t('time.hours'), minutesInputLabel: t('time.minutes'), withDropdown: false }}
      rightSection={<IconCalendar size={16} aria-hidden />}
      rightSectionPointerEvents="none"
    />
  );
}
