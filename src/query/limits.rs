//! What a query may cost. Each limit has a name, and the message that refuses a query says it.

/// The limits of the data API; `config` sets them.
#[derive(Debug, Clone, Copy)]
pub struct QueryLimits {
    /// The length of the query text.
    pub query_bytes_max: usize,
    /// Names, signs, spaces and comments of the query text.
    pub tokens_max: usize,
    /// How deep braces and brackets of the text stand in one another; it protects the stack of the parser.
    pub nesting_max: usize,
    /// How deep fields stand in one another.
    pub depth_max: usize,
    /// The same for `__schema` and `__type`.
    pub introspection_depth_max: usize,
    /// Every field counts 1 and every list that has pages or a history 10; fragments count wherever they are spread.
    pub complexity_max: usize,
    /// The fields under `__schema` and `__type`, which answer with the whole schema.
    pub introspection_complexity_max: usize,
    /// Fields under another name than their own.
    pub aliases_max: usize,
    /// `first` of any list.
    pub page_size_max: usize,
    /// Versions in one history.
    pub history_items_max: usize,
    /// Objects in one answer.
    pub nodes_max: usize,
    /// The answer.
    pub response_bytes_max: usize,
    /// How deep filters stand in one another.
    pub filter_depth_max: usize,
    /// The values, tests and filters inside filters of one list together. Each may be looked at for every item.
    pub filter_values_max: usize,
    /// The length of a search text, in characters.
    pub search_length_max: usize,
    /// The items of all older editions that one query reads together; one edition is always allowed.
    pub older_items_max: usize,
    /// The values that a query would read, rows × fields, told before it is run from its page sizes and the dictionaries.
    pub cost_max: u64,
    /// The errors that one answer lists.
    pub errors_max: usize,
    /// The answers that are kept, with their keys; 0 keeps none.
    pub response_cache_bytes_max: usize,
    /// The validated queries that are kept: about 16 bytes for each byte of their texts.
    pub cached_bytes_max: usize,
    /// The sets of dictionaries whose schema is kept, beside the set that everybody sees. Few groups of people see the same.
    pub schemas_max: usize,
    pub time_ms_max: u64,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self {
            query_bytes_max: 64 * 1024,
            tokens_max: 20_000,
            nesting_max: 100,
            depth_max: 15,
            introspection_depth_max: 20,
            complexity_max: 2_000,
            introspection_complexity_max: 500,
            aliases_max: 200,
            page_size_max: 1_000,
            history_items_max: 1_000,
            nodes_max: 50_000,
            response_bytes_max: 16 * 1024 * 1024,
            filter_depth_max: 10,
            filter_values_max: 5_000,
            search_length_max: 200,
            older_items_max: 500_000,
            cost_max: 500_000,
            errors_max: 20,
            response_cache_bytes_max: 64 * 1024 * 1024,
            cached_bytes_max: 64 * 1024 * 1024,
            schemas_max: 16,
            time_ms_max: 5_000,
        }
    }
}
