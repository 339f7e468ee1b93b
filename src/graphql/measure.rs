//! How long a query is with every fragment written out, before anybody walks through it: fragments that spread one another make a
//! query of a kilobyte into one of a billion fields. Fragments that spread themselves are refused here, too.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::limits::ManagementLimits;

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: usize,
    aliases: usize,
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self { fields: self.fields.saturating_add(other.fields), aliases: self.aliases.saturating_add(other.aliases) }
    }
}

struct Measuring<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being measured: whoever meets it again stands in a circle.
    known: HashMap<&'a Name, Option<Size>>,
    is_circular: bool,
}

/// What is too long about a document, in a sentence.
pub fn check(document: &ExecutableDocument, limits: &ManagementLimits) -> Result<(), String> {
    let mut measuring = Measuring { document, known: HashMap::new(), is_circular: false };
    let mut size = Size::default();
    for (_, operation) in document.operations.iter() {
        size = size.plus(measuring.set(&operation.node.selection_set.node));
    }
    let names: Vec<&Name> = document.fragments.keys().collect();
    for name in names {
        measuring.fragment(name);
    }
    if measuring.is_circular {
        return Err("a fragment spreads itself".to_owned());
    }
    if size.fields > limits.fields_max {
        return Err(format!("the query has more than {} fields with its fragments written out (fields_max)", limits.fields_max));
    }
    if size.aliases > limits.aliases_max {
        return Err(format!("the query has more than {} aliases (aliases_max)", limits.aliases_max));
    }
    Ok(())
}

impl<'a> Measuring<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Size {
        let sizes = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => {
                let own = Size { fields: 1, aliases: usize::from(field.node.alias.is_some()) };
                own.plus(self.set(&field.node.selection_set.node))
            }
            Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
        });
        sizes.fold(Size::default(), Size::plus)
    }

    fn fragment(&mut self, name: &'a Name) -> Size {
        match self.known.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => {
                self.is_circular = true;
                return Size::default();
            }
            None => {}
        }
        // An unknown fragment is for the validation to tell.
        let Some(fragment) = self.document.fragments.get(name) else { return Size::default() };
        self.known.insert(name, None);
        let size = self.set(&fragment.node.selection_set.node);
        self.known.insert(name, Some(size));
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn checked(query: &str) -> Result<(), String> {
        check(&parse_query(query).expect("it is a query"), &ManagementLimits::default())
    }

    #[test]
    fn fragments_are_counted_where_they_are_spread() {
        let mut bomb = "{ ...f0 } ".to_owned();
        for at in 0..40 {
            bomb.push_str(&format!("fragment f{at} on Query {{ ...f{} ...f{} }} ", at + 1, at + 1));
        }
        bomb.push_str("fragment f40 on Query { __typename }");
        assert!(checked(&bomb).is_err_and(|message| message.contains("fields_max")));
        assert!(checked("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }").is_err());
        assert!(checked("{ ...a ...a } fragment a on Query { __typename }").is_ok());
        let aliases: String = (0..201).map(|at| format!("a{at}: __typename ")).collect();
        assert!(checked(&format!("{{ {aliases} }}")).is_err_and(|message| message.contains("aliases_max")));
    }
}
