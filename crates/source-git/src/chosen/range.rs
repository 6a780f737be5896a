//! Which commits are chosen, as the command line and git's hooks say it.

use std::collections::BTreeSet;

use keysieve_finding::ObjectId;

use super::commits::Commits;
use super::revision::Revisions;
use crate::Error;
use crate::layout::Layout;
use crate::object::Kind;
use crate::objects::{Objects, Reader};
use crate::refs::{self, Refs};

/// Which commits are chosen: all that some lead to, without those that others lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Names of commits that lead to what is chosen.
    pub include: Vec<String>,
    /// References whose full name begins so lead to what is chosen, too; an empty text means all references.
    pub include_refs: Vec<String>,
    /// Only so many of the commits, the latest.
    pub limit: Option<usize>,
    /// Names of commits; what they lead to is not chosen.
    pub exclude: Vec<String>,
    /// The same, where they are here at all.
    pub exclude_known: Vec<String>,
    /// References whose full name begins so exclude what they lead to; an empty text means all references.
    pub exclude_refs: Vec<String>,
    /// Whether what all of `include` lead to is left out: of `A...B`.
    pub symmetric: bool,
    /// What a push brings.
    pub updates: Vec<Update>,
    /// Whether a commit whose parents were left out when the repository was cloned is an error, rather than a gap.
    pub unbroken: bool,
    /// Whether everything that stands in a changed file counts, rather than changed lines alone.
    pub whole_files: bool,
}

/// One reference that a push changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its full name.
    pub name: String,
    /// What it led to before, if anything.
    pub old: Option<ObjectId>,
    /// What it will lead to; none if it is deleted.
    pub new: Option<ObjectId>,
}

impl Range {
    /// Reads `A..B`, `A...B`, or the name of a commit. What is left out of the first two means `HEAD`.
    ///
    /// # Errors
    /// What is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        let mut range = Self::default();
        if let Some((one, other)) = text.split_once("...") {
            range.include = vec![or_head(one), or_head(other)];
            range.symmetric = true;
        } else if let Some((from, to)) = text.split_once("..") {
            (range.exclude, range.include) = (vec![or_head(from)], vec![or_head(to)]);
        } else {
            range.include = vec![text.to_owned()];
        }
        let wrong = |name: &String| name.is_empty() || name.contains("..") || name.starts_with('-');
        if range.include.iter().chain(&range.exclude).any(wrong) {
            return Err("expected A..B, which is what B has and A has not".to_owned());
        }
        Ok(range)
    }
}

/// Where a walk begins.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) id: ObjectId,
    /// The name of the reference that leads or will lead to it.
    pub(crate) name: Option<String>,
    /// Whether the name is new, and is looked at itself.
    pub(crate) is_new: bool,
}

/// A range whose names were found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) tips: Vec<Tip>,
    /// Tags that lead to what is chosen.
    pub(crate) tags: Vec<ObjectId>,
    /// References that lead to no commit: the tree or blob behind them.
    pub(crate) others: Vec<(ObjectId, Kind)>,
    pub(crate) commits: Commits,
}

/// Finds what the names of a range lead to.
pub(crate) fn find(layout: &Layout, objects: &Objects, range: &Range) -> Result<Found, Error> {
    let mut revisions = Revisions::new(layout, objects);
    let mut found = Found::default();
    let mut exclude = BTreeSet::new();
    for name in &range.exclude {
        exclude.insert(revisions.commit(name)?);
    }
    exclude.extend(range.exclude_known.iter().filter_map(|name| revisions.commit(name).ok()));
    if !range.exclude_refs.is_empty() || !range.include_refs.is_empty() {
        let all = Refs::of(layout).all;
        for (name, id) in all.iter().filter_map(|(name, id)| Some((name, (*id)?))) {
            let wanted = |list: &[String]| list.iter().any(|start| name.starts_with(start.as_bytes()));
            exclude.extend(wanted(&range.exclude_refs).then_some(id));
            let tip = || Tip { id, name: Some(String::from_utf8_lossy(name).into_owned()), is_new: false };
            found.tips.extend(wanted(&range.include_refs).then(tip));
        }
    }
    for name in &range.include {
        let (id, reference) = revisions.find(name)?;
        let name = reference.filter(|name| name != "HEAD");
        found.tips.push(Tip { id, name, is_new: false });
    }
    for update in &range.updates {
        exclude.extend(update.old);
        let tip = |id| Tip { id, name: Some(update.name.clone()), is_new: update.old.is_none() };
        found.tips.extend(update.new.map(tip));
    }
    let exclude: Vec<ObjectId> = exclude.into_iter().map(|id| revisions.peel(id).0).collect();
    let mut include = Vec::new();
    for tip in &found.tips {
        let (id, kind) = revisions.peel_noting(tip.id, &mut found.tags);
        match kind {
            Some(Kind::Commit) => include.push(id),
            Some(kind) => found.others.push((id, kind)),
            None => return Err(Error::Missing { id: id.to_string() }),
        }
    }
    found.tags.retain(|tag| !exclude.contains(tag));
    found.commits = commits(layout, objects, range, &include, &exclude);
    if let Some(limit) = range.limit {
        found.commits.keep_latest(limit);
    }
    if range.unbroken && !found.commits.cut.is_empty() {
        return Err(Error::Shallow { path: layout.git_dir.display().to_string() });
    }
    Ok(found)
}

fn commits(
    layout: &Layout,
    objects: &Objects,
    range: &Range,
    include: &[ObjectId],
    exclude: &[ObjectId],
) -> Commits {
    let shallow = refs::shallow(layout);
    let mut reader = Reader::new(objects);
    let mut between = |include: &[ObjectId], exclude: &[ObjectId]| {
        Commits::between(&mut reader, &shallow, include, exclude)
    };
    match include {
        [one, other] if range.symmetric => {
            // Neither leads to anything of the other, so the two lists are in order one after the other.
            let mut both = between(&[*one], &[*other]);
            both.append(between(&[*other], &[*one]));
            both
        }
        _ => between(include, exclude),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_for_git() {
        let range =
            |text: &str| Range::parse(text).map(|range| (range.exclude, range.include, range.symmetric));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(range("a..b"), Ok((names(&["a"]), names(&["b"]), false)));
        assert_eq!(range("a.."), Ok((names(&["a"]), names(&["HEAD"]), false)));
        assert_eq!(range("..b"), Ok((names(&["HEAD"]), names(&["b"]), false)));
        assert_eq!(range("a...b"), Ok((names(&[]), names(&["a", "b"]), true)));
        assert_eq!(range("v1"), Ok((names(&[]), names(&["v1"]), false)));
        for wrong in ["", "a..b..c", "--all", "a..--all"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }
}
