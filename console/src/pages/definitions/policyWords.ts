import type { TFunction } from 'i18next';
import type { ApprovalDefinition, StageDefinition } from '@/components/definition/definition';
import { localized } from '@/ui/format';

/** Who must agree at one stage: «двух согласующих на этапе «Методолог»». */
function stageWords(t: TFunction<'definition'>, stage: StageDefinition, at: number): string {
  const who = t(`approval.${stage.role}`, { count: stage.quorum ?? 1 });
  const name = localized(stage.name) || t('approval.untitled', { number: at + 1 });
  return t('approval.stage', { who, name });
}

/** What an approval policy means, in sentences. */
export function policyWords(t: TFunction<'definition'>, approval: ApprovalDefinition | undefined): string[] {
  const stages = approval?.stages ?? [];
  const isFourEyes = approval?.four_eyes ?? true;
  if (stages.length === 0) return [t(isFourEyes ? 'approval.implied' : 'approval.none')];
  const named = stages.map((stage, at) => stageWords(t, stage, at)).join(t('approval.then'));
  const people = stages.reduce((sum, stage) => sum + (stage.quorum ?? 1), 0);
  return [
    t('approval.sentence', { stages: named }),
    ...(people > 1 ? [t('approval.people', { count: people })] : []),
    isFourEyes ? t('approval.notAuthors', { count: people }) : t('approval.maybeAuthors'),
  ];
}
