import { Alert, Checkbox, Select, SimpleGrid, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { flagged, retyped } from '@/components/definition/attributeEdits';
import { isText } from '@/components/definition/checking';
import { ATTRIBUTE_TYPES, codeFrom, type AttributeDefinition } from '@/components/definition/definition';
import { useEditing, type EditAttribute } from './editing';
import { LabelFields } from './LabelFields';
import { TypeFields } from './TypeFields';
import { TYPE_NAMES } from './typeNames';

interface AttributeFormProps {
  attribute: AttributeDefinition;
  at: number;
  onChange: EditAttribute;
}

/** Everything about one attribute. */
export function AttributeForm({ attribute, at, onChange }: AttributeFormProps) {
  const { t } = useTranslation(['definition', 'common']);
  const { published, wrongAt } = useEditing();
  const path = `attributes[${at}]`;
  const before = published?.attributes?.find((each) => each.code === attribute.code && attribute.code !== '');
  const set = (part: Partial<AttributeDefinition>) => onChange((now) => ({ ...now, ...part }));
  return (
    <>
      <LabelFields
        label={t('attributes.label')}
        path={`${path}.label`}
        value={attribute.label}
        // The code follows the name until somebody writes their own.
        onChange={(label) =>
          onChange((now) => {
            const isFollowing = !before && now.code === codeFrom(now.label.ru);
            return isFollowing ? { ...now, label, code: codeFrom(label.ru) } : { ...now, label };
          })
        }
        isRequired
        takesFocus={attribute.label.ru === ''}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label={t('attributes.code')}
          description={t(before ? 'attributes.codeFixed' : 'attributes.codeHint')}
          value={attribute.code}
          onChange={(event) => set({ code: event.currentTarget.value })}
          error={wrongAt(`${path}.code`)}
          required={!before}
          readOnly={Boolean(before)}
          variant={before ? 'filled' : 'default'}
          spellCheck={false}
        />
        <Select
          label={t('attributes.type')}
          description={t(`attributes.typeHint.${attribute.type}`)}
          data={ATTRIBUTE_TYPES.map((type) => ({ value: type, label: t(`type.${TYPE_NAMES[type]}`, { ns: 'common' }) }))}
          value={attribute.type}
          onChange={(value) => {
            const type = ATTRIBUTE_TYPES.find((each) => each === value);
            if (type) onChange((now) => retyped(now, type));
          }}
          error={wrongAt(`${path}.type`)}
          allowDeselect={false}
        />
      </SimpleGrid>
      {before && before.type !== attribute.type && (
        <Alert
          color="yellow"
          icon={<IconAlertTriangle aria-hidden />}
          styles={{ message: { color: 'var(--mantine-color-text)' } }}
        >
          {t('attributes.typeChanged')}
        </Alert>
      )}
      <TypeFields attribute={attribute} path={path} onChange={onChange} />
      <Flags attribute={attribute} path={path} onChange={onChange} />
      <LabelFields
        label={t('attributes.description')}
        path={`${path}.description`}
        value={attribute.description}
        onChange={(description) => set({ description })}
        isLong
      />
    </>
  );
}

interface FlagsProps {
  attribute: AttributeDefinition;
  path: string;
  onChange: EditAttribute;
}

function Flags({ attribute, path, onChange }: FlagsProps) {
  const { t } = useTranslation('definition');
  const { wrongAt } = useEditing();
  const isTextual = isText(attribute.type);
  const shown = [
    { flag: 'required', label: t('attributes.required'), hint: t('attributes.requiredHint'), isShown: true },
    { flag: 'unique', label: t('attributes.unique'), hint: t('attributes.uniqueHint'), isShown: attribute.type !== 'boolean' },
    { flag: 'localized', label: t('attributes.localized'), hint: t('attributes.localizedHint'), isShown: isTextual },
    { flag: 'list', label: t('attributes.isList'), hint: t('attributes.isListHint'), isShown: attribute.type !== 'boolean' },
    {
      flag: 'search',
      label: t('attributes.search'),
      hint: t('attributes.searchHint'),
      isShown: isTextual || attribute.type === 'enum',
    },
  ] as const;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing={10} my={4}>
      {shown
        .filter(({ flag, isShown }) => isShown || attribute[flag])
        .map(({ flag, label, hint }) => (
          <Checkbox
            key={flag}
            label={label}
            description={hint}
            checked={Boolean(attribute[flag])}
            error={wrongAt(`${path}.${flag}`)}
            onChange={(event) => {
              const isUp = event.currentTarget.checked;
              onChange((now) => flagged(now, flag, isUp));
            }}
          />
        ))}
    </SimpleGrid>
  );
}
