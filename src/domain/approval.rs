//! Who must approve a change request and who has: the stages of every dictionary that it touches, and the rule of four eyes.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::account::{AccountId, Authority, Role};
use super::change_request::RequestId;
use super::definition::{Approval, ApprovalRole, ApprovalStage};
use super::error::{Error, Result};
use super::text::{DictionaryCode, Label};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Approve,
    /// Back to the authors.
    Return,
    Reject,
}

impl Decision {
    pub const ALL: [Decision; 3] = [Self::Approve, Self::Return, Self::Reject];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Reject => "reject",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.name() == name)
    }
}

/// One decision by one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: i64,
    pub request: RequestId,
    pub round: i64,
    /// The revision that was reviewed.
    pub revision: i64,
    pub account: AccountId,
    pub decision: Decision,
    /// The stages that an approval counts for.
    pub counts_for: Vec<CountedStage>,
    pub comment: String,
    pub at: Timestamp,
}

/// A stage that an approval counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedStage {
    pub dictionary: DictionaryCode,
    /// From 0, in the order of the dictionary's stages.
    pub index: usize,
    /// The greatest role that the reviewer had: a policy that asks for a greater one later is not content with it.
    pub role: Role,
}

/// The approval policy in force for one dictionary that a request touches.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub dictionary: DictionaryCode,
    pub approval: Approval,
}

impl Policy {
    /// The stages in order. Four eyes without a stage would mean nothing, so they imply one approver.
    pub fn stages(&self) -> Vec<ApprovalStage> {
        if self.approval.four_eyes && self.approval.stages.is_empty() {
            let name = Label { ru: "Согласование".to_owned(), en: Some("Approval".to_owned()) };
            return vec![ApprovalStage { name, role: ApprovalRole::Approver, quorum: 1 }];
        }
        self.approval.stages.clone()
    }
}

/// How far one stage of one dictionary is.
#[derive(Debug, Clone, PartialEq)]
pub struct StageProgress {
    pub dictionary: DictionaryCode,
    /// From 0, in the order of the dictionary's stages.
    pub index: usize,
    pub stage: ApprovalStage,
    pub approved_by: Vec<AccountId>,
    /// Whether approvals count for it now: the stages before it are complete, and it is not.
    pub is_open: bool,
}

impl StageProgress {
    pub fn is_complete(&self) -> bool {
        self.approved_by.len() >= self.stage.quorum as usize
    }

    /// How many approvals are missing.
    pub fn missing(&self) -> usize {
        (self.stage.quorum as usize).saturating_sub(self.approved_by.len())
    }
}

/// How far the approval of a request is in one round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    pub stages: Vec<StageProgress>,
    /// Whether any of the dictionaries asks for four eyes: then they hold for the request as a whole.
    pub is_four_eyes: bool,
}

impl Progress {
    /// An approval of an author may have been given while the policy was relaxed; where four eyes hold now, it counts no more.
    pub fn new(policies: &[Policy], reviews: &[Review], authors: &BTreeSet<AccountId>, round: i64) -> Self {
        let is_four_eyes = policies.iter().any(|policy| policy.approval.four_eyes);
        let counts = |review: &&Review| !(is_four_eyes && authors.contains(&review.account));
        let approvals = || reviews.iter().filter(|review| review.round == round && review.decision == Decision::Approve).filter(counts);
        let mut stages = Vec::new();
        for policy in policies {
            let mut is_next_open = true;
            for (index, stage) in policy.stages().into_iter().enumerate() {
                let is_it = |counted: &CountedStage| {
                    counted.dictionary == policy.dictionary && counted.index == index && counted.role.implies(role_of(stage.role))
                };
                let counts = |review: &&Review| review.counts_for.iter().any(is_it);
                let approved_by: BTreeSet<AccountId> = approvals().filter(counts).map(|review| review.account).collect();
                let approved_by = approved_by.into_iter().collect();
                let mut progress = StageProgress { dictionary: policy.dictionary.clone(), index, stage, approved_by, is_open: false };
                progress.is_open = is_next_open && !progress.is_complete();
                is_next_open = is_next_open && progress.is_complete();
                stages.push(progress);
            }
        }
        Self { stages, is_four_eyes }
    }

    pub fn is_complete(&self) -> bool {
        self.stages.iter().all(StageProgress::is_complete)
    }

    /// Which stages an approval by this person would count for.
    ///
    /// Refuses the authors where four eyes hold, whoever has no role for an open stage, and whoever approved already: one person
    /// counts for one stage of a dictionary only.
    pub fn stages_to_approve(&self, authority: &Authority, authors: &BTreeSet<AccountId>) -> Result<Vec<CountedStage>> {
        let account = authority.account_id().ok_or_else(|| Error::unauthenticated("sign in to approve"))?;
        self.check_four_eyes(account, authors)?;
        let open: Vec<&StageProgress> = self.stages.iter().filter(|progress| progress.is_open).collect();
        if open.is_empty() {
            return Err(Error::refused("approval_complete", "every stage is approved already: nothing is left to approve"));
        }
        let with_role: Vec<&&StageProgress> = open.iter().filter(|progress| holds(authority, progress)).collect();
        if with_role.is_empty() {
            let needed: Vec<String> =
                open.iter().map(|progress| format!("{} of {}", role_of(progress.stage.role).name(), progress.dictionary)).collect();
            return Err(Error::forbidden(format!("this stage is approved by: {}; you have no such role", needed.join(", "))));
        }
        let is_new = |progress: &&&StageProgress| !self.has_approved(account, &progress.dictionary);
        let counted = |progress: &&StageProgress| {
            let role = if authority.holds(Role::Owner, &progress.dictionary) { Role::Owner } else { Role::Approver };
            CountedStage { dictionary: progress.dictionary.clone(), index: progress.index, role }
        };
        let counting: Vec<CountedStage> = with_role.into_iter().filter(is_new).map(counted).collect();
        if counting.is_empty() {
            return Err(Error::refused("already_approved", "you approved this already: another person must approve too"));
        }
        Ok(counting)
    }

    /// Nobody who authored any change in a request approves it, administrators included.
    pub fn check_four_eyes(&self, account: AccountId, authors: &BTreeSet<AccountId>) -> Result<()> {
        if self.is_four_eyes && authors.contains(&account) {
            let message = "you changed something in this request yourself: somebody else must approve it";
            return Err(Error::refused("four_eyes", message));
        }
        Ok(())
    }

    fn has_approved(&self, account: AccountId, dictionary: &DictionaryCode) -> bool {
        self.stages.iter().any(|progress| progress.dictionary == *dictionary && progress.approved_by.contains(&account))
    }

    /// What is missing, in a sentence; blank when nothing is.
    pub fn missing_text(&self) -> String {
        let incomplete = self.stages.iter().filter(|progress| !progress.is_complete());
        let text = |progress: &StageProgress| {
            let role = role_of(progress.stage.role).name();
            format!("{} more {role} of {} (stage {})", progress.missing(), progress.dictionary, progress.index + 1)
        };
        incomplete.map(text).collect::<Vec<_>>().join(", ")
    }
}

fn role_of(role: ApprovalRole) -> Role {
    match role {
        ApprovalRole::Approver => Role::Approver,
        ApprovalRole::Owner => Role::Owner,
    }
}

fn holds(authority: &Authority, progress: &StageProgress) -> bool {
    authority.holds(role_of(progress.stage.role), &progress.dictionary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Account, AccountKind, Grant};

    fn code(text: &str) -> DictionaryCode {
        DictionaryCode::parse(text).expect("it is a code")
    }

    fn stage(role: ApprovalRole, quorum: u32) -> ApprovalStage {
        ApprovalStage { name: Label { ru: "Стадия".to_owned(), en: None }, role, quorum }
    }

    fn policy(dictionary: &str, four_eyes: bool, stages: Vec<ApprovalStage>) -> Policy {
        Policy { dictionary: code(dictionary), approval: Approval { four_eyes, stages } }
    }

    fn person(id: i64, roles: &[(Role, &str)]) -> Authority {
        let account = Account {
            id: AccountId(id),
            name: format!("p{id}"),
            display_name: String::new(),
            kind: AccountKind::Person,
            created_at: Timestamp::UNIX_EPOCH,
            disabled_at: None,
        };
        let grants = roles.iter().map(|(role, dictionary)| Grant { role: *role, dictionary: Some(code(dictionary)) }).collect();
        Authority { account: Some(account), grants, limit: None }
    }

    fn approval(account: i64, round: i64, counts_for: Vec<CountedStage>) -> Review {
        Review {
            id: 0,
            request: RequestId(1),
            round,
            revision: 1,
            account: AccountId(account),
            decision: Decision::Approve,
            counts_for,
            comment: String::new(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn counted(dictionary: &str, index: usize, role: Role) -> CountedStage {
        CountedStage { dictionary: code(dictionary), index, role }
    }

    #[test]
    fn stages_open_in_order_and_count_people_once() {
        let policies = [policy("offices", true, vec![stage(ApprovalRole::Approver, 2), stage(ApprovalRole::Owner, 1)])];
        let authors = BTreeSet::from([AccountId(1)]);
        let owner = person(2, &[(Role::Owner, "offices")]);
        let mut reviews = Vec::new();
        let progress = Progress::new(&policies, &reviews, &authors, 1);
        assert_eq!(progress.missing_text(), "2 more approver of offices (stage 1), 1 more owner of offices (stage 2)");
        let counting = progress.stages_to_approve(&owner, &authors).expect("an owner is an approver");
        assert_eq!(counting, [counted("offices", 0, Role::Owner)]);
        reviews.push(approval(2, 1, counting));
        let progress = Progress::new(&policies, &reviews, &authors, 1);
        assert_eq!(progress.stages_to_approve(&owner, &authors).expect_err("twice").code(), "already_approved");
        reviews.push(approval(3, 1, vec![counted("offices", 0, Role::Approver)]));
        let progress = Progress::new(&policies, &reviews, &authors, 1);
        assert_eq!(progress.stages_to_approve(&owner, &authors).expect_err("another stage").code(), "already_approved");
        let approver = person(4, &[(Role::Approver, "offices")]);
        assert_eq!(progress.stages_to_approve(&approver, &authors).expect_err("no owner").code(), "forbidden");
        reviews.push(approval(5, 1, vec![counted("offices", 1, Role::Owner)]));
        assert!(Progress::new(&policies, &reviews, &authors, 1).is_complete());
        assert!(!Progress::new(&policies, &reviews, &authors, 2).is_complete(), "approvals of an earlier round count no more");
    }

    #[test]
    fn an_author_approves_only_where_no_dictionary_asks_for_four_eyes() {
        let author = person(1, &[(Role::Owner, "offices"), (Role::Owner, "regions")]);
        let authors = BTreeSet::from([AccountId(1)]);
        let relaxed = policy("offices", false, vec![stage(ApprovalRole::Approver, 1)]);
        let strict = policy("regions", true, Vec::new());
        assert!(Progress::new(std::slice::from_ref(&relaxed), &[], &authors, 1).stages_to_approve(&author, &authors).is_ok());
        let refusal = Progress::new(&[relaxed, strict], &[], &authors, 1).stages_to_approve(&author, &authors).expect_err("its own");
        assert_eq!(refusal.code(), "four_eyes");
    }

    #[test]
    fn an_approval_of_an_author_counts_only_while_the_policy_is_relaxed() {
        let (authors, reviews) = (BTreeSet::from([AccountId(1)]), [approval(1, 1, vec![counted("offices", 0, Role::Approver)])]);
        let is_complete = |four_eyes: bool| {
            let policies = [policy("offices", four_eyes, vec![stage(ApprovalRole::Approver, 1)])];
            Progress::new(&policies, &reviews, &authors, 1).is_complete()
        };
        assert!(is_complete(false));
        assert!(!is_complete(true));
    }

    #[test]
    fn a_stage_that_asks_for_a_greater_role_now_is_not_content_with_an_approval_of_the_lesser_one() {
        let owners = [policy("offices", true, vec![stage(ApprovalRole::Owner, 1)])];
        let is_complete = |role: Role| {
            let reviews = [approval(2, 1, vec![counted("offices", 0, role)])];
            Progress::new(&owners, &reviews, &BTreeSet::new(), 1).is_complete()
        };
        assert!(!is_complete(Role::Approver), "given while the stage was one of approvers");
        assert!(is_complete(Role::Owner));
    }

    #[test]
    fn four_eyes_without_a_stage_imply_one_and_nothing_at_all_asks_for_nothing() {
        assert_eq!(policy("offices", true, Vec::new()).stages().len(), 1);
        assert!(Progress::new(&[policy("offices", false, Vec::new())], &[], &BTreeSet::new(), 1).is_complete());
    }
}
