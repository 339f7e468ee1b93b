import { Button, Code, Group, Paper, Stack, Table, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconPlus, IconScale } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { replaced } from '@/components/definition/attributeEdits';
import type { RuleDefinition } from '@/components/definition/definition';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { useEditing } from './editing';
import { LabelFields } from './LabelFields';
import { Rows } from './Rows';

/** What must hold between the attributes of one item. */
export function RulesTab() {
  const { t } = useTranslation('definition');
  const { definition, change, isWrongBelow, setOpen } = useEditing();
  const rules = definition.rules ?? [];
  const set = (next: RuleDefinition[]) => change((now) => ({ ...now, rules: next }));
  const add = () => {
    const taken = new Set(rules.map(({ code }) => code));
    let number = rules.length + 1;
    while (taken.has(`rule_${number}`)) number += 1;
    set([...rules, { code: `rule_${number}`, expect: '', message: { ru: '' } }]);
    setOpen(rules.length);
  };
  const button = (
    <Button variant={rules.length === 0 ? 'filled' : 'light'} leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
      {t('rules.add')}
    </Button>
  );
  if (rules.length === 0) {
    return <Empty icon={IconScale} title={t('rules.none')} hint={t('rules.noneHint')} action={button} />;
  }
  const headOf = (rule: RuleDefinition, at: number) => ({
    title: localized(rule.message) || t('rules.untitled'),
    isWrong: isWrongBelow(`rules[${at}]`),
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('rules.lead')}
      </Text>
      <Rows
        label={t('rules.list')}
        name="rule"
        list={rules}
        onChange={set}
        headOf={headOf}
        removedText={(name) => t('rules.removed', { name })}
      >
        {(rule, at) => (
          <RuleForm
            rule={rule}
            at={at}
            onChange={(part) => change((now) => ({ ...now, rules: replaced(now.rules ?? [], at, { ...rule, ...part }) }))}
          />
        )}
      </Rows>
      <Group>{button}</Group>
      <Help />
    </Stack>
  );
}

interface RuleFormProps {
  rule: RuleDefinition;
  at: number;
  onChange: (part: Partial<RuleDefinition>) => void;
}

function RuleForm({ rule, at, onChange }: RuleFormProps) {
  const { t } = useTranslation('definition');
  const { published, wrongAt } = useEditing();
  const path = `rules[${at}]`;
  const isPublished = published?.rules?.some(({ code }) => code === rule.code) ?? false;
  return (
    <>
      <LabelFields
        label={t('rules.message')}
        path={`${path}.message`}
        value={rule.message}
        onChange={(message) => onChange({ message })}
        isRequired
        placeholder={t('rules.messagePlaceholder')}
        takesFocus={rule.message.ru === ''}
      />
      <Textarea
        label={t('rules.expect')}
        value={rule.expect}
        onChange={(event) => onChange({ expect: event.currentTarget.value })}
        error={wrongAt(`${path}.expect`)}
        placeholder="has(item.parent)"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        required
        autosize
        minRows={2}
        spellCheck={false}
      />
      <Textarea
        label={t('rules.when')}
        description={t('rules.whenHint')}
        value={rule.when ?? ''}
        onChange={(event) => onChange({ when: event.currentTarget.value })}
        error={wrongAt(`${path}.when`)}
        placeholder={'item.kind == "3"'}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        autosize
        minRows={1}
        spellCheck={false}
      />
      <TextInput
        label={t('rules.code')}
        value={rule.code}
        onChange={(event) => onChange({ code: event.currentTarget.value })}
        error={wrongAt(`${path}.code`)}
        required
        readOnly={isPublished}
        variant={isPublished ? 'filled' : 'default'}
        spellCheck={false}
        maw={320}
      />
    </>
  );
}

/** Examples made of what this dictionary has. */
function Help() {
  const { t } = useTranslation('definition');
  const { definition } = useEditing();
  const attributes = definition.attributes ?? [];
  const [first = 'name', second = 'parent'] = attributes.map(({ code }) => code).filter(Boolean);
  const examples = [
    { code: `has(item.${first})`, text: t('rules.example.has') },
    { code: `item.${first} in ["1", "2"]`, text: t('rules.example.in') },
    { code: `has(item.${first}) || has(item.${second})`, text: t('rules.example.either') },
    { code: 'item.until >= item.since', text: t('rules.example.order') },
    { code: `size(item.${first}) <= 10`, text: t('rules.example.size') },
  ];
  return (
    <Paper withBorder p="md" bg="var(--mantine-color-default-hover)">
      <Title order={2} size="h4">
        {t('rules.help')}
      </Title>
      <Text size="sm" mt={4}>
        {t('rules.helpText')}
      </Text>
      <Table mt="xs" withRowBorders={false} verticalSpacing={3} horizontalSpacing={0}>
        <Table.Tbody>
          {examples.map(({ code, text }) => (
            <Table.Tr key={code}>
              <Table.Td>
                <Code>{code}</Code>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{text}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
