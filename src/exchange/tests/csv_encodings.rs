//! Real files in every encoding: found, read alike, and shown with their evidence.

use std::fs;
use std::path::Path;

use flate2::read::GzDecoder;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nasty").join(name);
    let bytes = fs::read(&path).unwrap();
    if !name.ends_with(".gz") {
        return bytes;
    }
    let mut unpacked = Vec::new();
    io::Read::read_to_end(&mut GzDecoder::new(&bytes[..]), &mut unpacked).unwrap();
    unpacked
}

type Rows = Vec<(u64, Vec<String>)>;

/// The rows, and what was found out of the encoding.
fn read_csv(bytes: &[u8]) -> (Rows, String) {
    let mut table = opened(Format::Csv, bytes).unwrap();
    assert_eq!(table.head().bytes_total, bytes.len() as u64);
    let (_, encoding) = table.head().evidence.iter().find(|(what, _)| what == "encoding").unwrap().clone();
    let rows = rows(&mut *table).unwrap();
    assert_eq!(table.bytes_read(), bytes.len() as u64);
    (rows, encoding)
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Windows1251 => encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        Encoding::Koi8R => encoding_rs::KOI8_R.encode(text).0.into_owned(),
        Encoding::Cp866 => encoding_rs::IBM866.encode(text).0.into_owned(),
        Encoding::MacCyrillic => encoding_rs::X_MAC_CYRILLIC.encode(text).0.into_owned(),
        Encoding::Iso8859_5 => encoding_rs::ISO_8859_5.encode(text).0.into_owned(),
        Encoding::Utf8 => text.as_bytes().to_vec(),
    }
}

#[test]
fn the_twins_in_two_encodings_are_one_table() {
    let (utf8, found) = read_csv(&fixture("mvd_crime_stats_112_utf8.csv.gz"));
    assert!(found.starts_with("utf-8 (valid UTF-8"), "{found}");
    let (windows, found) = read_csv(&fixture("mvd_crime_stats_112_cp1251.csv.gz"));
    assert!(found.starts_with("windows-1251 (not UTF-8 from line 2 on; as windows-1251 "), "{found}");
    assert_eq!(utf8, windows);
}

#[test]
fn real_tables_are_known_in_every_encoding() {
    for name in ["mvd_crime_stats_112_utf8.csv.gz", "budget_expense_types_mos.tsv", "emergency_services_dup_rows.csv"] {
        let original = fixture(name);
        let (expected, _) = read_csv(&original);
        // What the old encodings lack is left out everywhere.
        let plain = |text: &str| text.replace(['«', '»', '—', '–', '№', '\u{a0}', '“', '”'], " ");
        let text = plain(&String::from_utf8(original).unwrap());
        let expected: Rows = expected.into_iter().map(|(line, cells)| (line, cells.iter().map(|cell| plain(cell)).collect())).collect();
        for encoding in Encoding::ALL {
            for text in [text.replace("\r\n", "\n"), text.replace("\r\n", "\n").replace('\n', "\r")] {
                let (rows, found) = read_csv(&encoded(&text, encoding));
                assert!(found.starts_with(&format!("{} (", encoding.name())), "{name} in {}: {found}", encoding.name());
                assert_eq!(rows, expected, "{name} in {}", encoding.name());
            }
        }
    }
}

#[test]
fn a_real_file_in_mac_cyrillic_with_bare_carriage_returns_is_read() {
    let (rows, found) = read_csv(&fixture("mvd_budget_2012_maccyrillic_cr.txt.gz"));
    assert_eq!(rows[0].1[0], "Наименование показателя");
    assert_eq!(rows.iter().map(|(_, cells)| cells.len()).max(), Some(9));
    assert!(rows.len() >= 1_209, "{}", rows.len());
    assert!(found.starts_with("x-mac-cyrillic (not UTF-8 from line 1 on; as x-mac-cyrillic "), "{found}");
}

#[test]
fn all_of_the_awkward_files_are_read() {
    for (name, count) in [
        ("budget_expense_types_mos.tsv", 76),
        ("budget_functional_codes_mos.tsv", 120),
        ("census2002_xls_export_headers.tsv.gz", 2_000),
        ("emergency_services_dup_rows.csv", 364),
        ("gov_domains_bom_multiline.csv.gz", 892),
        ("nz_orgs_late_nonascii.csv", 508),
        ("party_reports_tab-named-csv_ragged.csv.gz", 535),
    ] {
        assert_eq!(read_csv(&fixture(name)).0.len(), count, "{name}");
    }
}

#[test]
fn stray_quotes_inside_of_cells_are_read_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/offices/offices_esnsi_raw_cp1251.csv");
    let (rows, found) = read_csv(&fs::read(path).unwrap());
    assert!(found.starts_with("windows-1251 ("), "{found}");
    assert_eq!(rows.iter().filter(|(_, cells)| cells.iter().any(|cell| cell.contains('"'))).count(), 19);
    assert!(rows.iter().all(|(_, cells)| cells.len() == rows[0].1.len()));
}

#[test]
fn a_file_whose_quotes_mean_nothing_is_read_when_that_is_said() {
    let text = "0;a;b\n1;\"Заря\" ООО;x\n2;\"Свет;y\n";
    let open = || -> io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(text.as_bytes().to_vec()))) };
    let read = |quoting| {
        let mut table = Format::Csv.open(&open, &CsvFormat { quoting, ..CsvFormat::default() }, &LIMITS)?;
        rows(&mut *table)
    };
    assert!(read(None).unwrap_err().to_string().contains("read it with --quoting none"));
    let rows = read(Some(false)).unwrap();
    assert_eq!(rows[1].1, ["1", "\"Заря\" ООО", "x"]);
    assert_eq!(rows[2].1, ["2", "\"Свет", "y"]);
}
