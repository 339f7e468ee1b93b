//! `svod mirror`: keeps tables of one's own equal to dictionaries of a service. How that is done, `mirror` knows.

use std::time::Duration;

use crate::config::MirrorArguments;
use crate::domain::error::{Error, Result};
use crate::mirror::{self, MirrorSettings};

pub fn mirror(arguments: &MirrorArguments) -> Result<()> {
    let settings = MirrorSettings {
        from: arguments.address(),
        into: arguments.into.clone(),
        dictionaries: (!arguments.mirrored.is_empty()).then(|| arguments.mirrored.clone()),
        is_once: arguments.once,
        is_verifying: arguments.verify,
        wait_ms: arguments.wait_ms,
        retry_ms_max: arguments.retry_ms_max,
        verify_every: Duration::from_secs(60 * arguments.verify_every_minutes),
        busy_timeout_ms: arguments.busy_timeout_ms,
        rows_at_once: arguments.rows_at_once,
        held_bytes_max: arguments.held_bytes_max,
    };
    let mirrored = mirror::run(&settings, &arguments.clock())?;
    for dictionary in &mirrored.dictionaries {
        say!("{:<30} {:>9} rows in {}", dictionary.code, dictionary.rows, dictionary.table);
    }
    say!("equal at publication {}", mirrored.publication);
    if arguments.verify && mirrored.healed > 0 {
        let message = format!("{} items were not what they had to be, and are so again: the log names them", mirrored.healed);
        return Err(Error::Operator(message));
    }
    Ok(())
}
