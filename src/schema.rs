//! Diesel's tables, one description for both engines; kept by hand beside `migrations/portable`.

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        name_key -> Text,
        role -> Text,
        password_hash -> Text,
        token_version -> Integer,
        suspended -> Bool,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        token_version -> Integer,
        user_agent -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Text,
        session_id -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        prefix -> Text,
        hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        legacy -> Bool,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        public_key -> Text,
        sealed_private_key -> Text,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (scope) {
        scope -> Text,
        request_hash -> Text,
        sealed_answer -> Nullable<Text>,
        created_at -> BigInt,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        actor_id -> Nullable<Text>,
        subject_kind -> Text,
        subject_id -> Text,
        tags -> Text,
        details -> Text,
        tx -> BigInt,
    }
}

diesel::table! {
    identity (one) {
        one -> Integer,
        name -> Text,
    }
}

diesel::table! {
    nodes (id) {
        id -> Text,
        api_url -> Text,
        secret_key_digest -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    site (id) {
        id -> Integer,
        settings -> Text,
        version -> Integer,
        updated_at -> BigInt,
        logo_id -> Nullable<Text>,
        comments_closed -> Bool,
        comments_close_after -> Nullable<BigInt>,
    }
}

diesel::table! {
    images (id) {
        id -> Text,
        sha256 -> Text,
        mime -> Text,
        bytes -> BigInt,
        width -> Integer,
        height -> Integer,
        alt -> Nullable<Text>,
        alt_key -> Nullable<Text>,
        caption -> Nullable<Text>,
        caption_key -> Nullable<Text>,
        credit -> Nullable<Text>,
        credit_key -> Nullable<Text>,
        focal_x -> Double,
        focal_y -> Double,
        thumbhash -> Text,
        color -> Text,
        file_name -> Nullable<Text>,
        search_key -> Text,
        custom -> Text,
        created_by -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        frames -> Integer,
        has_alpha -> Bool,
        taken_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    authors (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        name_key -> Text,
        role_title -> Nullable<Text>,
        bio_markdown -> Text,
        bio_html -> Text,
        avatar_id -> Nullable<Text>,
        links -> Text,
        custom -> Text,
        article_count -> Integer,
        user_id -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        unlisted -> Bool,
    }
}

diesel::table! {
    sections (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        name_key -> Text,
        description -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        position -> Integer,
        article_count -> Integer,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    tags (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        name_key -> Text,
        description -> Nullable<Text>,
        listed -> Bool,
        article_count -> Integer,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    articles (id) {
        id -> Text,
        kind -> Text,
        slug -> Text,
        title -> Text,
        title_key -> Text,
        dek -> Nullable<Text>,
        excerpt -> Nullable<Text>,
        locale -> Text,
        translation_group -> Text,
        section_id -> Nullable<Text>,
        hero_image_id -> Nullable<Text>,
        featured -> Bool,
        comments_open -> Bool,
        seo -> Text,
        custom -> Text,
        word_count -> Integer,
        reading_minutes -> Integer,
        status -> Text,
        revision -> Integer,
        published_revision -> Nullable<Integer>,
        published_at -> Nullable<BigInt>,
        published_order -> BigInt,
        corrections -> Text,
        comment_count -> Integer,
        created_by -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    article_texts (article_id) {
        article_id -> Text,
        markdown -> Text,
        rendered -> Text,
    }
}

diesel::table! {
    article_authors (article_id, position) {
        article_id -> Text,
        position -> Integer,
        author_id -> Text,
    }
}

diesel::table! {
    article_tags (article_id, position) {
        article_id -> Text,
        position -> Integer,
        tag_id -> Text,
    }
}

diesel::table! {
    article_images (article_id, position) {
        article_id -> Text,
        position -> Integer,
        image_id -> Text,
    }
}

diesel::table! {
    revisions (article_id, number) {
        article_id -> Text,
        number -> Integer,
        content -> Text,
        note -> Nullable<Text>,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        version -> Nullable<Integer>,
    }
}

diesel::table! {
    tombstones (name) {
        name -> Text,
        article_id -> Text,
        erased_at -> BigInt,
    }
}

diesel::table! {
    custom_schemas (kind) {
        kind -> Text,
        content -> Text,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::table! {
    previews (id) {
        id -> Text,
        hash -> Text,
        article_id -> Nullable<Text>,
        at -> Nullable<BigInt>,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    article_plans (article_id) {
        article_id -> Text,
        scheduled_at -> Nullable<BigInt>,
        scheduled_revision -> Nullable<Integer>,
        scheduled_slug -> Nullable<Text>,
        scheduled_until -> Nullable<BigInt>,
        scheduled_correction -> Nullable<Text>,
        scheduled_by -> Nullable<Text>,
        ends_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        review_by -> Nullable<Text>,
        review_at -> Nullable<BigInt>,
        review_note -> Nullable<Text>,
        returned_by -> Nullable<Text>,
        returned_at -> Nullable<BigInt>,
        returned_note -> Nullable<Text>,
        failed_at -> Nullable<BigInt>,
        failed_scheduled_at -> Nullable<BigInt>,
        failed_detail -> Nullable<Text>,
    }
}

diesel::table! {
    publications (id) {
        id -> Text,
        kind -> Text,
        slug -> Text,
        title -> Text,
        title_key -> Text,
        dek -> Nullable<Text>,
        excerpt -> Text,
        locale -> Text,
        translation_group -> Text,
        section_id -> Nullable<Text>,
        hero_image_id -> Nullable<Text>,
        featured -> Bool,
        comments_open -> Bool,
        seo -> Text,
        custom -> Text,
        word_count -> Integer,
        reading_minutes -> Integer,
        corrections -> Text,
        comment_count -> Integer,
        published_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    publication_texts (article_id) {
        article_id -> Text,
        rendered -> Text,
    }
}

diesel::table! {
    publication_authors (article_id, position) {
        article_id -> Text,
        position -> Integer,
        author_id -> Text,
    }
}

diesel::table! {
    publication_tags (article_id, position) {
        article_id -> Text,
        position -> Integer,
        tag_id -> Text,
    }
}

diesel::table! {
    publication_images (article_id, position) {
        article_id -> Text,
        position -> Integer,
        image_id -> Text,
    }
}

diesel::table! {
    article_views (article_id, span, began) {
        article_id -> Text,
        span -> BigInt,
        began -> BigInt,
        views -> BigInt,
    }
}

diesel::table! {
    public_slugs (slug) {
        slug -> Text,
        article_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    former_slugs (kind, slug) {
        kind -> Text,
        slug -> Text,
        subject_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    collections (id) {
        id -> Text,
        key -> Text,
        title -> Text,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    collection_items (collection_id, position) {
        collection_id -> Text,
        position -> Integer,
        article_id -> Text,
    }
}

diesel::table! {
    redirects (id) {
        id -> Text,
        from_path -> Text,
        target -> Nullable<Text>,
        to_path -> Nullable<Text>,
        status -> Integer,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    comments (id) {
        id -> Text,
        article_id -> Text,
        parent_id -> Nullable<Text>,
        depth -> Integer,
        author_name -> Text,
        author_name_key -> Text,
        author_email -> Nullable<Text>,
        author_url -> Nullable<Text>,
        is_staff -> Bool,
        user_id -> Nullable<Text>,
        markdown -> Text,
        html -> Text,
        text -> Text,
        status -> Text,
        shown -> Bool,
        reply_count -> Integer,
        score -> Integer,
        reported -> Integer,
        edit_token_hash -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        pinned -> Bool,
        notify_replies -> Bool,
        erased -> Bool,
    }
}

diesel::table! {
    comment_moderation (comment_id) {
        comment_id -> Text,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        decision_reason -> Nullable<Text>,
        spam_score -> Integer,
        spam_signs -> Text,
        text_hash -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    comment_votes (comment_id, visitor) {
        comment_id -> Text,
        visitor -> Text,
        place -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    comment_reports (id) {
        id -> Text,
        comment_id -> Text,
        visitor -> Text,
        place -> Text,
        reason -> Text,
        note -> Nullable<Text>,
        dismissed -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    comment_bans (id) {
        id -> Text,
        kind -> Text,
        value -> Text,
        note -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    comment_notices (reply_id) {
        reply_id -> Text,
        email -> Text,
        mail_id -> Nullable<Text>,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    comment_refusals (email_hash) {
        email_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    comment_digests (user_id) {
        user_id -> Text,
        asked -> Bool,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        sealed -> Text,
        attempts -> Integer,
        due_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        name_key -> Text,
        role -> Text,
        token_hash -> Text,
        invited_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        profile -> Bool,
    }
}

diesel::table! {
    mail_tokens (id) {
        id -> Text,
        purpose -> Text,
        user_id -> Text,
        token_version -> Integer,
        email -> Text,
        hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

// A view over all resources that can show an image.
diesel::table! {
    image_uses (image_id, kind, subject_id, is_public) {
        image_id -> Text,
        kind -> Text,
        subject_id -> Text,
        is_public -> Bool,
    }
}

diesel::table! {
    planned_images (article_id, image_id) {
        article_id -> Text,
        image_id -> Text,
    }
}

diesel::table! {
    uploads (id) {
        id -> Text,
        created_by -> Text,
        length -> BigInt,
        received -> BigInt,
        pieces -> Text,
        metadata -> Text,
        image_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    newsletter_lists (id) {
        id -> Text,
        key -> Text,
        name -> Text,
        name_key -> Text,
        description -> Nullable<Text>,
        is_public -> Bool,
        is_default -> Bool,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    subscribers (id) {
        id -> Text,
        email -> Text,
        email_hash -> Text,
        name -> Nullable<Text>,
        status -> Text,
        consent -> Nullable<Text>,
        consented_at -> Nullable<BigInt>,
        confirmed_at -> Nullable<BigInt>,
        unsubscribed_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    subscriptions (subscriber_id, list_id) {
        subscriber_id -> Text,
        list_id -> Text,
    }
}

diesel::table! {
    newsletter_mails (id) {
        id -> Text,
        subscriber_id -> Text,
        purpose -> Text,
        hash -> Text,
        name -> Nullable<Text>,
        lists -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    suppressions (id) {
        id -> Text,
        email_hash -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    ad_placements (id) {
        id -> Text,
        key -> Text,
        label -> Text,
        label_key -> Text,
        description -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    ad_creatives (id) {
        id -> Text,
        placement_id -> Text,
        kind -> Text,
        name -> Nullable<Text>,
        label -> Nullable<Text>,
        active -> Bool,
        src -> Nullable<Text>,
        container_id -> Nullable<Text>,
        attributes -> Text,
        link -> Nullable<Text>,
        image_id -> Nullable<Text>,
        html -> Nullable<Text>,
        weight -> Integer,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        locales -> Text,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    ad_creative_sections (creative_id, section_id) {
        creative_id -> Text,
        section_id -> Text,
    }
}

diesel::table! {
    ad_counts (creative_id, day) {
        creative_id -> Text,
        day -> BigInt,
        impressions -> BigInt,
        clicks -> BigInt,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(articles -> sections (section_id));
diesel::joinable!(articles -> images (hero_image_id));
diesel::joinable!(article_texts -> articles (article_id));
diesel::joinable!(article_authors -> articles (article_id));
diesel::joinable!(article_authors -> authors (author_id));
diesel::joinable!(article_tags -> articles (article_id));
diesel::joinable!(article_tags -> tags (tag_id));
diesel::joinable!(article_images -> articles (article_id));
diesel::joinable!(article_images -> images (image_id));
diesel::joinable!(revisions -> articles (article_id));
diesel::joinable!(previews -> articles (article_id));
diesel::joinable!(article_plans -> articles (article_id));
diesel::joinable!(publications -> articles (id));
diesel::joinable!(publications -> sections (section_id));
diesel::joinable!(publications -> images (hero_image_id));
diesel::joinable!(publication_texts -> publications (article_id));
diesel::joinable!(publication_authors -> publications (article_id));
diesel::joinable!(publication_authors -> authors (author_id));
diesel::joinable!(publication_tags -> publications (article_id));
diesel::joinable!(publication_tags -> tags (tag_id));
diesel::joinable!(publication_images -> publications (article_id));
diesel::joinable!(publication_images -> images (image_id));
diesel::joinable!(article_views -> articles (article_id));
diesel::joinable!(public_slugs -> articles (article_id));
diesel::joinable!(collection_items -> collections (collection_id));
diesel::joinable!(collection_items -> articles (article_id));
diesel::joinable!(comments -> articles (article_id));
diesel::joinable!(comment_moderation -> comments (comment_id));
diesel::joinable!(subscriptions -> newsletter_lists (list_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    refresh_tokens,
    api_keys,
    signing_keys,
    idempotency_keys,
    events,
    site,
    images,
    image_uses,
    authors,
    sections,
    tags,
    articles,
    article_texts,
    article_authors,
    article_tags,
    article_images,
    revisions,
    previews,
    tombstones,
    article_plans,
    planned_images,
    publications,
    publication_texts,
    publication_authors,
    publication_tags,
    publication_images,
    article_views,
    public_slugs,
    former_slugs,
    collections,
    collection_items,
    redirects,
    comments,
    comment_moderation,
    comment_votes,
    comment_reports,
    comment_bans,
    comment_notices,
    comment_refusals,
    comment_digests,
    jobs,
    invitations,
    mail_tokens,
    newsletter_lists,
    subscribers,
    subscriptions,
    newsletter_mails,
    suppressions,
    ad_placements,
    ad_creatives,
    ad_creative_sections,
    ad_counts,
    uploads,
);
