//! Who acts and what they may: accounts, the roles granted to them, and the limits of a token.
//! It knows no password, cookie or header.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::definition::Access;
use super::error::{Error, Result};
use super::text::DictionaryCode;

/// How long a name to sign in with may be, and the name that is shown.
const NAME_CHARS_MAX: usize = 63;
const DISPLAY_NAME_CHARS_MAX: usize = 200;
/// How long the title of a token may be.
const TOKEN_TITLE_CHARS_MAX: usize = 200;

/// The number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

impl AccountId {
    /// The service itself: the loading of shipped dictionaries, and the scheduler.
    pub const SVOD: AccountId = AccountId(1);
    /// Whoever sits at the command line of the service's machine.
    pub const OPERATOR: AccountId = AccountId(2);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    Person,
    System,
    /// A person of the demo: may sign in only where the service runs as a demo.
    Demo,
    /// The service itself and its command line: nobody signs in as these.
    BuiltIn,
}

impl AccountKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::System => "system",
            Self::Demo => "demo",
            Self::BuiltIn => "built_in",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Person, Self::System, Self::Demo, Self::BuiltIn].into_iter().find(|kind| kind.name() == name)
    }
}

/// A person or a system that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// What one signs in with: lower-case Latin letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// What others are shown.
    pub display_name: String,
    pub kind: AccountKind,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// What a person or a system may do: on dictionaries, or over the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads a restricted dictionary.
    Reader,
    /// Drafts changes of items.
    Steward,
    /// Decides on changes that others made.
    Approver,
    /// All of these, and changes definitions.
    Owner,
    /// Manages accounts, roles and tokens.
    Administrator,
    /// Reads the audit.
    Auditor,
}

impl Role {
    pub const ALL: [Role; 6] = [Self::Reader, Self::Steward, Self::Approver, Self::Owner, Self::Administrator, Self::Auditor];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Steward => "steward",
            Self::Approver => "approver",
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role is over the whole service and never over one dictionary.
    pub const fn is_over_service(self) -> bool {
        matches!(self, Self::Administrator | Self::Auditor)
    }

    /// Whether whoever has this role has `other` too.
    pub fn implies(self, other: Role) -> bool {
        self == other
            || match self {
                Self::Owner => matches!(other, Self::Reader | Self::Steward | Self::Approver),
                Self::Steward | Self::Approver => other == Self::Reader,
                Self::Reader | Self::Administrator | Self::Auditor => false,
            }
    }
}

/// A role on one dictionary, or on all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub role: Role,
    /// `None`: on every dictionary, or over the service.
    pub dictionary: Option<DictionaryCode>,
}

/// What kind of thing a token lets its bearer do; the roles of its account still decide on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    Read,
    Propose,
    Review,
    Publish,
    Administer,
}

impl Scope {
    pub const ALL: [Scope; 5] = [Self::Read, Self::Propose, Self::Review, Self::Publish, Self::Administer];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Propose => "propose",
            Self::Review => "review",
            Self::Publish => "publish",
            Self::Administer => "administer",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// How far a token reaches at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLimit {
    pub scopes: BTreeSet<Scope>,
    /// `None`: every dictionary that the account reaches.
    pub dictionaries: Option<BTreeSet<DictionaryCode>>,
}

/// The number of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(pub i64);

/// What a system, or a person's script, proves itself with. The secret itself is known to its bearer alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub account: AccountId,
    /// What it is for, in its maker's words.
    pub title: String,
    pub limit: TokenLimit,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// Refuses what is no name to sign in with: `^[a-z][a-z0-9._-]{1,62}$`. What was sent is never repeated.
pub fn check_name(name: &str) -> Result<()> {
    let first_is_letter = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    if (2..=NAME_CHARS_MAX).contains(&name.len()) && first_is_letter && name.bytes().all(is_plain) {
        return Ok(());
    }
    let rule = "a name is a lower-case Latin letter and then 1 to 62 such letters, digits, `.`, `_` or `-`: choose another";
    Err(Error::refused("name_malformed", rule))
}

/// Refuses a name to be shown that is blank, too long, or has signs that cannot be seen.
pub fn check_display_name(name: &str) -> Result<()> {
    check_line(name, DISPLAY_NAME_CHARS_MAX, "name_malformed", "a display name")
}

/// Refuses a title of a token by the same rules.
pub fn check_token_title(title: &str) -> Result<()> {
    check_line(title, TOKEN_TITLE_CHARS_MAX, "title_malformed", "the title of a token")
}

fn check_line(text: &str, chars_max: usize, code: &'static str, what: &str) -> Result<()> {
    // The first test bounds the work on what is far too long.
    let is_short = text.len() <= 4 * chars_max && text.chars().count() <= chars_max;
    if is_short && !text.is_empty() && text.trim() == text && text.chars().all(is_printable) {
        return Ok(());
    }
    let rule = format!("{what} has 1 to {chars_max} printable characters in one line, and no space at its ends: choose another");
    Err(Error::refused(code, rule))
}

/// Whether a sign shows: one that hides, or turns the text around it, lets one name pass for another.
fn is_printable(sign: char) -> bool {
    let is_hidden = matches!(sign, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    !sign.is_control() && !is_hidden
}

impl Grant {
    /// Refuses a role over the service on one dictionary.
    pub fn check(&self) -> Result<()> {
        match &self.dictionary {
            Some(dictionary) if self.role.is_over_service() => {
                let message = format!("the role {} is over the whole service: grant it without {dictionary}", self.role.name());
                Err(Error::refused("role_over_service", message))
            }
            _ => Ok(()),
        }
    }

    /// As it is written: `steward:offices`, `administrator`.
    pub fn text(&self) -> String {
        match &self.dictionary {
            Some(dictionary) => format!("{}:{dictionary}", self.role.name()),
            None => self.role.name().to_owned(),
        }
    }

    /// Reads what `text` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some((role, dictionary)) => Some(Self { role: Role::parse(role)?, dictionary: Some(DictionaryCode::parse(dictionary)?) }),
            None => Some(Self { role: Role::parse(text)?, dictionary: None }),
        }
    }
}

/// What one caller may, as far as the database said when it was asked.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    /// `None`: nobody in particular, who may read what is public.
    pub account: Option<Account>,
    pub grants: Vec<Grant>,
    /// Present when the caller came with a token.
    pub limit: Option<TokenLimit>,
}

impl Authority {
    /// Somebody without an account.
    pub fn anonymous() -> Self {
        Self::default()
    }

    pub fn account_id(&self) -> Option<AccountId> {
        self.account.as_ref().map(|account| account.id)
    }

    /// Whether the token, if any, lets its bearer do this kind of thing at all.
    pub fn reaches(&self, scope: Scope) -> bool {
        match (&self.account, &self.limit) {
            (None, _) => scope == Scope::Read,
            (Some(_), None) => true,
            (Some(_), Some(limit)) => limit.scopes.contains(&scope),
        }
    }

    fn reaches_dictionary(&self, dictionary: &DictionaryCode) -> bool {
        let limit = self.limit.as_ref().and_then(|limit| limit.dictionaries.as_ref());
        limit.is_none_or(|dictionaries| dictionaries.contains(dictionary))
    }

    /// Whether a role on a dictionary is held, by itself or by a greater one.
    pub fn holds(&self, role: Role, dictionary: &DictionaryCode) -> bool {
        let covers = |grant: &Grant| grant.dictionary.as_ref().is_none_or(|of| of == dictionary);
        self.reaches_dictionary(dictionary) && self.grants.iter().any(|grant| grant.role.implies(role) && covers(grant))
    }

    /// Whether a role is held on every dictionary, those to come included.
    pub fn holds_everywhere(&self, role: Role) -> bool {
        let is_unlimited = self.limit.as_ref().is_none_or(|limit| limit.dictionaries.is_none());
        is_unlimited && self.grants.iter().any(|grant| grant.role.implies(role) && grant.dictionary.is_none())
    }

    /// Whether a role is held on any dictionary at all.
    pub fn holds_somewhere(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role.implies(role))
    }

    /// Whether a dictionary of this access may be read. What may not be read is not there.
    pub fn may_read(&self, dictionary: &DictionaryCode, access: Access) -> bool {
        let over_service = || self.holds_everywhere(Role::Administrator) || self.holds_everywhere(Role::Auditor);
        match access {
            Access::Public => true,
            Access::Internal => self.account.is_some() && self.reaches_dictionary(dictionary),
            Access::Restricted => self.holds(Role::Reader, dictionary) || over_service(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(code: &str) -> DictionaryCode {
        DictionaryCode::parse(code).expect("it is a code")
    }

    fn authority(grants: &[(Role, Option<&str>)]) -> Authority {
        let account = Account {
            id: AccountId(7),
            name: "maria".to_owned(),
            display_name: "Мария".to_owned(),
            kind: AccountKind::Person,
            created_at: Timestamp::UNIX_EPOCH,
            disabled_at: None,
        };
        let grants = grants.iter().map(|(role, code)| Grant { role: *role, dictionary: code.map(dictionary) }).collect();
        Authority { account: Some(account), grants, limit: None }
    }

    #[test]
    fn names_are_plain_and_shown_names_hide_nothing() {
        for name in ["ma", "maria.streltsova", "system-1_a", &"a".repeat(63)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "m", "Maria", "1st", "мария", "a b", "a\n", "a\0", &"a".repeat(64), &"a".repeat(10 << 20)] {
            assert_eq!(check_name(name).unwrap_err().code(), "name_malformed", "{:.20}", name);
        }
        for name in ["Мария Стрельцова", "И", &"я".repeat(200)] {
            assert!(check_display_name(name).is_ok(), "{name}");
        }
        for name in ["", " ", " a", "a ", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{7}", &"я".repeat(201), &"я".repeat(5 << 20)] {
            let refusal = check_display_name(name).unwrap_err();
            assert_eq!(refusal.code(), "name_malformed", "{:.20}", name);
            assert!(refusal.to_string().len() < 200, "what was sent is not repeated");
        }
    }

    #[test]
    fn grants_are_written_and_read() {
        for text in ["steward", "steward:offices", "administrator", "auditor"] {
            let grant = Grant::parse(text).expect("it is one");
            assert_eq!(grant.text(), text);
            assert!(grant.check().is_ok());
        }
        for text in ["", "king", "steward:", "steward:Offices", ":offices"] {
            assert_eq!(Grant::parse(text), None, "{text}");
        }
        let over_one = Grant::parse("auditor:offices").expect("it is one");
        assert_eq!(over_one.check().unwrap_err().code(), "role_over_service");
    }

    #[test]
    fn an_owner_has_every_role_of_the_dictionary_and_of_no_other() {
        let owner = authority(&[(Role::Owner, Some("offices"))]);
        for role in [Role::Reader, Role::Steward, Role::Approver, Role::Owner] {
            assert!(owner.holds(role, &dictionary("offices")), "{role:?}");
            assert!(!owner.holds(role, &dictionary("regions")), "{role:?}");
        }
        assert!(!owner.holds_everywhere(Role::Owner));
        assert!(
            !authority(&[(Role::Administrator, None)]).holds(Role::Steward, &dictionary("offices")),
            "administrators change no content"
        );
    }

    #[test]
    fn access_decides_who_reads() {
        let (offices, nobody) = (dictionary("offices"), Authority::anonymous());
        let somebody = authority(&[]);
        let reader = authority(&[(Role::Reader, Some("offices"))]);
        let cases =
            [(Access::Public, [true, true, true]), (Access::Internal, [false, true, true]), (Access::Restricted, [false, false, true])];
        for (access, expected) in cases {
            let found = [&nobody, &somebody, &reader].map(|authority| authority.may_read(&offices, access));
            assert_eq!(found, expected, "{access:?}");
        }
    }

    #[test]
    fn a_token_reaches_no_further_than_it_says() {
        let mut steward = authority(&[(Role::Steward, None)]);
        let only = BTreeSet::from([dictionary("regions")]);
        steward.limit = Some(TokenLimit { scopes: BTreeSet::from([Scope::Read]), dictionaries: Some(only) });
        assert!(steward.reaches(Scope::Read) && !steward.reaches(Scope::Propose));
        assert!(steward.holds(Role::Steward, &dictionary("regions")) && !steward.holds(Role::Steward, &dictionary("offices")));
        assert!(!steward.may_read(&dictionary("offices"), Access::Internal));
        assert!(!steward.holds_everywhere(Role::Steward));
    }
}
