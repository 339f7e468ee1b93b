//! The data set: territories with an 11-digit code, a Russian name, a parent, a region and six more attributes. The same every time.

use std::fmt::Write;
use std::sync::Arc;

pub const REGIONS: &str = r#"
code = "regions"
type = "Region"
name = { ru = "Регионы" }
passport = { owner = "Управление", access = "public" }
attributes = [{ code = "name", type = "string", label = { ru = "Наименование" }, required = true }]
"#;

pub const TERRITORIES: &str = r#"
code = "territories"
type = "Territory"
name = { ru = "Территории" }
display = "name"
passport = { owner = "Управление", access = "public" }
code_rule = { pattern = '^[0-9]{11}$' }
hierarchy = { check = "strict" }
attributes = [
  { code = "name", type = "string", label = { ru = "Наименование" }, required = true, length_max = 200, search = true },
  { code = "region", type = "reference", to = "regions", label = { ru = "Регион" }, required = true },
  { code = "kind", type = "enum", label = { ru = "Вид" }, values = [{ code = "CITY", label = { ru = "Город" } }, { code = "VILLAGE", label = { ru = "Село" } }, { code = "DISTRICT", label = { ru = "Район" } }] },
  { code = "centre", type = "string", label = { ru = "Центр" } },
  { code = "population", type = "integer", label = { ru = "Население" }, min = 0 },
  { code = "area", type = "decimal", label = { ru = "Площадь" } },
  { code = "is_closed", type = "boolean", label = { ru = "Закрытая" } },
  { code = "registered_on", type = "date", label = { ru = "Учтена" } },
]
"#;

const WORDS: [&str; 12] =
    ["Верхний", "Нижний", "Новый", "Старый", "Большой", "Малый", "Берёзовый", "Сосновый", "Озёрный", "Речной", "Степной", "Горный"];
const PLACES: [&str; 10] = ["посёлок", "хутор", "сельсовет", "район", "город", "округ", "разъезд", "кордон", "аул", "выселок"];

pub fn regions() -> String {
    (1..=85).fold("code,name\n".to_owned(), |mut csv, number| {
        let _ = writeln!(csv, "{number:02},Регион {number}");
        csv
    })
}

/// The code of a row: of 1,000 rows one stands at the top, 30 under it, the rest under those.
pub fn code(row: usize) -> String {
    format!("{:011}", 10_000_000_000 + row * 7)
}

fn parent(row: usize) -> Option<usize> {
    match row % 1_000 {
        0 => None,
        place if place <= 30 => Some(row - place),
        place => Some(row - place + 1 + place % 30),
    }
}

/// `sign` stands before the number in every name, so that two signs make two files that differ in every row.
pub fn csv(rows: usize, sign: &str) -> Arc<[u8]> {
    let mut csv = String::from("code,parent,name,region,kind,centre,population,area,is_closed,registered_on\n");
    for row in 0..rows {
        let parent = parent(row).map(code).unwrap_or_default();
        let name = format!("{} {} {sign} {row}", WORDS[row % WORDS.len()], PLACES[row / 12 % PLACES.len()]);
        let _ = writeln!(
            csv,
            "{},{parent},{name},{:02},{},с {},{},{}.{},{},{:04}-{:02}-{:02}",
            code(row),
            row / 1_000 % 85 + 1,
            ["CITY", "VILLAGE", "DISTRICT"][row % 3],
            WORDS[row / 7 % WORDS.len()],
            row * 31 % 100_000,
            row % 1_000,
            row % 9 + 1,
            row % 50 == 0,
            1990 + row % 30,
            row % 12 + 1,
            row % 28 + 1
        );
    }
    csv.into_bytes().into()
}
