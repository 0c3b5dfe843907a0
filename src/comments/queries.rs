//! SQL queries for comments.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::comment::{Comment, CommentId, CommentStatus, LISTING};
use super::queue::{CommentedArticle, QUEUE};
use super::record::ModerationRecord;
use crate::articles::{ArticleId, lock_comments, published};
use crate::authors::Author as AuthorProfile;
use crate::db::columns::like;
use crate::db::{Backend, Conn, Id, Key, Op, PageOf, PageQuery, Predicate, Timestamp, in_list, keyset, on_engine};
use crate::error::Result;
use crate::schema::{article_authors, articles, authors, comment_moderation, comments, publications, users};
use crate::users::{Caller, User};

/// The maximum number of replies that are embedded beneath a comment.
pub(super) const EMBEDDED: usize = 3;

/// The facts about a published article that matter for comments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commentable {
    pub(super) id: ArticleId,
    pub(super) comments_open: bool,
    pub(super) published_at: Timestamp,
}

/// Returns the published article with an id or slug.
pub(super) fn article_of(conn: &mut Conn, name: &str) -> Result<Commentable> {
    let publication = published(conn, name)?;
    Ok(Commentable { id: publication.id, comments_open: publication.content.comments_open, published_at: publication.published_at })
}

/// Locks the comments of a comment's article until the transaction ends. Does nothing if the comment does not exist.
pub(super) fn lock_thread(conn: &mut Conn, id: &str) -> Result<()> {
    id.parse().map_or(Ok(()), |id| lock_threads(conn, &[id]))
}

/// Locks the comments of the articles of many comments until the transaction ends. Locks are taken in the order of the
/// article ids, so that transactions cannot deadlock.
pub(super) fn lock_threads(conn: &mut Conn, ids: &[CommentId]) -> Result<()> {
    let rows = comments::table.filter(in_list(comments::id, ids)).select(comments::article_id);
    let articles: BTreeSet<ArticleId> = rows.load(conn)?.into_iter().collect();
    articles.into_iter().try_for_each(|article| lock_comments(conn, article))
}

/// Returns one page of an article's top-level comments. The comment `without` is counted but not returned.
pub(super) fn page(conn: &mut Conn, article: ArticleId, query: &PageQuery, without: Option<CommentId>) -> Result<PageOf<Comment>> {
    let shown = || comments::table.filter(comments::article_id.eq(article)).filter(comments::depth.eq(0)).filter(comments::shown.eq(true));
    let mut rows = shown().select(Comment::as_select()).into_boxed::<Backend>();
    if let Some(without) = without {
        rows = rows.filter(comments::id.ne(without));
    }
    Ok(keyset!(conn, LISTING, query, rows, shown().into_boxed::<Backend>()))
}

/// Returns the pinned comment of an article, if it is public.
pub(super) fn pinned(conn: &mut Conn, article: ArticleId) -> Result<Option<Comment>> {
    let pinned = comments::table.filter(comments::article_id.eq(article)).filter(comments::pinned.eq(true));
    Ok(pinned.filter(comments::shown.eq(true)).select(Comment::as_select()).first(conn).optional()?)
}

/// Unpins the pinned comment of an article.
pub(super) fn unpin(conn: &mut Conn, article: ArticleId) -> Result<()> {
    let pinned = comments::table.filter(comments::article_id.eq(article)).filter(comments::pinned.eq(true));
    diesel::update(pinned).set((comments::pinned.eq(false), comments::version.eq(comments::version + 1))).execute(conn)?;
    Ok(())
}

/// Returns one page of the replies to a comment.
pub(super) fn page_of_replies(conn: &mut Conn, parent: CommentId, query: &PageQuery) -> Result<PageOf<Comment>> {
    let shown = || comments::table.filter(comments::parent_id.eq(parent)).filter(comments::shown.eq(true));
    let rows = shown().select(Comment::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, shown().into_boxed::<Backend>()))
}

/// The ids of the first three replies to a comment.
type FirstThree = (Option<CommentId>, Option<CommentId>, Option<CommentId>);

/// Returns the first three replies to each of these comments. Two statements are enough, and no further replies are loaded.
pub(super) fn first_replies(conn: &mut Conn, parents: &[CommentId]) -> Result<Vec<Comment>> {
    let reply = diesel::alias!(comments as reply);
    let nth = |offset: i64| {
        reply
            .filter(reply.field(comments::parent_id).eq(comments::id.nullable()))
            .filter(reply.field(comments::shown).eq(true))
            .order((reply.field(comments::created_at).asc(), reply.field(comments::id).asc()))
            .select(reply.field(comments::id))
            .limit(1)
            .offset(offset)
            .single_value()
    };
    let first: Vec<FirstThree> = comments::table.filter(in_list(comments::id, parents)).select((nth(0), nth(1), nth(2))).load(conn)?;
    let ids: Vec<CommentId> = first.into_iter().flat_map(|(a, b, c)| [a, b, c]).flatten().collect();
    let order = (comments::created_at.asc(), comments::id.asc());
    Ok(comments::table.filter(in_list(comments::id, ids)).order(order).select(Comment::as_select()).load(conn)?)
}

/// Returns one page of the queue. If `only` names a caller, the queue has only the comments on the caller's own articles.
pub(super) fn queue<R>(conn: &mut Conn, only: Option<&Caller<R>>, query: &PageQuery) -> Result<PageOf<Comment>> {
    let mut rows = comments::table.select(Comment::as_select()).into_boxed::<Backend>();
    let mut count = comments::table.into_boxed::<Backend>();
    if let Some(caller) = only {
        rows = rows.filter(on_own_article(caller));
        count = count.filter(on_own_article(caller));
    }
    Ok(keyset!(conn, QUEUE, query, rows, count))
}

fn on_own_article<R>(caller: &Caller<R>) -> Predicate<comments::table> {
    let created = articles::table.filter(articles::created_by.eq(caller.user)).select(articles::id);
    let signed = article_authors::table.filter(article_authors::author_id.nullable().eq(caller.author)).select(article_authors::article_id);
    Box::new(comments::article_id.eq_any(created).or(comments::article_id.eq_any(signed)))
}

/// Returns the articles among these that the caller created or signs.
pub(super) fn own_articles<R>(conn: &mut Conn, caller: &Caller<R>, ids: &[ArticleId]) -> Result<BTreeSet<ArticleId>> {
    let created = articles::table.filter(in_list(articles::id, ids)).filter(articles::created_by.eq(caller.user));
    let mut own: BTreeSet<ArticleId> = created.select(articles::id).load(conn)?.into_iter().collect();
    if let Some(author) = caller.author {
        let signed = article_authors::table
            .filter(in_list(article_authors::article_id, ids))
            .filter(article_authors::author_id.eq(author))
            .select(article_authors::article_id);
        own.extend(signed.load::<ArticleId>(conn)?);
    }
    Ok(own)
}

/// Builds the filter by article. Its values are ids or slugs.
pub(super) fn article_is(op: Op, keys: &[Key]) -> Predicate<comments::table> {
    let names = || keys.iter().map(Key::text).collect::<Vec<_>>();
    let ids = articles::table.filter(articles::id.eq_any(names()).or(articles::slug.eq_any(names()))).select(articles::id);
    match op {
        Op::Ne | Op::Nin => Box::new(comments::article_id.ne_all(ids)),
        _ => Box::new(comments::article_id.eq_any(ids)),
    }
}

/// Builds the filter by spam score. The record is looked up for each comment, so that a page is full before all records are read.
pub(super) fn scores(op: Op, keys: &[Key]) -> Predicate<comments::table> {
    let own = comment_moderation::table.filter(comment_moderation::comment_id.eq(comments::id));
    let score = own.select(comment_moderation::spam_score).single_value().assume_not_null();
    let bound = i32::try_from(keys.first().map_or(0, Key::int)).unwrap_or(i32::MAX);
    match op {
        Op::Lt => Box::new(score.lt(bound)),
        Op::Lte => Box::new(score.le(bound)),
        Op::Gt => Box::new(score.gt(bound)),
        Op::Gte => Box::new(score.ge(bound)),
        _ => Box::new(score.eq(bound)),
    }
}

/// Builds the filter by the IP address that sent the comment. For a whole IP address, the index finds its few comments.
pub(super) fn sent_from(op: Op, keys: &[Key]) -> Predicate<comments::table> {
    let own = comment_moderation::table.filter(comment_moderation::comment_id.eq(comments::id));
    let address = || own.select(comment_moderation::address).single_value();
    match (op, keys.first()) {
        (Op::Exists, Some(key)) if key.truth() => Box::new(address().is_not_null()),
        (Op::Exists, _) => Box::new(address().is_null()),
        (Op::Contains | Op::StartsWith | Op::EndsWith, Some(key)) => {
            let alike = address().assume_not_null().like(like(op, key)).escape('\\');
            Box::new(address().is_not_null().and(alike))
        }
        (_, key) => {
            let from = comment_moderation::table.filter(comment_moderation::address.eq(key.map(Key::text)));
            Box::new(comments::id.eq_any(from.select(comment_moderation::comment_id)))
        }
    }
}

/// Returns the moderation record of a comment.
pub(super) fn record(conn: &mut Conn, id: CommentId) -> Result<ModerationRecord> {
    let own = comment_moderation::table.filter(comment_moderation::comment_id.eq(id));
    Ok(own.select(ModerationRecord::as_select()).first(conn)?)
}

/// Returns the moderation records of some comments.
pub(super) fn records(conn: &mut Conn, ids: &[CommentId]) -> Result<HashMap<CommentId, ModerationRecord>> {
    let some = comment_moderation::table.filter(in_list(comment_moderation::comment_id, ids));
    let rows: Vec<ModerationRecord> = some.select(ModerationRecord::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.comment_id, row)).collect())
}

/// Returns a comment, whatever its status.
pub(super) fn look_up(conn: &mut Conn, id: CommentId) -> Result<Option<Comment>> {
    Ok(comments::table.filter(comments::id.eq(id)).select(Comment::as_select()).first(conn).optional()?)
}

/// Returns some comments, by id.
pub(super) fn by_ids(conn: &mut Conn, ids: &[CommentId]) -> Result<HashMap<CommentId, Comment>> {
    let rows: Vec<Comment> = comments::table.filter(in_list(comments::id, ids)).select(Comment::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Returns a public comment of an article.
pub(super) fn shown_comment(conn: &mut Conn, article: ArticleId, id: CommentId) -> Result<Option<Comment>> {
    let found = comments::table
        .filter(comments::id.eq(id))
        .filter(comments::article_id.eq(article))
        .filter(comments::shown.eq(true))
        .select(Comment::as_select());
    Ok(found.first(conn).optional()?)
}

/// Returns articles for the queue: the published version or, if there is none, the working copy.
pub(super) fn article_cards(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, CommentedArticle>> {
    let working = articles::table.filter(in_list(articles::id, ids)).select((articles::id, articles::slug, articles::title));
    let published =
        publications::table.filter(in_list(publications::id, ids)).select((publications::id, publications::slug, publications::title));
    let mut rows: Vec<(ArticleId, String, String)> = working.load(conn)?;
    rows.extend(published.load::<(ArticleId, String, String)>(conn)?);
    Ok(rows.into_iter().map(|(id, slug, title)| (id, CommentedArticle { id, slug, title })).collect())
}

/// Checks whether a guest with this email address has an approved comment.
pub(super) fn is_trusted(conn: &mut Conn, email: &str) -> Result<bool> {
    let approved = comments::table
        .filter(comments::author_email.eq(email))
        .filter(comments::status.eq(CommentStatus::Approved))
        .filter(comments::is_staff.eq(false));
    let one = on_engine!(conn, conn => approved.select(comments::id).first::<CommentId>(conn).optional())?;
    Ok(one.is_some())
}

/// Returns the name and the email address that a member of staff comments under. The name of an author
/// profile takes precedence over the name of the account.
pub(super) fn signature(conn: &mut Conn, user: Id<User>, profile: Option<Id<AuthorProfile>>) -> Result<(String, String)> {
    let (name, email): (String, String) = users::table.filter(users::id.eq(user)).select((users::name, users::email)).first(conn)?;
    let signed = match profile {
        Some(profile) => authors::table.filter(authors::id.eq(profile)).select(authors::name).first(conn).optional()?,
        None => None,
    };
    Ok((signed.unwrap_or(name), email))
}

/// Stores a new comment with its moderation record.
pub(super) fn insert(conn: &mut Conn, comment: &Comment, record: &ModerationRecord) -> Result<()> {
    on_engine!(conn, conn => diesel::insert_into(comments::table).values(comment).execute(conn))?;
    on_engine!(conn, conn => diesel::insert_into(comment_moderation::table).values(record).execute(conn))?;
    Ok(())
}

/// Stores a changed comment, except its visibility and counters.
pub(super) fn update(conn: &mut Conn, comment: &Comment) -> Result<()> {
    diesel::update(comments::table.filter(comments::id.eq(comment.id)))
        .set((
            comments::markdown.eq(&comment.markdown),
            comments::html.eq(&comment.html),
            comments::text.eq(&comment.text),
            comments::status.eq(comment.status),
            comments::version.eq(comment.version),
            comments::edited_at.eq(comment.edited_at),
            comments::pinned.eq(comment.pinned),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores the changed spam score of a comment, with its signs and the hash of the text.
pub(super) fn update_score(conn: &mut Conn, record: &ModerationRecord) -> Result<()> {
    diesel::update(comment_moderation::table.filter(comment_moderation::comment_id.eq(record.comment_id)))
        .set((
            comment_moderation::spam_score.eq(record.spam_score),
            comment_moderation::spam_signs.eq(&record.spam_signs),
            comment_moderation::text_hash.eq(&record.text_hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores the reason for a decision on some comments; `None` deletes an earlier reason.
pub(super) fn update_reason(conn: &mut Conn, ids: &[CommentId], reason: Option<&str>) -> Result<()> {
    diesel::update(comment_moderation::table.filter(in_list(comment_moderation::comment_id, ids)))
        .set(comment_moderation::decision_reason.eq(reason))
        .execute(conn)?;
    Ok(())
}

/// Checks whether a comment has replies, whatever their status.
pub(super) fn has_replies(conn: &mut Conn, id: CommentId) -> Result<bool> {
    let reply = comments::table.filter(comments::parent_id.eq(id)).select(comments::id);
    Ok(reply.first::<CommentId>(conn).optional()?.is_some())
}

/// Checks whether a comment was erased.
pub(super) fn is_erased(conn: &mut Conn, id: &str) -> Result<bool> {
    let Ok(id) = id.parse::<CommentId>() else { return Ok(false) };
    Ok(look_up(conn, id)?.is_some_and(|comment| comment.erased))
}

/// Returns the comments among these that are erased or do not exist.
pub(crate) fn deleted(conn: &mut Conn, ids: &[CommentId]) -> Result<Vec<CommentId>> {
    let kept = comments::table.filter(in_list(comments::id, ids)).filter(comments::erased.eq(false));
    let kept: BTreeSet<CommentId> = kept.select(comments::id).load(conn)?.into_iter().collect();
    Ok(ids.iter().copied().filter(|id| !kept.contains(id)).collect())
}

/// Deletes a comment and all replies to it.
pub(super) fn delete(conn: &mut Conn, id: CommentId) -> Result<()> {
    diesel::delete(comments::table.filter(comments::id.eq(id))).execute(conn)?;
    Ok(())
}

/// `COALESCE` hides the status from SQLite's planner, which would otherwise scan all approved comments at each level.
const SHOW: &str = "UPDATE comments SET shown = TRUE WHERE id IN (
    WITH RECURSIVE thread (id) AS (
        SELECT id FROM comments WHERE id = $1
        UNION ALL SELECT reply.id FROM comments reply JOIN thread ON reply.parent_id = thread.id
        WHERE COALESCE(reply.status, '') = 'approved'
    ) SELECT id FROM thread)";

const HIDE: &str = "UPDATE comments SET shown = FALSE WHERE id IN (
    WITH RECURSIVE thread (id) AS (
        SELECT id FROM comments WHERE id = $1 AND shown
        UNION ALL SELECT reply.id FROM comments reply JOIN thread ON reply.parent_id = thread.id WHERE reply.shown
    ) SELECT id FROM thread)";

/// Shows an approved comment with all approved replies beneath it, or hides it with all of them. Returns the number
/// of changed comments.
pub(super) fn set_shown(conn: &mut Conn, comment: &Comment, shown: bool) -> Result<usize> {
    let changed = diesel::sql_query(if shown { SHOW } else { HIDE }).bind::<Text, _>(comment.id).execute(conn)?;
    let count = i32::try_from(changed).unwrap_or(i32::MAX);
    let change = if shown { count } else { -count };
    if change != 0 {
        count_shown(conn, comment.article_id, change)?;
    }
    Ok(changed)
}

/// Adds a change to the number of public comments of an article.
pub(super) fn count_shown(conn: &mut Conn, article: ArticleId, change: i32) -> Result<()> {
    on_engine!(conn, conn => {
        diesel::update(articles::table.filter(articles::id.eq(article)))
            .set(articles::comment_count.eq(articles::comment_count + change))
            .execute(conn)
    })?;
    on_engine!(conn, conn => {
        diesel::update(publications::table.filter(publications::id.eq(article)))
            .set(publications::comment_count.eq(publications::comment_count + change))
            .execute(conn)
    })?;
    Ok(())
}

/// Adds a change to the number of approved replies to a comment.
pub(super) fn count_reply(conn: &mut Conn, parent: CommentId, change: i32) -> Result<()> {
    diesel::update(comments::table.filter(comments::id.eq(parent)))
        .set(comments::reply_count.eq(comments::reply_count + change))
        .execute(conn)?;
    Ok(())
}
