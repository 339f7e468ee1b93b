//! What was done for an outcome, for whoever asks why it took so long.

use super::subject::Subject;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub found_by: FoundBy,
    /// How many rows the indexes gave, of those that were looked at for the page or counted.
    pub candidates_count: usize,
    /// How many of them were tested one by one.
    pub tested_count: usize,
    pub total_by: TotalBy,
    pub ordered_by: OrderedBy,
}

/// What gave the candidates; of several that narrow each other the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// Nothing but the date chooses.
    ValidTime,
    Code,
    Hierarchy,
    /// Equal values, or that there are any.
    Values(Subject),
    Range(Subject),
    TextParts(Subject),
    /// Several indexes, by unions and complements.
    Sets,
    Search,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalBy {
    NotWanted,
    Index,
    /// Candidates were tested one by one.
    Walk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderedBy {
    /// Rows lie in the order of codes.
    Code,
    Index,
    Sort,
}
