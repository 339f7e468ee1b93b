//! A consumer's copy: tables of its own that are kept equal to dictionaries of another service by its feed.
//! It sees that service by its public doors only, as any consumer does.
