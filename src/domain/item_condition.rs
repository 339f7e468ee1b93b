//! A condition on items in CEL, by which a consumer leaves out of the feed what is no business of its own. It reads versions as the
//! texts that are stored, so that it needs no definition of the time; it can neither lose an event nor fail: where it cannot be worked
//! out, it holds. Deliberately unknown: consumers and events.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use cel::{Context, Value as CelValue};
use serde_json::Value as Json;

use super::definition::AttributeType;
use super::dictionary::Dictionary;
use super::projection::expression::{CLOSED_ON, Expression, Scope};
use super::projection::functions;
use super::version_text::VersionTexts;

/// A condition as it is compiled for one dictionary.
pub struct ItemCondition {
    expression: Expression,
    /// The attributes that it reads whose texts are numbers.
    decimals: BTreeSet<String>,
    /// The functions that expressions may call, made once.
    functions: Context<'static, 'static>,
}

impl ItemCondition {
    /// Compiles a condition for the items of a dictionary, or says everything that is wrong with it: `item.code`, `item.parent`,
    /// `item.valid_from`, attributes by their codes; dates as ISO text; what is absent is asked for by `has(…)` first.
    pub fn compile(source: &str, dictionary: &Dictionary) -> Result<Self, String> {
        let scope = Scope { definition: &dictionary.definition, has_part: false };
        let expression = Expression::compile(source, &scope).map_err(|problems| problems.join("; "))?;
        let reads = &expression.reads;
        let variables = expression.program.references();
        let reads_more = ["dictionary", "valid_on"].iter().any(|name| variables.variables().contains(name));
        if !reads.parent.is_empty() || !reads.references.is_empty() || reads_more {
            return Err("it reads more than the item itself: an event tells of one item, so there is only `item`".to_owned());
        }
        if reads.item.contains(CLOSED_ON) {
            return Err(format!("there is no `item.{CLOSED_ON}` of a single version: use `item.valid_to`"));
        }
        let is_decimal = |code: &&String| {
            let position = dictionary.position(code);
            position.is_some_and(|position| dictionary.attributes[position].definition.kind == AttributeType::Decimal)
        };
        let decimals = reads.item.iter().filter(is_decimal).cloned().collect();
        Ok(Self { expression, decimals, functions: functions::context() })
    }

    /// Whether it holds for a version. When the expression fails, as it does on an absent value that it does not ask `has(…)` for, it
    /// holds: whoever follows gets an event too many and never one too few.
    pub fn holds(&self, version: &VersionTexts) -> bool {
        let mut context = self.functions.new_inner_scope();
        let Some(item) = self.item_map(version) else { return true };
        context.add_variable_from_value("item", item);
        !matches!(self.expression.program.execute(&context), Ok(CelValue::Bool(false)))
    }

    /// What it reads of a version; `None` when the attributes are no JSON.
    fn item_map(&self, version: &VersionTexts) -> Option<HashMap<String, CelValue>> {
        let attributes: BTreeMap<String, Json> = serde_json::from_str(&version.attributes).ok()?;
        let retirement: Option<Json> = version.retirement.as_deref().map(serde_json::from_str).transpose().ok()?;
        let mut map = HashMap::with_capacity(self.expression.reads.item.len());
        for field in &self.expression.reads.item {
            let text = |text: &Option<String>| text.as_deref().map(CelValue::from);
            let of_retirement = |name: &str| retirement.as_ref()?.get(name).and_then(cel_of_json);
            let value = match field.as_str() {
                "code" => Some(CelValue::from(version.code.as_str())),
                "parent" => text(&version.parent),
                "valid_from" => text(&version.valid_from),
                "valid_to" => text(&version.valid_to),
                "reason" => of_retirement("reason"),
                "successors" => of_retirement("successors"),
                attribute => attributes.get(attribute).and_then(|value| match self.decimals.contains(attribute) {
                    true => decimal_of_json(value),
                    false => cel_of_json(value),
                }),
            };
            map.extend(value.map(|value| (field.clone(), value)));
        }
        Some(map)
    }
}

impl fmt::Debug for ItemCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ItemCondition").field(&self.expression.source).finish()
    }
}

fn cel_of_json(json: &Json) -> Option<CelValue> {
    match json {
        Json::Null => None,
        Json::Bool(flag) => Some(CelValue::Bool(*flag)),
        Json::Number(number) => number.as_i64().map(CelValue::Int).or_else(|| number.as_f64().map(CelValue::Float)),
        Json::String(text) => Some(CelValue::from(text.as_str())),
        Json::Array(values) => Some(CelValue::from(values.iter().filter_map(cel_of_json).collect::<Vec<_>>())),
        Json::Object(members) => {
            let members = members.iter().filter_map(|(name, value)| Some((name.clone(), cel_of_json(value)?)));
            Some(CelValue::from(members.collect::<HashMap<String, CelValue>>()))
        }
    }
}

fn decimal_of_json(json: &Json) -> Option<CelValue> {
    match json {
        Json::String(text) => text.parse().ok().map(CelValue::Float),
        Json::Array(values) => Some(CelValue::from(values.iter().filter_map(decimal_of_json).collect::<Vec<_>>())),
        other => cel_of_json(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let toml = "code = \"offices\"\ntype = \"Office\"\nname = { ru = \"Прокуратуры\" }\n[passport]\nowner = \"Отдел\"\n[hierarchy]\n\
                    [[attributes]]\ncode = \"region\"\ntype = \"string\"\nlabel = { ru = \"Регион\" }\n\
                    [[attributes]]\ncode = \"name\"\ntype = \"string\"\nlocalized = true\nlabel = { ru = \"Имя\" }\n\
                    [[attributes]]\ncode = \"area\"\ntype = \"decimal\"\nlabel = { ru = \"Площадь\" }\n\
                    [[attributes]]\ncode = \"staff\"\ntype = \"integer\"\nlabel = { ru = \"Штат\" }\n";
        Dictionary::compile(toml::from_str(toml).unwrap()).unwrap()
    }

    fn version(attributes: &str) -> VersionTexts {
        VersionTexts {
            code: "77".into(),
            valid_from: Some("2024-01-01".to_owned()),
            valid_to: None,
            parent: Some("00".to_owned()),
            attributes: attributes.to_owned(),
            retirement: None,
        }
    }

    #[test]
    fn a_condition_reads_the_item() {
        let version = version(r#"{"area":"10.5","name":{"ru":"Москва"},"region":"77","staff":12}"#);
        let cases = [
            ("item.code == '77'", true),
            ("item.parent == '01'", false),
            ("item.region in ['50', '77']", true),
            ("item.area > 10.0 && item.staff >= 12", true),
            ("item.area > 11.0", false),
            ("item.name.ru.startsWith('М')", true),
            ("item.valid_from >= '2024-06-01'", false),
            ("has(item.valid_to)", false),
            ("has(item.reason) && item.reason != ''", false),
        ];
        for (source, expected) in cases {
            let condition = ItemCondition::compile(source, &dictionary()).unwrap();
            assert_eq!(condition.holds(&version), expected, "{source}");
        }
    }

    #[test]
    fn what_cannot_be_worked_out_holds() {
        for (source, attributes) in [
            ("item.region == '77'", "{}"),
            ("item.staff > 1", r#"{"staff":"many"}"#),
            ("item.region", r#"{"region":"77"}"#),
            ("item.region == '77'", "no JSON"),
        ] {
            assert!(ItemCondition::compile(source, &dictionary()).unwrap().holds(&version(attributes)), "{source}");
        }
    }

    #[test]
    fn a_wrong_condition_is_refused_with_what_is_wrong() {
        for (source, told) in [
            ("item.region ==", "CEL"),
            ("item.town == 'x'", "town"),
            ("parent.code == 'x'", "only `item`"),
            ("valid_on == 'x'", "only `item`"),
            ("item.closed_on == 'x'", "valid_to"),
            ("consumer.code == 'x'", "consumer"),
            ("shout(item.code)", "shout"),
        ] {
            let message = ItemCondition::compile(source, &dictionary()).unwrap_err();
            assert!(message.contains(told), "{source}: {message}");
        }
    }
}
