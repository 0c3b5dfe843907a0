//! A model of the workflow: after any sequence of actions by several users, readers, revisions and the audit log agree with it.
//!
//! The model knows no tables. For each article it holds the revisions, the public one, the schedule and the review. After every step,
//! all readable data is compared with it. `PROPTEST_CASES` runs more sequences.

mod newsroom;

use std::collections::BTreeSet;

use actix_web::http::Method;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use self::newsroom::{ARTICLES, Act, Article, Newsroom, SLUGS, Save, Seen, Step, dek};
use crate::support::{Answer, BEGINNING, Engine, Role, World, run};

/// The model and the real server.
struct Pair<'a> {
    world: &'a World,
    model: Newsroom,
    /// The users by id.
    people: Vec<(Role, String)>,
}

impl Pair<'_> {
    async fn take(&mut self, step: Step) {
        match step.act {
            Act::Create { slug } => self.create(step.who, slug).await,
            Act::Wait { seconds, watched } => self.wait(seconds, watched).await,
            _ if self.model.articles.is_empty() => return,
            _ => {
                let index = step.article % self.model.articles.len();
                let answer = self.send(step, index).await;
                let expected = self.model.take(step, index);
                assert!(answer.status == expected, "expected {expected} of {answer}");
            }
        }
        self.compare().await;
    }

    async fn create(&mut self, who: Role, slug: usize) {
        let index = self.model.articles.len();
        if index == ARTICLES {
            return;
        }
        let body = json!({"title": "Title", "slug": SLUGS[slug], "dek": dek(index, 0)});
        let answer = self.world.client(who).post("articles", body).await;
        if self.model.taken(SLUGS[slug], index) {
            answer.expect_problem(409, "slug_taken");
            return;
        }
        let id = answer.expect(201).id();
        let saves = vec![Save { slug: SLUGS[slug], dek: dek(index, 0) }];
        let mut article = Article { id, owner: Some(who), saves, ..Article::default() };
        article.tell("article.created", Some(who));
        self.model.articles.push(article);
    }

    /// Lets time pass. If it is not watched, as when no server runs, many publications are due at once.
    async fn wait(&mut self, seconds: i64, watched: bool) {
        let (looks, pause) = if watched { (seconds, 1) } else { (1, seconds) };
        for _ in 0..looks {
            self.world.pass(pause);
            self.model.now += pause * 1000;
            self.world.app.run_due_publications().await.expect("the database answers");
            for article in &mut self.model.articles {
                article.settle(self.model.now);
            }
        }
    }

    async fn send(&self, step: Step, index: usize) -> Answer {
        let article = &self.model.articles[index];
        let version = article.events.len();
        let client = match step.seen {
            Seen::Nothing => self.world.client(step.who),
            Seen::Current => self.world.client(step.who).with("if-match", &format!("\"v{version}\"")),
            Seen::Old => self.world.client(step.who).with("if-match", &format!("\"v{}\"", version - 1)),
        };
        let path = format!("articles/{}", article.id);
        let number = |back: usize| article.saves.len() - back % article.saves.len();
        let time = |seconds: i64| timestamp(self.model.now + seconds * 1000);
        match step.act {
            Act::Save { publish } => {
                let body = json!({"dek": dek(index, article.saves.len())});
                client.patch(&format!("{path}?publish={publish}"), body).await
            }
            Act::Rename { slug } => client.patch(&path, json!({"slug": SLUGS[slug]})).await,
            Act::Revert { back } => client.send(Method::POST, &format!("{path}/revisions/{}/restore", number(back)), None).await,
            Act::Submit => client.put(&format!("{path}/review"), json!({"note": "Please."})).await,
            Act::Return => client.delete(&format!("{path}/review")).await,
            Act::Publish { back, until } => {
                let revision = if back == 0 { Value::Null } else { json!(number(back)) };
                client.put(&format!("{path}/publication"), json!({"revision": revision, "until": until.map(time)})).await
            }
            Act::Schedule { back, at, until } => {
                let until = until.map(|seconds| time(at + seconds));
                client.put(&format!("{path}/publication"), json!({"at": time(at), "until": until, "revision": number(back)})).await
            }
            Act::Withdraw => client.delete(&format!("{path}/publication")).await,
            Act::Trash => client.delete(&path).await,
            Act::Restore => client.send(Method::POST, &format!("{path}/restore"), None).await,
            Act::Erase => client.delete(&format!("{path}?permanent=true")).await,
            Act::Create { .. } | Act::Wait { .. } => unreachable!("these have no article"),
        }
    }

    async fn compare(&self) {
        self.compare_readers().await;
        self.compare_desk().await;
        self.compare_history().await;
    }

    async fn compare_readers(&self) {
        let reader = self.world.anonymous();
        for slug in SLUGS {
            let (status, text) = self.model.at(slug);
            let answer = reader.get(&format!("articles/{slug}")).await.expect(status);
            let found = ["dek", "canonical_slug"].iter().find_map(|member| answer.json().get(member)).and_then(Value::as_str);
            assert!(found == text, "expected {text:?} of {answer}");
        }
        let mut expected = BTreeSet::new();
        for article in &self.model.articles {
            let answer = reader.get(&format!("articles/{}", article.id)).await;
            match article.public {
                Some(save) => {
                    let since = timestamp(article.first_public.expect("it is public"));
                    let save = &article.saves[save];
                    assert_eq!((answer.text_at("/dek"), answer.text_at("/published_at")), (save.dek.clone(), since.clone()), "{answer}");
                    expected.insert((since, answer.id(), save.dek.clone()));
                }
                None => drop(answer.expect(if article.addresses.is_empty() { 404 } else { 410 })),
            }
        }
        let list = reader.get("articles?limit=100&count=true").await.expect(200);
        let dates = list.texts("published_at");
        assert!(dates.is_sorted_by(|one, next| one >= next), "{list}");
        let found = dates.into_iter().zip(list.texts("id")).zip(list.texts("dek")).map(|((date, id), dek)| (date, id, dek));
        assert_eq!(found.collect::<BTreeSet<_>>(), expected, "{list}");
        assert_eq!(list.number_at("/page/total"), i64::try_from(expected.len()).expect("few"));
    }

    async fn compare_desk(&self) {
        for article in &self.model.articles {
            let answer = self.world.admin().get(&format!("articles/{}?view=editor", article.id)).await;
            if article.erased {
                answer.expect(404);
                continue;
            }
            let (last, until) =
                (article.last(), if article.public.is_some() { article.ends } else { article.plan.and_then(|plan| plan.until) });
            let schedule = article.plan.map_or(
                Value::Null,
                |plan| json!({"at": timestamp(plan.at), "until": plan.until.map(timestamp), "revision": plan.save + 1}),
            );
            let expected = json!({
                "status": article.status(), "version": article.events.len(), "revision": last + 1, "slug": article.saves[last].slug,
                "dek": article.saves[last].dek, "has_unpublished_changes": article.public.is_some_and(|save| save != last),
                "until": until.map(timestamp), "schedule": schedule, "review": article.review.map(|who| self.id_of(who)),
            });
            let mut found = json!({"schedule": null});
            for member in ["status", "version", "revision", "slug", "dek", "has_unpublished_changes", "until"] {
                found[member] = answer.at(&format!("/{member}")).clone();
            }
            for member in ["at", "until", "revision"].iter().filter(|_| !answer.at("/schedule").is_null()) {
                found["schedule"][member] = answer.at(&format!("/schedule/{member}")).clone();
            }
            found["review"] = answer.json().pointer("/review/by").cloned().unwrap_or_default();
            assert_eq!(found, expected, "{answer}");
        }
    }

    /// Compares the stored revisions, and the audit log as administrators read it.
    async fn compare_history(&self) {
        let mut saves = Vec::new();
        let mut events = Vec::new();
        for article in &self.model.articles {
            let kept = article.saves.iter().zip(1..).filter(|_| !article.erased);
            saves.extend(kept.map(|(save, number)| format!("{} {number} {} {}", article.id, save.slug, save.dek)));
            let actor = |who: Option<Role>| who.map_or("nobody".to_owned(), |who| self.id_of(who));
            events.extend(article.events.iter().map(|(kind, who)| format!("{} {kind} {}", article.id, actor(*who))));
        }
        let stored = self.world.database.lines("SELECT article_id || ' ' || number || ' ' || content AS line FROM revisions");
        let mut stored: Vec<String> = stored.iter().map(|line| readable(line)).collect();
        let log = self.world.admin().get("audit?subject_kind=article&limit=100&count=true").await.expect(200);
        assert_eq!(log.number_at("/page/total"), i64::try_from(events.len()).expect("few"), "{log}");
        let entry = |(subject, (kind, actor)): (Value, (String, Value))| {
            let (id, actor) = (subject["id"].as_str().unwrap_or_default(), actor["id"].as_str().unwrap_or("nobody"));
            format!("{id} {kind} {actor}")
        };
        let mut told: Vec<String> =
            log.each("subject").into_iter().zip(log.texts("kind").into_iter().zip(log.each("actor"))).map(entry).collect();
        for lines in [&mut saves, &mut stored, &mut events, &mut told] {
            lines.sort();
        }
        assert_eq!(stored, saves, "the saves");
        // A page has at most 100 entries.
        assert!(told == events || events.len() > 100, "expected the events {events:#?}\n not {told:#?}");
    }

    fn id_of(&self, who: Role) -> String {
        self.people.iter().find(|(role, _)| *role == who).map(|(_, id)| id.clone()).expect("everybody has an id")
    }
}

fn readable(line: &str) -> String {
    let mut parts = line.splitn(3, ' ');
    let (id, number) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let content: Value = serde_json::from_str(parts.next().unwrap_or_default()).expect("a save is JSON");
    format!("{id} {number} {} {}", content["slug"].as_str().unwrap_or_default(), content["dek"].as_str().unwrap_or_default())
}

fn timestamp(since_beginning: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(BEGINNING + since_beginning).expect("a time");
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let slug = || 0..SLUGS.len();
    let (back, until) = (|| prop_oneof![2 => Just(0_usize), 1 => 1..4_usize], || proptest::option::weighted(0.3, 1..12_i64));
    let act = prop_oneof![
        3 => slug().prop_map(|slug| Act::Create { slug }),
        4 => proptest::bool::weighted(0.3).prop_map(|publish| Act::Save { publish }),
        3 => slug().prop_map(|slug| Act::Rename { slug }),
        2 => (1..4_usize).prop_map(|back| Act::Revert { back }),
        4 => Just(Act::Submit),
        2 => Just(Act::Return),
        4 => (back(), until()).prop_map(|(back, until)| Act::Publish { back, until }),
        4 => (back(), 1..10_i64, until()).prop_map(|(back, at, until)| Act::Schedule { back, at, until }),
        2 => Just(Act::Withdraw),
        1 => Just(Act::Trash),
        2 => Just(Act::Restore),
        1 => Just(Act::Erase),
        4 => (1..8_i64, any::<bool>()).prop_map(|(seconds, watched)| Act::Wait { seconds, watched }),
    ];
    let who = prop_oneof![2 => Just(Role::Contributor), 2 => Just(Role::Author), 6 => Just(Role::Editor), 2 => Just(Role::Admin)];
    // Most actions concern the same article, so that much happens to it.
    let article = prop_oneof![5 => Just(0), 2 => Just(1), 1 => 2..ARTICLES];
    let seen = prop_oneof![6 => Just(Seen::Nothing), 2 => Just(Seen::Current), 1 => Just(Seen::Old)];
    let step = (who, article, seen, act).prop_map(|(who, article, seen, act)| Step { who, article, seen, act });
    prop::collection::vec(step, 1..60)
}

fn hold(engine: Engine) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(8);
    let settings = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() };
    let held = TestRunner::new(settings).run(&steps(), |steps| {
        run(engine, async |world: &World| {
            let mut people = Vec::new();
            for who in [Role::Contributor, Role::Author, Role::Editor, Role::Admin] {
                people.push((who, world.client(who).get("auth/me").await.id()));
            }
            let mut pair = Pair { world, model: Newsroom::default(), people };
            for step in steps {
                pair.take(step).await;
            }
        });
        Ok(())
    });
    if let Err(why) = held {
        panic!("{why}");
    }
}

#[test]
fn the_desk_does_what_the_model_does_on_sqlite() {
    hold(Engine::Sqlite);
}

#[test]
fn the_desk_does_what_the_model_does_on_postgres() {
    hold(Engine::Postgres);
}
