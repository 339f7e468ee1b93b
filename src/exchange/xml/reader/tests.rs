//! What the reader of XML gives and what it refuses; and that it gives back what the writer wrote.

use std::io::Cursor;

use super::super::super::csv::Limits;
use super::*;

const LIMITS: FileLimits =
    FileLimits { row: Limits { record_bytes_max: 100_000, columns_max: 10 }, document_bytes_max: 1_000_000, unpacked_bytes_max: 1_000_000 };

fn reader(bytes: &[u8]) -> Result<XmlReader, FileError> {
    XmlReader::new(Box::new(Cursor::new(bytes.to_vec())), &LIMITS)
}

/// The document as `{namespace}name[attribute=value]@line(…)`.
fn told(bytes: &[u8]) -> Result<String, String> {
    fn tell(reader: &mut XmlReader, out: &mut String) -> Result<(), FileError> {
        let element = reader.element();
        out.push_str(&format!("{{{}}}{}", element.namespace(), element.name()));
        for (name, value) in &element.attributes[..element.attribute_count] {
            out.push_str(&format!("[{name}={value}]"));
        }
        out.push_str(&format!("@{}(", reader.line()));
        loop {
            match reader.step()? {
                Step::Start => tell(reader, out)?,
                Step::Text => out.push_str(&reader.piece),
                Step::End | Step::EndOfFile => break,
            }
        }
        out.push(')');
        Ok(())
    }
    let tell_all = || {
        let mut reader = reader(bytes)?;
        let mut out = String::new();
        reader.root()?;
        tell(&mut reader, &mut out)?;
        reader.end()?;
        Ok(out)
    };
    tell_all().map_err(|error: FileError| error.to_string())
}

#[test]
fn namespaces_are_resolved_whatever_the_prefixes() {
    let text = "<a:x xmlns:a='urn:1' xmlns='urn:2'>\n<y b='1' a:c='2' xml:lang='ru'/><z xmlns=''/></a:x>";
    assert_eq!(told(text.as_bytes()).unwrap(), "{urn:1}x@1(\n{urn:2}y[b=1][xml:lang=ru]@2(){}z@2())");
}

#[test]
fn encodings_are_known_by_mark_or_declaration() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let declared = "<?xml version='1.0' encoding='windows-1251'?><x>Дело № 1</x>";
    for bytes in [
        "<x>Дело № 1</x>".as_bytes().to_vec(),
        "\u{feff}<?xml version='1.0' encoding=\"UTF-8\"?><x>Дело № 1</x>".as_bytes().to_vec(),
        encoding_rs::WINDOWS_1251.encode(declared).0.into_owned(),
        utf16("<x>Дело № 1</x>", true),
        utf16("<?xml version='1.0' encoding='UTF-16'?><x>Дело № 1</x>", false),
    ] {
        assert_eq!(told(&bytes).unwrap(), "{}x@1(Дело № 1)", "{bytes:?}");
    }
    assert_eq!(told(b"<?xml version='1.0' encoding='ISO-8859-1'?><x>\xD4</x>").unwrap(), "{}x@1(Ô)");
    for (bytes, expected) in [
        (&b"<x>\xCF</x>"[..], "line 1: the text is not valid UTF-8, which is the encoding of the file: mend it, or save it as UTF-8"),
        (b"<\0x\0", "the text is UTF-16 without a byte-order mark: save the file as UTF-8"),
        (
            b"<?xml version='1.0' encoding='UTF-16'?><x/>",
            "line 1: the file says that its encoding is UTF-16, but it is not: save it as UTF-8, and let it say so",
        ),
        (b"<?xml version='1.0' encoding='rot13'?><x/>", "line 1: the encoding rot13 is not known: save the file as UTF-8"),
        (
            b"<?xml version='1.0' encoding='cp1251'?>\n<x>\x98</x>",
            "line 2: the byte 0x98 means nothing in windows-1251: the file has another encoding than it says, or is damaged: save it as UTF-8",
        ),
    ] {
        assert_eq!(told(bytes).unwrap_err(), expected);
    }
}

#[test]
fn texts_come_whole() {
    let text = "<x>a&amp;&lt;<!-- - --><![CDATA[<&>]]>&#8212;&#x41;&#13;\r\nb\rc</x>";
    assert_eq!(told(text.as_bytes()).unwrap(), "{}x@1(a&<<&>\u{2014}A\r\nb\nc)");
}

#[test]
fn what_no_file_of_items_needs_is_refused_with_its_line() {
    let deep = "<x>".repeat(40);
    let wide = format!("<x {}/>", (0..80).map(|at| format!("a{at}='' ")).collect::<String>());
    let long = format!("<x>\n<!--{}--></x>", "y".repeat(200_000));
    for (text, expected) in [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "line 1: the file has a document type"),
        ("<x>\n&nbsp;</x>", "line 2: the entity &nbsp; is not read"),
        ("<x a='&b;'/>", "line 1: the entity &b; is not read"),
        ("<x>&#1;</x>", "line 1: &#1; is no character that XML allows"),
        ("<x a='&#x1;'/>", "line 1: the attribute a of <x> "),
        ("<x>\n\u{1}</x>", "line 2: the character U+0001 is not allowed in XML"),
        (&deep, "line 1: <x> stands inside more than 32 others"),
        (&wide, "line 1: <x> has more than 64 attributes"),
        (&long, "line 2: a tag, text or comment has more than 100000 bytes"),
        ("<x>\n<y>\nb", "line 3: the file ends in the middle of <y>"),
        ("<x>\n<y", "line 2: the file ends in the middle of <x>"),
        ("<x", "line 1: the file ends in the middle of a tag"),
        ("<x><!-- ", "line 1: the file ends in the middle of <x>"),
        ("<x>\n</y>", "line 2: the file is not well-formed XML: "),
        ("</y>", "line 1: the file is not well-formed XML: "),
        ("<x a='1' a='2'/>", "line 1: <x> has an attribute twice"),
        ("<x a=1/>", "line 1: the attributes of <x> are not well-formed"),
        ("<a:x/>", "line 1: `a:x`: the prefix `a` is not declared"),
        ("<x a:b=''/>", "line 1: `a:b`: the prefix `a` is not declared"),
        ("<x/><y/>", "line 1: <y> follows the end of the document"),
        ("код;имя", "line 1: there is text outside of the document"),
        ("<x/>\nend", "line 2: there is text outside of the document"),
        ("", "line 1: the file is empty"),
    ] {
        let error = told(text.as_bytes()).expect_err(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn children_and_texts_are_not_mixed_unless_told() {
    let opened = |text: &str| {
        let mut reader = reader(text.as_bytes()).unwrap();
        reader.root().unwrap();
        reader
    };
    let message = |error: FileError| error.to_string();
    assert_eq!(
        opened("<x>\\<y/></x>").next_child(Between::Nothing).map_err(message),
        Err("line 1: <x> holds the text «\\», and only elements belong there: take it out".to_owned())
    );
    assert_eq!(opened("<x>\\<y/></x>").next_child(Between::AnyText), Ok(true));
    assert_eq!(
        opened("<x>1<y/></x>").read_text().map(str::to_owned).map_err(message),
        Err("line 1: <x> holds <y>, and only text belongs there".to_owned())
    );
    let mut reader = opened("<x>1<y>2</y><z/></x>");
    assert!(reader.next_child(Between::AnyText).unwrap());
    reader.skip().unwrap();
    assert!(reader.next_child(Between::Nothing).unwrap());
    assert_eq!(reader.element().name(), "z");
}

#[test]
fn whatever_the_chunks_the_lines_are_counted() {
    let row = "<r>\r\n  <v>я\r</v></r>\n";
    let text = format!("<x>{}</x>", row.repeat(20_000));
    let mut reader = reader(text.as_bytes()).unwrap();
    reader.root().unwrap();
    let mut rows = 0;
    while reader.next_child(Between::Nothing).unwrap() {
        assert_eq!(reader.line(), rows * 3 + 1);
        reader.skip().unwrap();
        rows += 1;
    }
    assert_eq!(rows, 20_000);
    assert_eq!(reader.bytes_read(), text.len() as u64);
}

mod round_trip {
    use super::super::super::{XmlWriter, forbidden_character};
    use super::*;
    use proptest::prelude::*;

    /// A place to write to that can be looked at afterwards.
    fn written(texts: &[(String, String)]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = XmlWriter::new(Box::new(&mut out));
        writer.start("x");
        for (attribute, text) in texts {
            writer.start("y").attribute("a", attribute).text(text);
        }
        writer.finish().unwrap();
        drop(writer);
        out
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(texts in prop::collection::vec(("\\PC*|[\r\n\t <>&\"']*", "\\PC*|[\r\n\t <>&\"'\\]]*"), 0..5)) {
            prop_assume!(texts.iter().all(|(a, b)| forbidden_character(a).is_none() && forbidden_character(b).is_none()));
            let mut reader = reader(&written(&texts)).unwrap();
            reader.root().unwrap();
            for (attribute, text) in &texts {
                prop_assert!(reader.next_child(Between::Nothing).unwrap());
                prop_assert_eq!(reader.element().attribute("a"), Some(attribute.as_str()));
                prop_assert_eq!(reader.read_text().unwrap(), text);
            }
            prop_assert!(!reader.next_child(Between::Nothing).unwrap());
            reader.end().unwrap();
        }
    }
}
