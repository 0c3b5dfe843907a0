//! The kinds of events, in the terms of the audit log.

use crate::db::text_enum;

text_enum! {
    /// The kind of an event: the kind of the changed resource, and the change.
    pub(crate) enum EventKind {
        /// An article was created.
        ArticleCreated = "article.created",
        /// A working copy was saved.
        ArticleSaved = "article.saved",
        /// An article was submitted for review.
        ArticleSubmitted = "article.submitted",
        /// A submitted article was returned to its author.
        ArticleReturned = "article.returned",
        /// A publication was planned.
        ArticleScheduled = "article.scheduled",
        /// A planned publication was cancelled.
        ArticleUnscheduled = "article.unscheduled",
        /// An article was published.
        ArticlePublished = "article.published",
        /// A planned publication was not possible.
        ArticlePublicationFailed = "article.publication_failed",
        /// The end time of a publication was changed.
        ArticleEndChanged = "article.end_changed",
        /// The publication of an article ended at its planned time.
        ArticleEnded = "article.ended",
        /// An article was unpublished.
        ArticleUnpublished = "article.unpublished",
        /// An article was moved to the trash.
        ArticleTrashed = "article.trashed",
        /// An article was taken out of the trash.
        ArticleRestored = "article.restored",
        /// An article was deleted forever.
        ArticleErased = "article.erased",
        /// A working copy was reverted to an earlier revision.
        ArticleReverted = "article.reverted",
        /// A preview was created.
        PreviewCreated = "preview.created",
        /// A preview was revoked.
        PreviewRevoked = "preview.revoked",
        /// An author was created.
        AuthorCreated = "author.created",
        /// An author was changed.
        AuthorRevised = "author.revised",
        /// An author was deleted.
        AuthorDeleted = "author.deleted",
        /// A section was created.
        SectionCreated = "section.created",
        /// A section was changed.
        SectionRevised = "section.revised",
        /// A section was merged into another.
        SectionMerged = "section.merged",
        /// A section was deleted.
        SectionDeleted = "section.deleted",
        /// A tag was created.
        TagCreated = "tag.created",
        /// A tag was changed.
        TagRevised = "tag.revised",
        /// A tag was merged into another.
        TagMerged = "tag.merged",
        /// A tag was deleted.
        TagDeleted = "tag.deleted",
        /// A collection was created.
        CollectionCreated = "collection.created",
        /// A collection was changed.
        CollectionRevised = "collection.revised",
        /// A collection was deleted.
        CollectionDeleted = "collection.deleted",
        /// An image was uploaded.
        ImageCreated = "image.created",
        /// An image was changed.
        ImageRevised = "image.revised",
        /// An image was deleted.
        ImageDeleted = "image.deleted",
        /// A comment was posted.
        CommentPosted = "comment.posted",
        /// The verdict of the external checker was applied to a comment.
        CommentChecked = "comment.checked",
        /// A comment was changed.
        CommentRevised = "comment.revised",
        /// A comment was approved or rejected by a moderator.
        CommentModerated = "comment.moderated",
        /// A comment was deleted.
        CommentDeleted = "comment.deleted",
        /// A comment was deleted with its replies.
        CommentThreadDeleted = "comment.thread_deleted",
        /// A comment was reported.
        CommentReported = "comment.reported",
        /// The reports of a comment were dismissed.
        CommentReportsDismissed = "comment.reports_dismissed",
        /// A vote was cast or withdrawn. Votes are too frequent to be kept: see [`EventKind::TRANSIENT`].
        CommentVoted = "comment.voted",
        /// All comments of a person were erased.
        CommentsErased = "comments.erased",
        /// A ban of a commenter was created.
        CommentBanCreated = "comment_ban.created",
        /// A ban of a commenter was deleted.
        CommentBanDeleted = "comment_ban.deleted",
        /// A commenter declined further emails about replies.
        CommentNoticesRefused = "comment_notices.refused",
        /// A user asked for the moderators' digest.
        CommentDigestWanted = "comment_digest.wanted",
        /// A user declined the moderators' digest.
        CommentDigestRefused = "comment_digest.refused",
        /// A newsletter list was created.
        NewsletterListCreated = "newsletter_list.created",
        /// A newsletter list was changed.
        NewsletterListRevised = "newsletter_list.revised",
        /// A newsletter list was deleted.
        NewsletterListDeleted = "newsletter_list.deleted",
        /// A subscriber was created.
        SubscriberCreated = "subscriber.created",
        /// A subscription was confirmed.
        SubscriberConfirmed = "subscriber.confirmed",
        /// A subscriber was changed.
        SubscriberRevised = "subscriber.revised",
        /// A subscriber was unsubscribed.
        SubscriberUnsubscribed = "subscriber.unsubscribed",
        /// A subscriber was deleted.
        SubscriberDeleted = "subscriber.deleted",
        /// Subscribers were imported.
        SubscribersImported = "subscribers.imported",
        /// Subscribers were exported.
        SubscribersExported = "subscribers.exported",
        /// A suppressed email address was created.
        SuppressionCreated = "suppression.created",
        /// A suppressed email address was deleted.
        SuppressionDeleted = "suppression.deleted",
        /// An ad placement was created.
        AdPlacementCreated = "ad_placement.created",
        /// An ad placement was changed.
        AdPlacementRevised = "ad_placement.revised",
        /// An ad placement was deleted.
        AdPlacementDeleted = "ad_placement.deleted",
        /// An ad creative was created.
        AdCreativeCreated = "ad_creative.created",
        /// An ad creative was changed.
        AdCreativeRevised = "ad_creative.revised",
        /// An ad creative was deleted.
        AdCreativeDeleted = "ad_creative.deleted",
        /// A redirect was created.
        RedirectCreated = "redirect.created",
        /// A redirect was changed.
        RedirectRevised = "redirect.revised",
        /// A redirect was deleted.
        RedirectDeleted = "redirect.deleted",
        /// Redirects were imported.
        RedirectsImported = "redirects.imported",
        /// The site's settings were changed.
        SiteRevised = "site.revised",
        /// A schema for the member `custom` was replaced.
        SchemaReplaced = "schema.replaced",
        /// A schema for the member `custom` was removed.
        SchemaRemoved = "schema.removed",
        /// An account was created.
        UserCreated = "user.created",
        /// An account was changed.
        UserRevised = "user.revised",
        /// An account got another email address.
        UserEmailChanged = "user.email_changed",
        /// The password of an account was changed.
        UserPasswordChanged = "user.password_changed",
        /// A password reset was requested.
        UserPasswordResetRequested = "user.password_reset_requested",
        /// The password of an account was reset.
        UserPasswordReset = "user.password_reset",
        /// An account was deleted.
        UserDeleted = "user.deleted",
        /// An invitation was created.
        InvitationCreated = "invitation.created",
        /// An invitation was changed.
        InvitationRevised = "invitation.revised",
        /// An invitation was withdrawn.
        InvitationWithdrawn = "invitation.withdrawn",
        /// A session was started.
        SessionStarted = "session.started",
        /// A session was ended.
        SessionEnded = "session.ended",
        /// A refresh token was used a second time.
        SessionReuseDetected = "session.reuse_detected",
        /// An API key was created.
        KeyCreated = "key.created",
        /// An API key was deleted.
        KeyDeleted = "key.deleted",
        /// A key that signs access tokens was created.
        SigningKeyCreated = "signing_key.created",
        /// The demo newsroom is being created.
        DemoBegun = "demo.begun",
        /// The demo newsroom is complete.
        DemoFilled = "demo.filled",
    }
}

impl EventKind {
    /// Returns whether the event may change what readers see. Only such events have cache tags.
    pub(crate) const fn is_public(self) -> bool {
        !matches!(
            self,
            Self::ArticleCreated
                | Self::ArticleSaved
                | Self::ArticleSubmitted
                | Self::ArticleReturned
                | Self::ArticleScheduled
                | Self::ArticleUnscheduled
                | Self::ArticlePublicationFailed
                | Self::ArticleEndChanged
                | Self::ArticleReverted
                | Self::PreviewCreated
                | Self::PreviewRevoked
                | Self::CommentReported
                | Self::CommentReportsDismissed
                | Self::CommentBanCreated
                | Self::CommentBanDeleted
                | Self::CommentNoticesRefused
                | Self::CommentDigestWanted
                | Self::CommentDigestRefused
                | Self::SubscriberCreated
                | Self::SubscriberConfirmed
                | Self::SubscriberRevised
                | Self::SubscriberUnsubscribed
                | Self::SubscriberDeleted
                | Self::SubscribersImported
                | Self::SubscribersExported
                | Self::SuppressionCreated
                | Self::SuppressionDeleted
                | Self::UserCreated
                | Self::UserRevised
                | Self::UserEmailChanged
                | Self::UserPasswordChanged
                | Self::UserPasswordResetRequested
                | Self::UserPasswordReset
                | Self::UserDeleted
                | Self::InvitationCreated
                | Self::InvitationRevised
                | Self::InvitationWithdrawn
                | Self::SessionStarted
                | Self::SessionEnded
                | Self::SessionReuseDetected
                | Self::KeyCreated
                | Self::KeyDeleted
                | Self::DemoBegun
                | Self::DemoFilled
        )
    }

    /// The kind of the events that are too frequent to be kept. They purge cached responses like other events, but they are not
    /// part of the audit log and are deleted when all processes have read them.
    pub(crate) const TRANSIENT: Self = Self::CommentVoted;
}
