//! How far a long reading is: a bar on a terminal, a plain line every few seconds in a pipe.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::import::{Phase, Step};

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the reading of one file.
pub struct FileProgress {
    bar: Option<ProgressBar>,
    name: String,
    started: Instant,
    line_at: Cell<Instant>,
}

impl FileProgress {
    pub fn new(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("  rows        {msg}   {bar:32} {percent:>3} %   {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let started = Instant::now();
        Self { bar, name: name.to_owned(), started, line_at: Cell::new(started + LINE_EVERY) }
    }

    /// How far an import is.
    pub fn show_step(&self, step: Step) {
        let Step { phase, bytes_done, bytes_total, rows_done } = step;
        let doing = if phase == Phase::Reading { "" } else { phase.name() };
        self.show_doing(doing, bytes_done, bytes_total, rows_done);
    }

    fn show_doing(&self, doing: &str, done: u64, total: u64, rows: u64) {
        let rate = rows as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        match &self.bar {
            Some(bar) => {
                bar.set_length(total);
                bar.set_position(done);
                bar.set_message(format!("{rows} ({rate:.0}/s) {doing}"));
            }
            None if Instant::now() >= self.line_at.get() => {
                self.line_at.set(Instant::now() + LINE_EVERY);
                complain!("{}: {rows} rows read, {} % ({rate:.0} rows/s)", self.name, done * 100 / total.max(1));
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
