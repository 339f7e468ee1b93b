//! Who is to be asked about a value: for each attribute of an item at one point of both times, the publication that made the value what
//! it is, and the day since when it holds. It knows numbers of publications; their requests and people are the caller's to find.

use super::item::{Content, Stretch};
use super::text::ItemCode;
use super::validity::Date;
use super::value::Value;

/// A version as it stands in an item's history.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    pub stretch: &'a Stretch,
    pub published_seq: i64,
    /// Absent while it is what is known.
    pub superseded_seq: Option<i64>,
}

/// What a blame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blamed {
    Parent,
    /// The position of the attribute.
    Attribute(usize),
}

/// One value and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blame {
    pub subject: Blamed,
    /// The publication since which this value was known of the day without a break.
    pub published_seq: i64,
    /// The first day in the world on which it holds without a break; absent: since ever.
    pub since: Option<Date>,
}

#[derive(PartialEq)]
enum Said<'a> {
    Parent(&'a ItemCode),
    Value(&'a Value),
}

fn said(content: &Content, subject: Blamed) -> Option<Said<'_>> {
    match subject {
        Blamed::Parent => content.parent.as_ref().map(Said::Parent),
        Blamed::Attribute(position) => content.values.get(position)?.as_ref().map(Said::Value),
    }
}

/// The origin of every value that holds on a day, and of every absence of one that once was there, by the history of the item up to
/// the publication that is looked from: the parent first, then the attributes in their order. Empty when the item does not hold then.
pub fn blame(history: &[Recorded<'_>], on: Date) -> Vec<Blame> {
    let mut of_day: Vec<&Recorded<'_>> = history.iter().filter(|recorded| recorded.stretch.validity.contains(on)).collect();
    of_day.sort_by_key(|recorded| recorded.published_seq);
    let Some(known) = of_day.last().filter(|recorded| recorded.superseded_seq.is_none()) else { return Vec::new() };
    let mut timeline: Vec<&Stretch> =
        history.iter().filter(|recorded| recorded.superseded_seq.is_none()).map(|recorded| recorded.stretch).collect();
    timeline.sort_by_key(|stretch| stretch.validity.start_key());
    let attributes = (0..known.stretch.content.values.len()).map(Blamed::Attribute);
    let subjects = std::iter::once(Blamed::Parent).chain(attributes);
    let was_ever_said = |subject: &Blamed| of_day.iter().any(|recorded| said(&recorded.stretch.content, *subject).is_some());
    let blame = |subject| Blame { subject, published_seq: known_since(&of_day, subject), since: holds_since(&timeline, on, subject) };
    subjects.filter(was_ever_said).map(blame).collect()
}

/// Goes back through what was known of the day, as long as the same was said and nothing was missing in between.
fn known_since(of_day: &[&Recorded<'_>], subject: Blamed) -> i64 {
    let mut later = of_day.iter().rev();
    let Some(mut since) = later.next() else { return 0 };
    for earlier in later {
        let is_same = said(&earlier.stretch.content, subject) == said(&since.stretch.content, subject);
        if !is_same || earlier.superseded_seq != Some(since.published_seq) {
            break;
        }
        since = earlier;
    }
    since.published_seq
}

/// Goes back through what is known, as long as it adjoins and says the same.
fn holds_since(timeline: &[&Stretch], on: Date, subject: Blamed) -> Option<Date> {
    let at = timeline.iter().position(|stretch| stretch.validity.contains(on))?;
    let mut first = timeline[at];
    for earlier in timeline[..at].iter().rev() {
        if !earlier.validity.meets(first.validity) || said(&earlier.content, subject) != said(&first.content, subject) {
            break;
        }
        first = earlier;
    }
    first.validity.from()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::validity::Validity;

    fn day(number: i8) -> Date {
        Date::constant(2024, 3, number)
    }

    fn stretch(from: Option<i8>, to: Option<i8>, parent: Option<&str>, values: [Option<i64>; 2]) -> Stretch {
        let validity = Validity::new(from.map(day), to.map(day)).unwrap();
        let values = values.map(|value| value.map(Value::Integer));
        Stretch { validity, content: Content { parent: parent.map(ItemCode::new), values: values.into() }, retirement: None }
    }

    fn told(history: &[(Stretch, i64, Option<i64>)], on: Date) -> Vec<String> {
        let recorded =
            |(stretch, published_seq, superseded_seq): &'_ (Stretch, i64, Option<i64>)| (stretch.clone(), *published_seq, *superseded_seq);
        let owned: Vec<_> = history.iter().map(recorded).collect();
        let history: Vec<Recorded<'_>> = owned
            .iter()
            .map(|(stretch, published_seq, superseded_seq)| Recorded {
                stretch,
                published_seq: *published_seq,
                superseded_seq: *superseded_seq,
            })
            .collect();
        let since = |since: Option<Date>| since.map_or_else(|| "ever".to_owned(), |date| date.day().to_string());
        blame(&history, on)
            .iter()
            .map(|blame| format!("{:?} by {} since {}", blame.subject, blame.published_seq, since(blame.since)))
            .collect()
    }

    #[test]
    fn each_value_is_blamed_on_the_publication_that_last_changed_it() {
        let history = [
            (stretch(None, None, Some("p"), [Some(1), Some(1)]), 1, Some(2)),
            // Publication 2 changes the second value from the 10th on, publication 3 the first one from the 20th on.
            (stretch(None, Some(10), Some("p"), [Some(1), Some(1)]), 2, None),
            (stretch(Some(10), None, Some("p"), [Some(1), Some(2)]), 2, Some(3)),
            (stretch(Some(10), Some(20), Some("p"), [Some(1), Some(2)]), 3, None),
            (stretch(Some(20), None, None, [Some(3), Some(2)]), 3, None),
        ];
        assert_eq!(told(&history, day(5)), ["Parent by 1 since ever", "Attribute(0) by 1 since ever", "Attribute(1) by 1 since ever"]);
        assert_eq!(told(&history, day(15)), ["Parent by 1 since ever", "Attribute(0) by 1 since ever", "Attribute(1) by 2 since 10"]);
        let later = ["Parent by 3 since 20", "Attribute(0) by 3 since 20", "Attribute(1) by 2 since 10"];
        assert_eq!(told(&history, day(25)), later, "that a value was taken away has an author, too");
    }

    #[test]
    fn a_value_that_went_and_came_back_is_of_who_brought_it_back() {
        let there_and_back = [
            (stretch(None, None, None, [Some(1), None]), 1, Some(2)),
            (stretch(None, None, None, [Some(2), None]), 2, Some(3)),
            (stretch(None, None, None, [Some(1), None]), 3, None),
        ];
        assert_eq!(told(&there_and_back, day(1)), ["Attribute(0) by 3 since ever"], "what was never filled has no author");
        let annulled_and_restored =
            [(stretch(None, None, None, [Some(1), None]), 1, Some(2)), (stretch(None, None, None, [Some(1), None]), 4, None)];
        assert_eq!(told(&annulled_and_restored, day(1)), ["Attribute(0) by 4 since ever"]);
        assert_eq!(told(&annulled_and_restored[..1], day(1)), [""; 0], "it is not there");
    }

    #[test]
    fn a_gap_in_valid_time_begins_anew() {
        let history =
            [(stretch(Some(1), Some(5), None, [Some(1), None]), 1, None), (stretch(Some(6), None, None, [Some(1), None]), 1, None)];
        assert_eq!(told(&history, day(8)), ["Attribute(0) by 1 since 6"]);
        assert_eq!(told(&history, day(5)), [""; 0]);
    }
}
