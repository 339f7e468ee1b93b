//! CSV in every encoding, with every separator.

use proptest::prelude::*;

use super::super::cells::{ItemColumn, columns, unneutralised};
use super::*;

fn chosen() -> impl Strategy<Value = WriteOptions> {
    let separators = [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Pipe];
    (
        prop::sample::select(vec![Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be]),
        any::<[bool; 4]>(),
        prop::sample::select(separators.to_vec()),
    )
        .prop_map(|(encoding, [has_mark, has_crlf, has_header, neutralises_formulas], separator)| WriteOptions {
            encoding,
            has_mark,
            separator,
            line_end: if has_crlf { LineEnd::CrLf } else { LineEnd::Lf },
            has_header,
            neutralises_formulas,
            ..options()
        })
}

fn read_as_written(bytes: &[u8], options: &WriteOptions) -> Result<Vec<Vec<String>>, FileError> {
    let format = CsvFormat { separator: Some(options.separator), encoding: Some(options.encoding), quoting: None };
    let open = || -> io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(bytes.to_vec()))) };
    let mut table = Format::Csv.open(&open, &format, &LIMITS)?;
    Ok(rows(&mut *table)?.into_iter().map(|(_, cells)| cells).collect())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(sample in sample(), options in chosen()) {
        let bytes = written(Format::Csv, &sample, &options).unwrap();
        let mut rows = read_as_written(&bytes, &options).unwrap();
        let (names, texts) = sample.texts();
        if options.has_header {
            prop_assert_eq!(rows.remove(0), names);
        }
        let columns = columns(&sample.dictionary);
        for row in &mut rows {
            for (cell, column) in row.iter_mut().zip(&columns) {
                if options.neutralises_formulas && column.holds_text(&sample.dictionary) {
                    *cell = unneutralised(cell).to_owned();
                }
                let is_formula = cell.starts_with(['=', '@', '\t', '\r']);
                prop_assert!(!is_formula || !options.neutralises_formulas || column.holds_text(&sample.dictionary));
            }
        }
        prop_assert_eq!(rows, texts);
    }
}

fn single(name: &str) -> Sample {
    let dictionary = dictionary(
        r#"
        code = "things"
        type = "Thing"
        name = { ru = "Вещи" }
        passport = { owner = "Управление" }
        attributes = [
          { code = "name", type = "string", label = { ru = "Имя" } },
          { code = "number", type = "integer", label = { ru = "Номер" } },
        ]
        "#,
    );
    let values = Box::new([Some(Value::Text(name.into())), Some(Value::Integer(-5))]);
    let stretch =
        Stretch { validity: Validity::starting(Date::constant(2024, 2, 29)), content: Content { parent: None, values }, retirement: None };
    let items = vec![ItemVersion::new(&dictionary, "01".into(), stretch, 1)];
    Sample { dictionary, items }
}

#[test]
fn a_file_looks_as_it_is_told_to() {
    let windows = WriteOptions { encoding: Encoding::Windows1251, separator: Separator::Semicolon, line_end: LineEnd::CrLf, ..options() };
    let bytes = written(Format::Csv, &single("=Суд; «А»"), &windows).unwrap();
    let expected = "code;valid_from;valid_to;name;number\r\n01;2024-02-29;;\"'=Суд; «А»\";-5\r\n";
    assert_eq!(bytes, encoding_rs::WINDOWS_1251.encode(expected).0.into_owned());
    let bare = WriteOptions { has_header: false, neutralises_formulas: false, has_mark: true, ..options() };
    assert_eq!(written(Format::Csv, &single("=a\"b"), &bare).unwrap(), "\u{feff}01,2024-02-29,,\"=a\"\"b\",-5\n".as_bytes());
}

#[test]
fn a_character_outside_of_the_encoding_is_refused() {
    for (encoding, name) in [(Encoding::Windows1251, "windows-1251"), (Encoding::Cp866, "cp866")] {
        let options = WriteOptions { encoding, ..options() };
        let error = written(Format::Csv, &single("Суд 中"), &options).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let expected =
            format!("name of item 01 has the character '中' (U+4E2D), which {name} does not have: write UTF-8, or change the text");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_mark_that_begins_a_code_is_not_lost() {
    let mut sample = single("a");
    sample.items[0].code = "\u{feff}x".into();
    let bare = WriteOptions { has_header: false, ..options() };
    let bytes = written(Format::Csv, &sample, &bare).unwrap();
    assert_eq!(read_as_written(&bytes, &bare).unwrap()[0][0], "\u{feff}x");
    assert!(matches!(columns(&sample.dictionary)[0], ItemColumn::Code));
}
