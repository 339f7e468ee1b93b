//! How far the writing of a file is: a bar on a terminal, a plain line every few seconds in a pipe.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the writing of one file.
pub struct WritingProgress {
    bar: Option<ProgressBar>,
    name: String,
    line_at: Cell<Instant>,
}

impl WritingProgress {
    pub fn new(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("  written     {pos}   {bar:32} {percent:>3} %   {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, name: name.to_owned(), line_at: Cell::new(Instant::now() + LINE_EVERY) }
    }

    /// Versions passed, versions in all.
    pub fn show(&self, done: u64, total: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            None if Instant::now() >= self.line_at.get() => {
                self.line_at.set(Instant::now() + LINE_EVERY);
                complain!("{}: {} % written", self.name, done * 100 / total.max(1));
            }
            None => {}
        }
    }

    /// Takes the bar away, so that results stand alone.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
