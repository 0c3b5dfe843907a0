//! The model: the result of each step, who may take it, and what readers get afterwards.

use std::collections::BTreeSet;

use crate::support::Role;

/// Only a few slugs, so that they collide.
pub(super) const SLUGS: [&str; 5] = ["trams", "buses", "ferries", "bridges", "tunnels"];

/// The maximum number of articles.
pub(super) const ARTICLES: usize = 4;

/// An action of a user on one of the articles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) who: Role,
    pub(super) article: usize,
    /// The version that the user sends: none, the current one or an old one.
    pub(super) seen: Seen,
    pub(super) act: Act,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    Current,
    Old,
}

/// Revisions are counted back from the latest; times are in seconds from now, ends in seconds from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Create { slug: usize },
    Save { publish: bool },
    Rename { slug: usize },
    Revert { back: usize },
    Submit,
    Return,
    Publish { back: usize, until: Option<i64> },
    Schedule { back: usize, at: i64, until: Option<i64> },
    Withdraw,
    Trash,
    Restore,
    Erase,
    Wait { seconds: i64, watched: bool },
}

/// The content of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Save {
    pub(super) slug: &'static str,
    pub(super) dek: String,
}

/// A scheduled publication: its revision, time and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) at: i64,
    pub(super) until: Option<i64>,
    pub(super) save: usize,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Article {
    pub(super) id: String,
    pub(super) owner: Option<Role>,
    pub(super) saves: Vec<Save>,
    /// The public revision.
    pub(super) public: Option<usize>,
    pub(super) ends: Option<i64>,
    pub(super) plan: Option<Plan>,
    pub(super) review: Option<Role>,
    pub(super) trashed: bool,
    pub(super) erased: bool,
    /// All slugs under which the article was ever public.
    pub(super) addresses: BTreeSet<&'static str>,
    pub(super) first_public: Option<i64>,
    /// The events and their users; each event raises the version.
    pub(super) events: Vec<(&'static str, Option<Role>)>,
}

impl Article {
    pub(super) fn last(&self) -> usize {
        self.saves.len() - 1
    }

    pub(super) fn status(&self) -> &'static str {
        match (self.trashed, self.public, self.plan) {
            (true, ..) => "trashed",
            (_, Some(_), _) => "published",
            (_, None, Some(_)) => "scheduled",
            _ => "draft",
        }
    }

    /// Checks whether no other article can have a slug.
    fn holds(&self, slug: &str) -> bool {
        let planned = self.plan.is_some_and(|plan| self.saves[plan.save].slug == slug);
        self.addresses.contains(slug) || !self.erased && (planned || self.saves[self.last()].slug == slug)
    }

    pub(super) fn tell(&mut self, kind: &'static str, who: Option<Role>) {
        self.events.push((kind, who));
    }

    /// Returns the revision that an action is about.
    fn chosen(&self, act: Act) -> usize {
        match act {
            Act::Revert { back } | Act::Publish { back, .. } | Act::Schedule { back, .. } => self.last() - back % self.saves.len(),
            _ => self.last(),
        }
    }

    /// Applies an action, apart from saving. Nothing changes if it was already done.
    fn step(&mut self, act: Act, chosen: usize, who: Role, now: i64) {
        let kind = match act {
            Act::Save { publish: true } => {
                let until = if self.public.is_some() { self.ends } else { self.plan.and_then(|plan| plan.until) };
                return self.show(self.last(), until, now, Some(who));
            }
            Act::Publish { until, .. } => {
                let until = until.map(|seconds| now + seconds * 1000);
                let same = self.public == Some(chosen) && self.plan.is_none() && self.review.is_none();
                if !same {
                    return self.show(chosen, until, now, Some(who));
                }
                (std::mem::replace(&mut self.ends, until) != until).then_some("article.end_changed")
            }
            Act::Schedule { at, until, .. } => {
                let at = now + at * 1000;
                let plan = Plan { at, until: until.map(|seconds| at + seconds * 1000), save: chosen };
                let waited = self.review.take().is_some();
                (self.plan.replace(plan) != Some(plan) || waited).then_some("article.scheduled")
            }
            Act::Submit => self.review.replace(self.review.unwrap_or(who)).is_none().then_some("article.submitted"),
            Act::Return => self.review.take().map(|_| "article.returned"),
            Act::Withdraw if self.plan.is_some() => self.plan.take().map(|_| "article.unscheduled"),
            Act::Withdraw => {
                self.ends = None;
                self.public.take().map(|_| "article.unpublished")
            }
            Act::Trash => {
                (self.public, self.ends, self.plan, self.review) = (None, None, None, None);
                (!std::mem::replace(&mut self.trashed, true)).then_some("article.trashed")
            }
            Act::Restore => std::mem::take(&mut self.trashed).then_some("article.restored"),
            Act::Erase => {
                (self.public, self.ends, self.plan, self.erased) = (None, None, None, true);
                Some("article.erased")
            }
            _ => None,
        };
        if let Some(kind) = kind {
            self.tell(kind, Some(who));
        }
    }

    fn show(&mut self, save: usize, until: Option<i64>, since: i64, who: Option<Role>) {
        (self.public, self.ends, self.plan, self.review) = (Some(save), until, None, None);
        self.addresses.insert(self.saves[save].slug);
        self.first_public.get_or_insert(since);
        self.tell("article.published", who);
    }

    /// Applies what is due: schedules before ends; a publication whose end has passed does not begin.
    pub(super) fn settle(&mut self, now: i64) {
        match self.plan.filter(|plan| plan.at <= now) {
            Some(plan) if plan.until.is_some_and(|until| until <= now) => {
                self.plan = None;
                self.tell("article.publication_failed", None);
                if self.public.is_some() {
                    self.end();
                }
            }
            Some(plan) => self.show(plan.save, plan.until, plan.at, None),
            None if self.ends.is_some_and(|end| end <= now) => self.end(),
            None => {}
        }
    }

    fn end(&mut self) {
        (self.public, self.ends) = (None, None);
        self.tell("article.ended", None);
    }
}

/// The model of all articles.
#[derive(Default)]
pub(super) struct Newsroom {
    pub(super) now: i64,
    pub(super) articles: Vec<Article>,
}

impl Newsroom {
    pub(super) fn taken(&self, slug: &str, own: usize) -> bool {
        self.articles.iter().enumerate().any(|(index, article)| index != own && article.holds(slug))
    }

    /// Applies a step and returns the expected status.
    pub(super) fn take(&mut self, step: Step, index: usize) -> u16 {
        let Step { who, seen, act, .. } = step;
        let publishes = matches!(act, Act::Publish { .. } | Act::Schedule { .. } | Act::Withdraw);
        if act == Act::Erase && who != Role::Admin || publishes && who == Role::Contributor {
            return 403;
        }
        let article = &self.articles[index];
        if article.erased {
            return if matches!(act, Act::Trash | Act::Erase) { 204 } else { 404 };
        }
        let edits_all = matches!(who, Role::Editor | Role::Admin);
        let live = article.public.is_some() || article.plan.is_some();
        let drafting = matches!(act, Act::Save { .. } | Act::Rename { .. } | Act::Revert { .. } | Act::Submit | Act::Trash);
        let too_much = who == Role::Contributor && drafting && (live || act == Act::Save { publish: true });
        let anothers = act == Act::Return && article.review.is_some_and(|by| by != who);
        if !edits_all && (article.owner != Some(who) || anothers) || too_much {
            return 403;
        }
        if seen == Seen::Old && act != Act::Restore {
            return 412;
        }
        self.happen(who, act, index)
    }

    /// Applies the action of a user who may do it, if the state permits it and the slug is free.
    fn happen(&mut self, who: Role, act: Act, index: usize) -> u16 {
        let article = &self.articles[index];
        let (last, chosen) = (&article.saves[article.last()], article.chosen(act));
        let old = &article.saves[chosen];
        let legal = match act {
            Act::Restore => article.trashed,
            Act::Submit => !article.trashed && article.status() != "scheduled",
            Act::Trash | Act::Erase => true,
            _ => !article.trashed,
        };
        let taken = match act {
            Act::Rename { slug } => self.taken(SLUGS[slug], index),
            Act::Publish { .. } | Act::Schedule { .. } => self.taken(old.slug, index),
            _ => false,
        };
        if !legal || taken {
            return 409;
        }
        let save = match act {
            Act::Save { .. } => Save { slug: last.slug, dek: dek(index, article.saves.len()) },
            Act::Rename { slug } => Save { slug: SLUGS[slug], dek: last.dek.clone() },
            // A slug that another article has taken is not restored.
            Act::Revert { .. } => Save { slug: if self.taken(old.slug, index) { last.slug } else { old.slug }, dek: old.dek.clone() },
            _ => last.clone(),
        };
        let now = self.now;
        let article = &mut self.articles[index];
        if save != article.saves[article.last()] {
            article.saves.push(save);
            article.tell(if matches!(act, Act::Revert { .. }) { "article.reverted" } else { "article.saved" }, Some(who));
        }
        article.step(act, chosen, who, now);
        if matches!(act, Act::Return | Act::Withdraw | Act::Trash | Act::Erase) { 204 } else { 200 }
    }

    /// Returns what readers get for a slug: the status, and the text or the current slug.
    pub(super) fn at(&self, slug: &str) -> (u16, Option<&str>) {
        for article in &self.articles {
            if let Some(save) = article.public.map(|number| &article.saves[number])
                && article.addresses.contains(slug)
            {
                return if save.slug == slug { (200, Some(&save.dek)) } else { (308, Some(save.slug)) };
            }
        }
        (if self.articles.iter().any(|article| article.addresses.contains(slug)) { 410 } else { 404 }, None)
    }
}

/// Returns a text that is different for every revision.
pub(super) fn dek(article: usize, save: usize) -> String {
    format!("Save {save} of article {article}.")
}
