//! Which rules of a fee are in force on a day, found without looking at all of them. It decides nothing: windows do.

use time::Date;

use crate::model::{RateDateKind, Rule};

/// So few rules are looked at faster than looked up.
const FEW: usize = 8;
/// Rules that share many days would fill the list: it may hold so many places for each rule, else the fee has no timeline.
const PLACES_A_RULE: usize = 16;

/// The rules of a fee by the days on which the set of them changes.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// First day of each stretch, rising, with the rules in force in it, in the order of the file.
    stretches: Vec<(Date, Vec<usize>)>,
    /// Rules that files lodged earlier keep after their end.
    kept: Vec<usize>,
    kinds: Vec<RateDateKind>,
}

impl Timeline {
    /// For a fee with many rules.
    pub(crate) fn new(rules: &[Rule]) -> Option<Self> {
        if rules.len() <= FEW {
            return None;
        }
        let mut days: Vec<Date> =
            rules.iter().flat_map(|rule| [rule.window.from, rule.window.until]).flatten().collect();
        days.push(Date::MIN);
        days.sort_unstable();
        days.dedup();
        let mut stretches: Vec<(Date, Vec<usize>)> =
            days.into_iter().map(|day| (day, Vec::new())).collect();
        let mut places = 0;
        for (at, rule) in rules.iter().enumerate() {
            let first = match rule.window.from {
                Some(from) => stretches.partition_point(|(day, _)| *day < from),
                None => 0,
            };
            let stretch = stretches.iter_mut().skip(first);
            for (_, live) in
                stretch.take_while(|(day, _)| rule.window.until.is_none_or(|until| *day < until))
            {
                places += 1;
                if places > rules.len() * PLACES_A_RULE {
                    return None;
                }
                live.push(at);
            }
        }
        let kept = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.window.keeps_lodged_before.is_some())
            .map(|(at, _)| at)
            .collect();
        let all = [RateDateKind::Lodged, RateDateKind::Decided, RateDateKind::Collected];
        let kinds = all.into_iter().filter(|kind| rules.iter().any(|r| r.rate_date == *kind));
        Some(Self { stretches, kept, kinds: kinds.collect() })
    }

    /// The rules that can be live when each kind of day is this one; a few more may be among them.
    pub(crate) fn candidates<'t>(
        &'t self,
        rules: &'t [Rule],
        day: impl Fn(RateDateKind) -> Date,
    ) -> impl Iterator<Item = &'t Rule> {
        let live = self.kinds.iter().flat_map(move |kind| {
            let day = day(*kind);
            let stretch = self.stretches.partition_point(|(first, _)| *first <= day);
            let places = stretch.checked_sub(1).and_then(|at| self.stretches.get(at));
            let places = places.map_or(&[][..], |(_, places)| places.as_slice());
            let rules = places.iter().filter_map(|at| rules.get(*at));
            // What has its days by another kind stands among that kind's, and what is kept stands below.
            rules.filter(|r| r.rate_date == *kind && r.window.keeps_lodged_before.is_none())
        });
        live.chain(self.kept.iter().filter_map(|at| rules.get(*at)))
    }
}
