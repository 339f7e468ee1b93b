import { Badge, Box, Card, Code, Group, List, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attribute, Shape, Target } from '@/components/dictionary/shape';
import { localized } from '@/ui/format';

interface PassportProps {
  shape: Shape;
  targets: Map<string, Target>;
}

/** Who answers for a dictionary, what is kept of each item, what must hold, and who approves. */
export function Passport({ shape, targets }: PassportProps) {
  const { t } = useTranslation(['dictionary', 'common']);
  return (
    <Stack>
      <Card withBorder padding="lg">
        {shape.description && (
          <Text size="sm" mb="md" maw="75ch">
            {localized(shape.description)}
          </Text>
        )}
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Fact label={t('passport.owner')}>{shape.owner}</Fact>
          <Fact label={t('passport.basis')}>{shape.basis}</Fact>
          <Fact label={t('passport.period')}>
            {shape.updatePeriodDays ? t('passport.periodDays', { count: shape.updatePeriodDays }) : t('freshness.UNKNOWN')}
          </Fact>
          <Fact label={t('passport.access')}>{t(`access.${shape.access}`, { ns: 'common' })}</Fact>
          <Fact label={t('passport.codes')}>{localized(shape.codeDescription) || shape.codePattern}</Fact>
          <Fact label={t('passport.api')}>
            <Code>
              {shape.typeName} · {shape.singleField}(code:) · {shape.listField}(…)
            </Code>
          </Fact>
        </SimpleGrid>
        {shape.source && (
          <Box mt="md" maw="75ch">
            <Fact label={t('passport.source')}>{shape.source}</Fact>
          </Box>
        )}
      </Card>
      <Card withBorder padding="lg">
        <Title order={2} size="h3" mb="sm">
          {t('passport.attributes')}
        </Title>
        <Table.ScrollContainer minWidth={640}>
          <Table>
            <Table.Tbody>
              {shape.attributes.map((attribute) => (
                <AttributeRow key={attribute.code} attribute={attribute} target={targets.get(attribute.to ?? '')} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Card>
      {shape.rules.length > 0 && (
        <Card withBorder padding="lg">
          <Title order={2} size="h3" mb="sm">
            {t('passport.rules')}
          </Title>
          <List size="sm" spacing="xs">
            {shape.rules.map((rule) => (
              <List.Item key={rule.code}>
                {localized(rule.message)}
                <br />
                <Code>{[rule.when, rule.expect].filter(Boolean).join('  →  ')}</Code>
              </List.Item>
            ))}
          </List>
        </Card>
      )}
      <Card withBorder padding="lg">
        <Title order={2} size="h3" mb="sm">
          {t('passport.approval')}
        </Title>
        <Text size="sm">{shape.approval.fourEyes ? t('passport.fourEyes') : t('passport.noFourEyes')}</Text>
        {shape.approval.stages.length === 0 && shape.approval.fourEyes && <Text size="sm">{t('passport.noStages')}</Text>}
        <List type="ordered" size="sm" mt="xs">
          {shape.approval.stages.map((stage) => (
            <List.Item key={stage.name.ru}>
              {t('passport.stage', {
                name: localized(stage.name),
                role: t(`role.${stage.role}`, { ns: 'common' }),
                count: stage.quorum,
              })}
            </List.Item>
          ))}
        </List>
      </Card>
      {shape.projections.length > 0 && (
        <Card withBorder padding="lg">
          <Title order={2} size="h3" mb="sm">
            {t('passport.projections')}
          </Title>
          <List size="sm" spacing="xs">
            {shape.projections.map(({ code, name, description }) => (
              <List.Item key={code}>
                {localized(name)} <Code>{code}</Code>
                {description && (
                  <Text size="xs" c="dimmed">
                    {localized(description)}
                  </Text>
                )}
              </List.Item>
            ))}
          </List>
        </Card>
      )}
    </Stack>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children || t('nothing')}
      </Text>
    </div>
  );
}

function AttributeRow({ attribute, target }: { attribute: Attribute; target: Target | undefined }) {
  const { t } = useTranslation(['dictionary', 'common']);
  const marks = (['required', 'unique', 'list', 'localized'] as const).filter((mark) => attribute[mark]);
  const bounds =
    attribute.lengthMin || attribute.lengthMax
      ? [attribute.lengthMin ?? '', attribute.lengthMax ?? '']
      : [attribute.min, attribute.max];
  const range = bounds.some(Boolean) ? `${bounds[0] ?? ''}…${bounds[1] ?? ''}` : '';
  const isLength = Boolean(attribute.lengthMin || attribute.lengthMax);
  return (
    <Table.Tr>
      <Table.Td w="40%" style={{ verticalAlign: 'top' }}>
        <Text size="sm" fw={600}>
          {localized(attribute.label)}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {attribute.code}
        </Text>
        {attribute.description && (
          <Text size="xs" c="dimmed">
            {localized(attribute.description)}
          </Text>
        )}
      </Table.Td>
      <Table.Td style={{ verticalAlign: 'top' }}>
        <Text size="sm">
          {attribute.type === 'REFERENCE'
            ? t('passport.to', { name: target ? localized(target.name) : (attribute.to ?? '') })
            : t(`type.${attribute.type}`, { ns: 'common' })}
        </Text>
        {range && <Text size="xs">{isLength ? t('passport.length', { range }) : range}</Text>}
        {attribute.pattern && <Code>{attribute.pattern}</Code>}
        {attribute.values.length > 0 && (
          <Text size="xs">
            {t('passport.values', { values: attribute.values.map((value) => localized(value.label)).join(', ') })}
          </Text>
        )}
      </Table.Td>
      <Table.Td style={{ verticalAlign: 'top' }}>
        <Group gap={4}>
          {marks.map((mark) => (
            <Badge key={mark} variant="default" tt="none">
              {t(`passport.${mark}`)}
            </Badge>
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
