//! Cursors: the place of an entry in a list, written so that clients take it for what it is, opaque. A cursor knows the list that it
//! is of, and one of another list is refused. Nothing is ever counted from the beginning.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Writes the place of an entry: what the list is sorted by, as text.
pub fn write(list: &str, key: &str) -> String {
    let written = serde_json::json!([list, key]);
    URL_SAFE_NO_PAD.encode(written.to_string())
}

/// Reads a cursor of the same list; `None` when it is none.
pub fn read(cursor: &str, list: &str, bytes_max: usize) -> Option<String> {
    if cursor.len() > bytes_max {
        return None;
    }
    let written: (String, String) = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (written.0 == list).then_some(written.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_one_list() {
        let cursor = write("items of offices", "01");
        assert_eq!(read(&cursor, "items of offices", 100).as_deref(), Some("01"));
        assert_eq!(read(&cursor, "items of regions", 100), None);
        assert_eq!(read(&cursor, "items of offices", 10), None);
        assert_eq!(read("что-то", "items of offices", 100), None);
    }
}
