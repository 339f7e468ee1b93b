//! Excel workbooks: what is written is read back, what others wrote is read as it is shown, and what would do harm is refused.

use std::io::Read as _;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(sample in sample()) {
        let bytes = written(Format::Xlsx, &sample, &options()).unwrap();
        prop_assert_eq!(read(Format::Xlsx, &bytes).unwrap(), sample.texts());
    }
}

fn saved(mut workbook: Workbook) -> Vec<u8> {
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_of_others_is_read_as_it_is_shown() {
    let mut workbook = Workbook::new();
    let hidden = workbook.add_worksheet();
    hidden.set_name("Служебный").unwrap().set_hidden(true);
    let sheet = workbook.add_worksheet();
    sheet.set_name("Данные").unwrap().set_active(true);
    for (at, name) in (0..).zip(["код", "число", "дата", "формула", "да"]) {
        sheet.write_string(1, at, name).unwrap();
    }
    sheet.write_number_with_format(3, 0, 12, &CellFormat::new().set_num_format("00000")).unwrap();
    sheet.write_number(3, 1, 0.1 + 0.2).unwrap();
    let date = ExcelDateTime::from_ymd(2024, 2, 29).unwrap();
    sheet.write_datetime_with_format(3, 2, &date, &CellFormat::new().set_num_format("dd.mm.yyyy")).unwrap();
    sheet.write_formula(3, 3, Formula::new("=1+1").set_result("2")).unwrap();
    sheet.write_boolean(3, 4, true).unwrap();
    sheet.write_string(4, 0, "0012").unwrap();
    sheet.merge_range(4, 1, 4, 2, "слито", &CellFormat::new()).unwrap();
    sheet.set_row_hidden(4).unwrap();
    workbook.add_worksheet().set_name("Ещё").unwrap();
    let bytes = saved(workbook);

    let mut table = opened(Format::Xlsx, &bytes).unwrap();
    let evidence = ("sheet".to_owned(), "Данные: the first that is visible; not read: Служебный (hidden), Ещё".to_owned());
    assert_eq!((table.head().evidence.as_slice(), table.head().columns.as_ref()), (&[evidence][..], None));
    let shown: Vec<String> = rows(&mut *table).unwrap().into_iter().map(|(line, cells)| format!("{line}: {}", cells.join(","))).collect();
    assert_eq!(shown, ["2: код,число,дата,формула,да", "4: 00012,0.3,2024-02-29,2,true", "5: 0012,слито,,,"]);
}

#[test]
fn an_error_in_a_cell_is_named_at_its_place() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(0, 0, "код").unwrap();
    sheet.write_formula(6, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    let mut table = opened(Format::Xlsx, &saved(workbook)).unwrap();
    let mut row = Row::new();
    assert!(table.read(&mut row).unwrap());
    let error = table.read(&mut row).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 7, column 3: the cell C7 holds the error #N/A: mend its formula in the workbook, or clear the cell"
    );
    assert!(!table.read(&mut row).unwrap());
}

#[test]
fn a_cell_far_out_is_refused() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write_string(1_048_575, 16_383, "там").unwrap();
    let mut table = opened(Format::Xlsx, &saved(workbook)).unwrap();
    let error = rows(&mut *table).unwrap_err();
    assert_eq!(error.to_string(), "line 1048576: the cell XFD1048576 stands beyond the 1000 columns that are read: take it away");
}

#[test]
fn a_workbook_may_be_long_and_need_not_be_read_to_its_end() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for row in 0..5_000 {
        sheet.write_string(row, 0, format!("код {row}")).unwrap();
    }
    let bytes = saved(workbook);
    let mut table = opened(Format::Xlsx, &bytes).unwrap();
    assert_eq!(rows(&mut *table).unwrap().len(), 5_000);
    let mut row = Row::new();
    let mut left_early = opened(Format::Xlsx, &bytes).unwrap();
    assert!(left_early.read(&mut row).unwrap());
    assert_eq!(row.get(0), Some("код 0"));
}

fn refused(bytes: &[u8]) -> String {
    opened(Format::Xlsx, bytes).err().unwrap().to_string()
}

/// A ZIP of one part.
fn zipped(name: &str, part: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    part.for_each(|bytes| archive.write_all(&bytes).unwrap());
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let bomb = zipped("xl/worksheets/sheet1.xml", std::iter::repeat_n(format!("<a/>{}", " ".repeat(999_996)).into_bytes(), 60));
    assert!(bomb.len() < 100_000);
    let refused_whole = refused(&bomb);
    assert!(
        refused_whole.contains("the workbook unpacks to more than 50000000 bytes, ") && refused_whole.contains("sheet1.xml"),
        "{refused_whole}"
    );
    // The lengths that it declares may lie: in the local header and in the directory at the end.
    let mut lying = bomb.clone();
    let declared = 60_000_000_u32.to_le_bytes();
    let places: Vec<usize> = lying.windows(4).enumerate().filter(|(_, bytes)| *bytes == declared).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| lying[at..at + 4].copy_from_slice(&9_u32.to_le_bytes()));
    assert!(refused(&lying).contains("the workbook "), "{}", refused(&lying));
}

/// A workbook of three rows, and this as the sheet's XML and shared texts.
fn workbook_of(sheet: &str, shared: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write_string(0, 0, "код").unwrap();
    let mut source = zip::ZipArchive::new(Cursor::new(saved(workbook))).unwrap();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..source.len() {
        let mut part = source.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        archive.start_file(&*name, SimpleFileOptions::default()).unwrap();
        match name.as_str() {
            "xl/worksheets/sheet1.xml" if !sheet.is_empty() => archive.write_all(sheet.as_bytes()).unwrap(),
            "xl/sharedStrings.xml" if !shared.is_empty() => archive.write_all(shared.as_bytes()).unwrap(),
            _ => archive.write_all(&bytes).unwrap(),
        }
    }
    archive.finish().unwrap().into_inner()
}

/// What is small as a file and within what it may unpack to, and would fill the memory all the same.
#[test]
fn what_would_be_held_whole_is_refused() {
    let sheet = |rows: &str| {
        format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>")
    };
    let cell = |text: &str| sheet(&format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>{text}</is></c></row>"));
    let most = LIMITS.row.record_bytes_max;
    let long = "x".repeat(most + 1);
    let half = format!("<r><t>{}</t></r>", "x".repeat(most / 2 + 1));
    let part = "the part xl/worksheets/sheet1.xml of the workbook ";
    for (told, text) in [
        (format!("{part}has a text or tag of more than {most} bytes: no spreadsheet writes that"), cell(&format!("<t>{long}</t>"))),
        (format!("{part}has a text or tag of more than {most} bytes"), cell(&format!("<t a=\"{}\"/>", "><".repeat(most)))),
        (format!("{part}has a cell of more than {most} bytes"), cell(&half.repeat(2))),
        (format!("{part}nests its elements more than 256 deep"), sheet(&"<row>".repeat(300))),
        (format!("{part}has a document type"), format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", cell("<t>&b;</t>"))),
    ] {
        let refused = refused(&workbook_of(&text, ""));
        assert!(refused.starts_with(&told), "{refused}");
    }
    // Texts that cells share are held, and so is all that is no sheet.
    let texts = format!("<si><t>{}</t></si>", "x".repeat(1_000)).repeat(41_000);
    let refused_texts = refused(&workbook_of("", &format!("<sst>{texts}</sst>")));
    assert!(
        refused_texts.starts_with("the part xl/sharedStrings.xml of the workbook unpacks to more than 40000000 bytes"),
        "{refused_texts}"
    );
    let picture = zipped("xl/media/a.png", std::iter::repeat_n(vec![b'0'; 1_000_000], 11));
    assert!(
        refused(&picture).starts_with("the part xl/media/a.png of the workbook unpacks to more than 10000000 bytes"),
        "{}",
        refused(&picture)
    );
    // One text that many cells of a row share takes no room in the file.
    let many: String =
        (0..1_000).map(|at| format!("<c r=\"{}1\" t=\"s\"><v>0</v></c>", rust_xlsxwriter::utility::column_number_to_name(at))).collect();
    let shared = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(most - 1));
    let mut table = opened(Format::Xlsx, &workbook_of(&sheet(&format!("<row r=\"1\">{many}</row>")), &shared)).unwrap();
    let told = rows(&mut *table).unwrap_err().to_string();
    assert!(told.starts_with(&format!("line 1: the row has more than {most} bytes of text")), "{told}");
}

#[test]
fn what_is_no_workbook_is_refused_by_what_it_is() {
    assert!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on").contains("protected by a password, or is an Excel 97 workbook"));
    assert!(refused(b"code,name\n1,a\n").contains("is it a CSV?"));
    assert!(refused(b"PK\x03\x04cut").contains("damaged or was not sent whole"));
    assert!(refused(&zipped("word/document.xml", std::iter::empty())).contains("not an Excel workbook"));
    let mut cut = saved(Workbook::new());
    cut.truncate(cut.len() / 2);
    assert!(refused(&cut).contains("damaged or was not sent whole"));
}

#[test]
fn a_text_too_long_for_a_cell_is_refused() {
    let mut sample = Sample { dictionary: dictionary(DEFINITION), items: Vec::new() };
    let mut values: Box<[Option<Value>]> = vec![None; sample.dictionary.attributes.len()].into();
    values[1] = Some(Value::Text("я".repeat(32_768).into()));
    let stretch = Stretch { validity: Validity::ALWAYS, content: Content { parent: None, values }, retirement: None };
    sample.items.push(ItemVersion::new(&sample.dictionary, "1".into(), stretch, 1));
    let error = written(Format::Xlsx, &sample, &options()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert!(error.to_string().starts_with("note of item 1 is longer than the 32767 characters"), "{error}");
}
