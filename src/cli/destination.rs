//! How far a change that came by the command line is to go, and how what became of it is told.

use clap::Args;

use crate::app::change_request::Destination;
use crate::domain::change_request::RequestId;

/// Without any of these the change waits as a draft.
#[derive(Debug, Clone, Copy, Args)]
pub struct DestinationArguments {
    /// Only count what would be added, changed and retired
    #[arg(long, group = "destination")]
    dry_run: bool,
    /// Send the change request to review
    #[arg(long, group = "destination")]
    submit: bool,
    /// Publish at once, where the approval policies of the dictionaries ask for nobody, or nothing is published yet
    #[arg(long, group = "destination")]
    publish: bool,
}

impl DestinationArguments {
    pub fn destination(self) -> Destination {
        match (self.dry_run, self.submit, self.publish) {
            (true, _, _) => Destination::DryRun,
            (_, true, _) => Destination::Review,
            (_, _, true) => Destination::Publish,
            _ => Destination::Draft,
        }
    }

    /// The last line: where the change is now.
    pub fn tell(self, request: Option<RequestId>, publication: Option<i64>) {
        match (request, publication) {
            (Some(request), Some(seq)) => say!("  published as publication {seq} (change request {})", request.0),
            (Some(request), None) if self.submit => say!("  change request {} is sent to review", request.0),
            (Some(request), None) => say!("  change request {} is a draft", request.0),
            (None, _) if self.dry_run => say!("  dry run: nothing was stored"),
            (None, _) => say!("  nothing would change, so there is no change request"),
        }
    }
}
