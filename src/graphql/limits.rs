//! What one request of the management API may cost. Each limit has a name, and the message that refuses a request says it.
//! How long a request may take is the carrier's business.

/// The limits of the management API; `config` sets them.
#[derive(Debug, Clone, Copy)]
pub struct ManagementLimits {
    /// The length of the query text.
    pub query_bytes_max: usize,
    /// How deep fields stand in one another.
    pub depth_max: usize,
    /// Every field counts 1, and what stands under a list as often as the list may have entries.
    pub complexity_max: usize,
    /// The fields of a query with every fragment written out wherever it is spread; nothing longer is even looked at.
    pub fields_max: usize,
    /// Fields under another name than their own.
    pub aliases_max: usize,
    /// `first` of any list.
    pub page_size_max: usize,
    /// The length of a search text, in characters.
    pub search_length_max: usize,
    /// The length of a cursor.
    pub cursor_bytes_max: usize,
    /// Versions in one history or timeline.
    pub history_items_max: usize,
    /// The errors that one answer lists.
    pub errors_max: usize,
    /// Operations that one WebSocket carries at a time.
    pub operations_max: usize,
    pub allows_introspection: bool,
}

impl Default for ManagementLimits {
    fn default() -> Self {
        Self {
            query_bytes_max: 64 * 1024,
            depth_max: 15,
            complexity_max: 20_000,
            fields_max: 5_000,
            aliases_max: 200,
            page_size_max: 200,
            search_length_max: 200,
            cursor_bytes_max: 2_048,
            history_items_max: 1_000,
            errors_max: 20,
            operations_max: 50,
            allows_introspection: true,
        }
    }
}

impl ManagementLimits {
    /// The limits with their names.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, usize)> {
        macro_rules! named {
            ($($name:ident)+) => { [$((concat!("management_", stringify!($name)), self.$name)),+] };
        }
        let named = named! { query_bytes_max depth_max complexity_max fields_max aliases_max page_size_max search_length_max cursor_bytes_max
        history_items_max errors_max operations_max };
        named.into_iter()
    }
}
