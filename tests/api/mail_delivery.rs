//! Emails are sent once despite failures of the mail server, and never delay a request.

use serde_json::json;

use crate::support::{Mail, Mood, Node, Role, SmtpServer, World, api_test, free_port};

const HOUR: i64 = 60 * 60;

/// Starts a node that sends emails through a server.
async fn mailing(world: &World, url: &str) -> Node {
    world.node(&[("SMTP_URL", url), ("SMTP_SECONDS", "1"), ("MAIL_FROM", "desk@news.example")]).await
}

async fn ask_for_reset(node: &Node, role: Role) {
    node.anonymous().post("auth/password/forgot", json!({"email": role.email()})).await.expect(202);
}

/// Runs due jobs, as a server does in the course of some hours.
async fn let_hours_pass(node: &Node, hours: i64) {
    for _ in 0..hours * 2 {
        node.app.run_due_jobs().await.unwrap();
        node.pass(HOUR / 2);
    }
}

async fn jobs(node: &Node) -> (i64, i64) {
    node.app.count_jobs().await.unwrap()
}

api_test!(a_mail_leaves_through_the_server, async |world| {
    let server = SmtpServer::start(Mood::Fine);
    let node = mailing(world, &server.url()).await;
    ask_for_reset(&node, Role::Author).await;
    // The email is not sent during the request.
    assert!(server.mails().is_empty());
    node.app.run_due_jobs().await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let Mail { to, from, subject, raw, id, .. } = &mails[0];
    assert_eq!(
        (to.as_slice(), from.as_str(), subject.as_str()),
        ([Role::Author.email()].as_slice(), "desk@news.example", "Choose a new password")
    );
    assert!(raw.contains("Date: Sat, 14 Mar 2026 09:26:53 +0000\r\n") && raw.contains("Auto-Submitted: auto-generated\r\n"), "{raw}");
    assert!(raw.contains("From: Masthead <desk@news.example>\r\n") && id.ends_with("@news.example"), "{raw}");
    assert_eq!(jobs(&node).await, (0, 0));
});

api_test!(a_server_that_is_down_gets_the_mail_later, async |world| {
    let port = free_port();
    let node = mailing(world, &format!("smtp://127.0.0.1:{port}")).await;
    ask_for_reset(&node, Role::Author).await;
    let_hours_pass(&node, 10).await;
    assert_eq!(jobs(&node).await, (1, 0));
    // The API is not affected.
    node.anonymous().get("articles").await.expect(200);
    let server = SmtpServer::start_on(port, Mood::Fine);
    let_hours_pass(&node, 8).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "exactly once: {mails:?}");
    assert_eq!(jobs(&node).await, (0, 0));
});

api_test!(a_token_lives_from_when_it_was_mailed, async |world| {
    let server = SmtpServer::start(Mood::Down);
    let node = mailing(world, &server.url()).await;
    ask_for_reset(&node, Role::Author).await;
    let_hours_pass(&node, 10).await;
    server.change(Mood::Fine);
    while server.mails().is_empty() {
        node.pass(HOUR / 4);
        node.app.run_due_jobs().await.unwrap();
    }
    let body = json!({"token": server.mails()[0].token("reset-password"), "new_password": "a tram full of geese"});
    node.anonymous().post("auth/password/reset", body).await.expect(204);
});

api_test!(a_silent_server_meets_a_deadline, async |world| {
    let server = SmtpServer::start(Mood::Silent);
    let node = mailing(world, &server.url()).await;
    ask_for_reset(&node, Role::Author).await;
    node.app.run_due_jobs().await.unwrap();
    assert_eq!(jobs(&node).await, (1, 0));
    server.change(Mood::Fine);
    let_hours_pass(&node, 2).await;
    assert_eq!((server.mails().len(), jobs(&node).await), (1, (0, 0)));
});

api_test!(a_connection_that_breaks_costs_one_duplicate_at_most, async |world| {
    let server = SmtpServer::start(Mood::CutsInside);
    let node = mailing(world, &server.url()).await;
    ask_for_reset(&node, Role::Author).await;
    node.app.run_due_jobs().await.unwrap();
    assert_eq!((server.mails().len(), jobs(&node).await), (0, (1, 0)));
    server.change(Mood::CutsAfter);
    node.pass(HOUR);
    node.app.run_due_jobs().await.unwrap();
    server.change(Mood::Fine);
    let_hours_pass(&node, 8).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "{mails:?}");
    // The duplicate has the same message id and the same content.
    assert_eq!(mails[0].id, mails[1].id);
    assert_eq!(mails[0].text, mails[1].text);
    assert_eq!(jobs(&node).await, (0, 0));
});

api_test!(a_mailbox_that_is_not_there_is_given_up_at_once, async |world| {
    let server = SmtpServer::start(Mood::KnowsNobody);
    let node = mailing(world, &server.url()).await;
    ask_for_reset(&node, Role::Author).await;
    node.app.run_due_jobs().await.unwrap();
    assert_eq!(jobs(&node).await, (0, 1));
    server.change(Mood::Troubled);
    ask_for_reset(&node, Role::Editor).await;
    node.app.run_due_jobs().await.unwrap();
    assert_eq!(jobs(&node).await, (1, 1));
    // Temporary failures are retried, but not forever.
    let_hours_pass(&node, 5 * 24).await;
    assert_eq!(jobs(&node).await, (0, 2));
    world.tamper("DELETE FROM jobs");
});

api_test!(a_server_may_ask_who_is_there, async |world| {
    let server = SmtpServer::start(Mood::AsksWho);
    let stranger = mailing(world, &format!("smtp://desk:wrong@127.0.0.1:{}", server.port)).await;
    ask_for_reset(&stranger, Role::Author).await;
    stranger.app.run_due_jobs().await.unwrap();
    // The operator must correct this error; the email waits meanwhile.
    assert_eq!((server.mails().len(), jobs(&stranger).await), (0, (1, 0)));
    let node = mailing(world, &format!("smtp://desk:p%40ss%3A%20word@127.0.0.1:{}", server.port)).await;
    let_hours_pass(&node, 2).await;
    assert_eq!((server.mails().len(), jobs(&node).await), (1, (0, 0)));
});

api_test!(two_nodes_send_a_mail_once, async |world| {
    let server = SmtpServer::start(Mood::Fine);
    let (one, other) = (mailing(world, &server.url()).await, mailing(world, &server.url()).await);
    for role in [Role::Contributor, Role::Author, Role::Editor, Role::Moderator, Role::Admin] {
        ask_for_reset(&one, role).await;
    }
    let (first, second) = futures_util::future::join(one.app.run_due_jobs(), other.app.run_due_jobs()).await;
    assert_eq!(first.unwrap() + second.unwrap(), 5);
    let mut to: Vec<_> = server.mails().into_iter().flat_map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), server.mails().len()), (5, 5));
});

api_test!(without_a_server_mails_are_files_of_their_owner, async |world| {
    use std::os::unix::fs::PermissionsExt;
    ask_for_reset(world, Role::Author).await;
    let folder = world.database.folder.path().join("mails");
    assert!(!folder.exists(), "made on first use");
    let mails = world.mails().await;
    assert_eq!((mails.len(), mails[0].from.as_str()), (1, "noreply@news.example"));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!((mode(&path), path.extension().unwrap().to_str()), (0o600, Some("eml")));
    }
});

api_test!(no_secret_of_a_job_stands_in_the_database, async |world| {
    ask_for_reset(world, Role::Author).await;
    world.admin().post("users/invitations", json!({"email": "zoe@new.example", "name": "Zoë", "role": "author"})).await.expect(201);
    let jobs = world.database.dump()["jobs"].join("\n");
    assert!(!jobs.contains(&Role::Author.email()) && !jobs.contains("zoe@"), "{jobs}");
    let tokens = [
        world.mailed_token(&Role::Author.email(), "reset-password").await,
        world.mailed_token("zoe@new.example", "accept-invitation").await,
    ];
    let everything: String = world.database.dump().into_values().flatten().collect();
    assert!(tokens.iter().all(|token| !everything.contains(token)));
});

api_test!(tls_to_the_mail_server_is_checked, async |world| {
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/authority.pem");
    let node = async |url: String, authority: &str| {
        world.node(&[("SMTP_URL", &url), ("SMTP_SECONDS", "5"), ("MAIL_FROM", "desk@news.example"), ("SMTP_CA_FILE", authority)]).await
    };
    for (mood, scheme, query) in [(Mood::Tls, "smtps", ""), (Mood::StartTls, "smtp", "?tls=required")] {
        let server = SmtpServer::start(mood);
        let url = |host: &str| format!("{scheme}://{host}:{}{query}", server.port);
        ask_for_reset(&node(url("localhost"), authority).await, Role::Author).await;
        // First the certificate is not trusted, then it belongs to another host.
        for (host, authority) in [("localhost", ""), ("127.0.0.1", authority)] {
            node(url(host), authority).await.app.run_due_jobs().await.unwrap();
            assert!(server.mails().is_empty(), "{mood:?} {host}");
            assert_eq!(jobs(world).await, (1, 0));
            world.pass(HOUR);
        }
        let trusting = node(url("localhost"), authority).await;
        let_hours_pass(&trusting, 2).await;
        assert_eq!((server.mails().len(), jobs(&trusting).await), (1, (0, 0)), "{mood:?}");
    }
    // If STARTTLS is required and not offered, nothing is sent.
    let server = SmtpServer::start(Mood::Fine);
    let strict = node(format!("smtp://localhost:{}?tls=required", server.port), authority).await;
    ask_for_reset(&strict, Role::Editor).await;
    strict.app.run_due_jobs().await.unwrap();
    assert!(server.mails().is_empty());
    let_hours_pass(world, 2).await;
});
