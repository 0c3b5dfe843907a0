//! Rate limits: so many requests a minute for each address (IPv6: each /64).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::address::limited_as;
use crate::config::Rates;
use crate::error::{Error, Result};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Password checks.
    Login,
    /// Guest comments.
    Comment,
    /// Sign-ups for the newsletter, and what is done with the tokens of its mails.
    Subscribe,
    /// Public reads.
    Read,
    /// Views of articles.
    View,
    /// Ads seen and clicked on.
    Ad,
    /// Votes for comments, reports of them, forms for new ones.
    Report,
    /// Reads of the site as it will be at a time.
    Preview,
}

/// The counters of this process.
pub(crate) struct Limits {
    login: Option<DefaultKeyedRateLimiter<IpAddr>>,
    comment: Option<DefaultKeyedRateLimiter<IpAddr>>,
    subscribe: Option<DefaultKeyedRateLimiter<IpAddr>>,
    read: Option<DefaultKeyedRateLimiter<IpAddr>>,
    view: Option<DefaultKeyedRateLimiter<IpAddr>>,
    ad: Option<DefaultKeyedRateLimiter<IpAddr>>,
    report: Option<DefaultKeyedRateLimiter<IpAddr>>,
    preview: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// Counters with these rates.
    pub(crate) fn new(rates: Rates) -> Self {
        let limiter = |rate: Option<u32>| rate.and_then(NonZeroU32::new).map(|rate| RateLimiter::keyed(Quota::per_minute(rate)));
        let Rates { login, comment, subscribe, read, view, ad, report, preview } = rates;
        Self {
            login: limiter(login),
            comment: limiter(comment),
            subscribe: limiter(subscribe),
            read: limiter(read),
            view: limiter(view),
            ad: limiter(ad),
            report: limiter(report),
            preview: limiter(preview),
        }
    }

    /// Counts one request, or says when to come back.
    pub(crate) fn check(&self, limit: Limit, address: IpAddr) -> Result<()> {
        let Some(limiter) = self.of(limit) else { return Ok(()) };
        limiter.check_key(&limited_as(address)).map_err(|until| Error::too_many(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Whether there is such a limit.
    pub(crate) fn limits(&self, limit: Limit) -> bool {
        self.of(limit).is_some()
    }

    /// Forgets addresses that have been quiet, so that the counters stay small.
    pub(crate) fn forget_the_quiet(&self) {
        let all = [&self.login, &self.comment, &self.subscribe, &self.read, &self.view, &self.ad, &self.report, &self.preview];
        for limiter in all.into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn of(&self, limit: Limit) -> Option<&DefaultKeyedRateLimiter<IpAddr>> {
        match limit {
            Limit::Login => self.login.as_ref(),
            Limit::Comment => self.comment.as_ref(),
            Limit::Subscribe => self.subscribe.as_ref(),
            Limit::Read => self.read.as_ref(),
            Limit::View => self.view.as_ref(),
            Limit::Ad => self.ad.as_ref(),
            Limit::Report => self.report.as_ref(),
            Limit::Preview => self.preview.as_ref(),
        }
    }
}
