//! Rules between the attributes of one item, in CEL. With `projection/` the only code that knows the CEL library.

use std::collections::HashMap;

use cel::{Context, Program, Value as CelValue};

use super::definition::RuleDefinition;
use super::text::Label;
use super::value::Value;

/// A rule that was compiled.
#[derive(Debug)]
pub struct Rule {
    pub code: String,
    pub message: Label,
    when: Option<Program>,
    expect: Program,
    /// Which attributes the expressions mention, so that only those are handed over.
    mentions: Vec<String>,
}

/// What a rule says of an item.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Broken,
    /// The expression itself failed, for instance because it read an absent value without `has()`.
    Failed(String),
}

/// What is wrong with the source of a rule: which key, and what the compiler says.
pub struct RuleProblem {
    pub key: &'static str,
    pub message: String,
}

impl Rule {
    /// Compiles a rule. `names` are the keys that `item` can have.
    pub fn compile(definition: &RuleDefinition, names: &[&str]) -> Result<Self, Vec<RuleProblem>> {
        let mut problems = Vec::new();
        let mut compile = |key: &'static str, source: &str| match Program::compile(source) {
            Ok(program) => {
                let variables: Vec<String> = program.references().variables().iter().map(|name| (*name).to_owned()).collect();
                match variables.iter().find(|name| *name != "item") {
                    Some(unknown) => {
                        let message = format!("it reads `{unknown}`, and there is only `item`");
                        problems.push(RuleProblem { key, message });
                        None
                    }
                    None => Some(program),
                }
            }
            Err(error) => {
                let message = format!("it is not a CEL expression: {error}");
                problems.push(RuleProblem { key, message });
                None
            }
        };
        let when = definition.when.as_deref().map(|source| compile("when", source));
        let expect = compile("expect", &definition.expect);
        let Some(expect) = expect.filter(|_| problems.is_empty()) else { return Err(problems) };
        let sources = [definition.when.as_deref().unwrap_or_default(), definition.expect.as_str()];
        let is_mentioned = |name: &&&str| sources.iter().any(|source| source.contains(**name));
        Ok(Self {
            code: definition.code.clone(),
            message: definition.message.clone(),
            when: when.flatten(),
            expect,
            mentions: names.iter().filter(is_mentioned).map(|name| (*name).to_owned()).collect(),
        })
    }

    /// Asks the rule. `value_of` gives the values of the item by attribute code; absent ones are absent keys.
    pub fn verdict<'a>(&self, value_of: impl Fn(&str) -> Option<&'a Value>) -> Verdict {
        let mut item: HashMap<String, CelValue> = HashMap::with_capacity(self.mentions.len());
        for name in &self.mentions {
            if let Some(value) = value_of(name) {
                item.insert(name.clone(), cel_value(value));
            }
        }
        let mut context = Context::default();
        context.add_variable_from_value("item", item);
        if let Some(when) = &self.when {
            match when.execute(&context) {
                Ok(CelValue::Bool(true)) => {}
                Ok(CelValue::Bool(false)) => return Verdict::Holds,
                Ok(_) => return Verdict::Failed("`when` gives no true or false".to_owned()),
                Err(error) => return Verdict::Failed(error.to_string()),
            }
        }
        match self.expect.execute(&context) {
            Ok(CelValue::Bool(true)) => Verdict::Holds,
            Ok(CelValue::Bool(false)) => Verdict::Broken,
            Ok(_) => Verdict::Failed("`expect` gives no true or false".to_owned()),
            Err(error) => Verdict::Failed(error.to_string()),
        }
    }
}

/// Dates become ISO strings, which compare as dates do; decimals become floating-point numbers.
pub(super) fn cel_value(value: &Value) -> CelValue {
    match value {
        Value::Text(text) => CelValue::from(text.as_str()),
        Value::Localized(localized) => {
            let texts = [("ru", &localized.ru), ("en", &localized.en)];
            let filled = texts.into_iter().filter_map(|(code, text)| text.as_deref().map(|text| (code.to_owned(), CelValue::from(text))));
            CelValue::from(filled.collect::<HashMap<String, CelValue>>())
        }
        Value::Integer(number) => CelValue::Int(*number),
        Value::Decimal(number) => CelValue::Float(f64::try_from(*number).unwrap_or(f64::NAN)),
        Value::Boolean(flag) => CelValue::Bool(*flag),
        Value::Date(date) => CelValue::from(date.to_string()),
        Value::List(values) => CelValue::from(values.iter().map(cel_value).collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(when: Option<&str>, expect: &str) -> Result<Rule, Vec<RuleProblem>> {
        let definition =
            RuleDefinition { code: "r".to_owned(), when: when.map(str::to_owned), expect: expect.to_owned(), message: Label::default() };
        Rule::compile(&definition, &["kind", "parent", "rank"])
    }

    #[test]
    fn asks_only_where_the_condition_holds() {
        let rule = rule(Some("item.kind == \"9\""), "has(item.parent)").ok().expect("it compiles");
        let (nine, eight, parent) = (Value::Text("9".into()), Value::Text("8".into()), Value::Text("1".into()));
        let ask = |kind: &'static str, with_parent: bool| {
            let (nine, eight, parent) = (&nine, &eight, &parent);
            rule.verdict(move |name| match name {
                "kind" => Some(if kind == "9" { nine } else { eight }),
                "parent" => with_parent.then_some(parent),
                _ => None,
            })
        };
        assert_eq!(ask("9", true), Verdict::Holds);
        assert_eq!(ask("9", false), Verdict::Broken);
        assert_eq!(ask("8", false), Verdict::Holds);
    }

    #[test]
    fn reports_what_does_not_compile_and_what_fails() {
        let problems = rule(Some("item.kind =="), "office.kind").expect_err("both are wrong");
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[1].message, "it reads `office`, and there is only `item`");
        let failing = rule(None, "item.rank > 1").ok().expect("it compiles");
        assert!(matches!(failing.verdict(|_| None), Verdict::Failed(_)));
    }
}
