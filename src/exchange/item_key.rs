//! How the code of an item is made of columns of a file, where no column holds it.
//! Deliberately unknown: what the columns are called, and whether they are there.

/// How a code is made: the first way that gives anything.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    text: String,
    ways: Vec<Vec<KeyPart>>,
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a key: write columns as a,b or a+b+'.'+c"))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.text
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeyPart {
    Column(String),
    Literal(String),
}

impl Key {
    /// Reads `code,section` (the first that is not blank) and `ter+kod1+'.'+section` (joined, with a literal).
    pub fn parse(text: &str) -> Option<Self> {
        let part = |part: &str| {
            let part = part.trim();
            match part.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                Some(literal) => Some(KeyPart::Literal(literal.to_owned())),
                None if part.is_empty() => None,
                None => Some(KeyPart::Column(part.to_owned())),
            }
        };
        let way = |way: &str| way.split('+').map(part).collect::<Option<Vec<KeyPart>>>();
        let ways = text.split(',').map(way).collect::<Option<Vec<_>>>()?;
        Some(Self { text: text.to_owned(), ways })
    }

    /// The columns that it is made of.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.ways.iter().flatten().filter_map(|part| match part {
            KeyPart::Column(name) => Some(name.as_str()),
            KeyPart::Literal(_) => None,
        })
    }

    pub fn mentions(&self, column: &str) -> bool {
        self.columns().any(|name| name == column)
    }

    /// A joined key needs all its columns; blank text means that no way gave a code.
    pub fn code(&self, cell: impl Fn(&str) -> String) -> String {
        let joined = |way: &Vec<KeyPart>| {
            let mut code = String::new();
            for part in way {
                match part {
                    KeyPart::Literal(literal) => code.push_str(literal),
                    KeyPart::Column(name) => match cell(name) {
                        blank if blank.is_empty() => return String::new(),
                        filled => code.push_str(&filled),
                    },
                }
            }
            code
        };
        self.ways.iter().map(joined).find(|code| !code.is_empty()).unwrap_or_default()
    }
}
