//! The limits in force by name, as the system page shows them: numbers only. No address, no folder and no secret is among them.

use super::ServeSettings;
use crate::app::system::SettingInForce;

/// Names fields by themselves, so that a name and its value cannot part.
macro_rules! in_force {
    ($($from:expr => $($name:ident)+;)+) => {
        vec![$($(SettingInForce { name: stringify!($name), value: $from.$name.to_string() }),+),+]
    };
}

impl ServeSettings {
    /// Every limit and every period, in the order of `svod serve --help`.
    pub fn in_force(&self) -> Vec<SettingInForce> {
        let Self { query, files, feed, delivery, consumers, database, traces, .. } = self;
        let mut settings = in_force! {
            self => workers blocking_threads query_in_flight_max http_connections_max request_body_bytes_max request_head_time_ms_max
                request_time_ms_max slow_request_ms batch_operations_max rate_limit_per_s rate_limit_burst credential_cache_ms keep_alive_ms
                disconnect_time_ms_max shutdown_timeout_ms trusted_proxies websocket_connections_max websocket_messages_waiting_max
                websocket_ping_every_ms websocket_begin_time_ms_max export_in_flight_max export_stall_ms_max upload_stall_ms_max
                import_file_bytes_max import_every_ms poll_every_ms ask_every_ms schedule_every_ms;
            query => query_bytes_max query_tokens_max query_nesting_max query_depth_max query_introspection_depth_max query_complexity_max
                query_introspection_complexity_max query_aliases_max query_page_size_max query_history_items_max query_nodes_max
                query_response_bytes_max query_filter_depth_max query_filter_values_max query_search_length_max query_older_items_max
                query_cost_max query_errors_max response_cache_bytes_max query_cached_bytes_max query_schemas_max persisted_bytes_max
                query_time_ms_max;
            files => csv_record_bytes_max csv_columns_max document_bytes_max unpacked_bytes_max rejected_rows_max changing_rows_max;
            feed => feed_event_bytes_max feed_streams_max feed_heartbeat_every_ms feed_stall_ms_max feed_wait_ms_max;
            delivery => delivery_connect_ms_max delivery_request_ms_max delivery_retry_first_ms delivery_retry_longest_ms
                delivery_give_up_after_ms;
            consumers => consumer_lease_ms;
            traces => otlp_sampled_per_mille;
            database => database_busy_timeout_ms database_connect_timeout_ms older_bytes_max violations_max;
            database.identity => session_lifetime_minutes password_memory_kib password_passes;
        };
        let connections_max = database.store_limits().connections_max;
        settings.push(SettingInForce { name: "database_connections_max", value: connections_max.to_string() });
        settings
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::FromArgMatches;

    use super::*;
    use crate::config::layers::settings_command;

    #[test]
    fn every_number_among_the_settings_is_told_and_nothing_else() {
        let settings =
            ServeSettings::from_arg_matches(&settings_command().get_matches_from::<_, &str>([])).expect("the defaults are settings");
        let told: Vec<SettingInForce> = settings.in_force();
        let names: BTreeSet<&str> = told.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), told.len(), "a setting is told twice");
        let units = ["BYTES", "CHARS", "COUNT", "KIB", "MINUTES", "MS"];
        let is_number = |argument: &&clap::Arg| {
            let value = argument.get_value_names().and_then(|names| names.first());
            value.is_some_and(|value| units.contains(&value.as_str()))
        };
        let command = settings_command();
        let numbers: BTreeSet<&str> = command.get_arguments().filter(is_number).map(|argument| argument.get_id().as_str()).collect();
        assert_eq!(names, numbers);
        assert!(told.iter().all(|setting| setting.value.parse::<u64>().is_ok()), "a value is no number");
    }
}
