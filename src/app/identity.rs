//! What a caller presents to say who they are.

/// The secrets as they came, none of them checked.
#[derive(Clone, Default)]
pub struct Presented {
    /// Of the cookie of a session.
    pub session: Option<String>,
    /// Of the header `Authorization: Bearer`.
    pub bearer: Option<String>,
}
