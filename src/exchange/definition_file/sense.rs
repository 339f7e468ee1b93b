//! Compiles a definition whose shape was checked. Where the shape was mended, only what does not rest
//! on the mended parts is believed, so that one mistake is never reported as two.

use super::place::parent;
use super::shape::Shape;
use crate::domain::definition::Definition;
use crate::domain::dictionary::Dictionary;

/// The dictionary, or paths and sentences of all that makes no sense. A dictionary of a mended shape is good for nothing.
pub(super) fn compile(shape: Shape) -> Result<Dictionary, Vec<(String, String)>> {
    let definition: Definition = match serde_json::from_value(shape.json) {
        Ok(definition) => definition,
        // The schema and the types are one, so this stands here only against a change that parts them.
        Err(error) => return Err(vec![(String::new(), error.to_string())]),
    };
    let found = match Dictionary::compile(definition) {
        Ok(dictionary) => return Ok(dictionary),
        Err(found) => found,
    };
    let is_new = |path: &str| {
        let is_reported = shape.misfits.iter().any(|misfit| misfit.path == path);
        !is_reported && !shape.mended.iter().any(|mended| rests_on(path, mended))
    };
    let found = found.into_iter().map(|problem| (problem.path_text(), in_one_line(&problem.message)));
    Err(found.filter(|(path, _)| is_new(path)).collect())
}

/// Whether what is said of a path may come from the mending of another.
fn rests_on(path: &str, mended: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let is_about_attributes = || {
        let tail = mended.strip_prefix("attributes").unwrap_or("…");
        tail.is_empty() || tail.ends_with(']') || [".code", ".type", ".list"].iter().any(|key| tail.ends_with(key))
    };
    match last {
        _ if is_within(path, mended) => true,
        // Expressions read attributes, and the parts of a projection rest on one another.
        _ if path.starts_with("projections[") => {
            let projection = path.find(']').map_or(path, |end| &path[..=end]);
            is_about_attributes() || is_within(mended, projection) || is_within(mended, "hierarchy")
        }
        "code" | "pattern" | "when" | "expect" => false,
        "attributes" => false,
        "type" if path == last => mended == "code",
        "display" => is_about_attributes(),
        "root_attribute" => is_about_attributes() || is_within(mended, "hierarchy"),
        _ => parent(path).is_some_and(|table| is_within(mended, table)),
    }
}

fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The parsers of patterns and rules draw a picture of several lines; of it the first sentence is kept.
fn in_one_line(message: &str) -> String {
    if let Some((before, picture)) = message.split_once("regex parse error:") {
        let sentence = picture.rsplit("error: ").next().unwrap_or(picture);
        return format!("{before}{}", sentence.trim());
    }
    let first = message.lines().next().unwrap_or_default();
    let Some((before, (place, sentence))) =
        first.split_once("ERROR: <input>:").and_then(|(before, rest)| Some((before, rest.split_once(": ")?)))
    else {
        return first.to_owned();
    };
    // Behind "expecting" CEL lists every token that it knows.
    let sentence = sentence.split(" expecting {").next().unwrap_or(sentence).replace("'<EOF>'", "the end");
    let (line, column) = place.split_once(':').unwrap_or(("1", place));
    format!("{before}line {line}, character {column}: {sentence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_becomes_a_sentence() {
        let cases = [
            (
                "`(` is not a regular expression: regex parse error:\n    (\n    ^\nerror: unclosed group",
                "`(` is not a regular expression: unclosed group",
            ),
            (
                "it is not a CEL expression: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{'}\n| 1 +\n| ...^",
                "it is not a CEL expression: line 1, character 4: Syntax error: mismatched input the end",
            ),
            ("it reads `office`, and there is only `item`", "it reads `office`, and there is only `item`"),
        ];
        for (picture, sentence) in cases {
            assert_eq!(in_one_line(picture), sentence);
        }
    }

    #[test]
    fn what_was_mended_is_not_reported_again() {
        let cases = [
            ("attributes[1].to", "attributes[1].type", true),
            ("attributes[1].to", "attributes[10].type", false),
            ("attributes[1].code", "attributes[1].type", false),
            ("attributes[1].code", "attributes[1]", true),
            ("attributes[1].values[0].code", "attributes[1].values", true),
            ("display", "attributes[0].code", true),
            ("display", "attributes[0].length_max", false),
            ("type", "code", true),
            ("rules[0].expect", "rules[0].message", false),
        ];
        for (path, mended, expected) in cases {
            assert_eq!(rests_on(path, mended), expected, "{path} on {mended}");
        }
    }
}
