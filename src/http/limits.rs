//! Rate limits: requests per minute for each IP address (IPv6: each /64 network).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::address::limited_as;
use crate::config::Rates;
use crate::error::{Error, Result};

/// The rate limits, one for each kind of counted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Password checks.
    Login,
    /// Guest comments.
    Comment,
    /// Sign-ups for the newsletter, and requests with the tokens of its emails.
    Subscribe,
    /// Public reads.
    Read,
    /// Article views.
    View,
    /// Ad impressions and ad clicks.
    Ad,
    /// Votes for comments, reports of comments, and forms for new comments.
    Report,
    /// Previews of the site at a later time.
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
    /// Creates counters with these rates.
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

    /// Counts one request, or returns the error that says when to try again.
    pub(crate) fn check(&self, limit: Limit, address: IpAddr) -> Result<()> {
        let Some(limiter) = self.of(limit) else { return Ok(()) };
        limiter.check_key(&limited_as(address)).map_err(|until| Error::too_many(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Returns whether the limit is enabled.
    pub(crate) fn limits(&self, limit: Limit) -> bool {
        self.of(limit).is_some()
    }

    /// Evicts idle IP addresses, so that the counters stay small.
    pub(crate) fn evict_idle(&self) {
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
